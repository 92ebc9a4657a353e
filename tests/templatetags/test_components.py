"""The tags that pages are made of."""

import pytest
from django import forms
from django.template import Context, Template
from django.test import override_settings

from reports.templatetags.components import city_html, control, element_id, icon, map_attribution


class Form(forms.Form):
    name = forms.CharField(
        help_text="As on your letter", widget=forms.TextInput(attrs={"class": "input--narrow", "placeholder": "Ann"})
    )
    side = forms.ChoiceField(choices=[("n", "North"), ("s", "South")], widget=forms.RadioSelect)
    agree = forms.BooleanField()
    photo = forms.FileField(required=False)


def rendered(template: str, **context: object) -> str:
    return Template(template).render(Context(context))


def test_a_control_has_the_class_of_its_kind_beside_its_own_and_no_placeholder() -> None:
    form = Form()
    assert 'class="input input--narrow"' in control(form["name"])
    assert "placeholder" not in control(form["name"])
    assert 'class="file"' in control(form["photo"])


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    page = rendered("{% include 'components/field.html' %}", field=Form({})["name"])
    assert '<label class="field__label" for="id_name">' in page
    assert 'id="id_name_helptext">As on your letter' in page
    assert 'id="id_name_error"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page


def test_radio_buttons_stand_in_a_fieldset_under_their_question() -> None:
    page = rendered("{% include 'components/field.html' with heading=True %}", field=Form()["side"])
    assert "<legend" in page
    assert "<h1>Side</h1>" in page
    assert page.count('class="choice"') == 2
    assert '<label class="choice__label" for="id_side_1">South</label>' in page


def test_the_error_summary_links_to_the_first_control_of_each_field() -> None:
    form = Form({"agree": ""})
    page = rendered("{% include 'components/error_summary.html' %}", form=form)
    assert 'href="#id_name"' in page
    assert 'href="#id_side_0"' in page
    assert 'href="#id_agree"' in page
    assert element_id(form["side"]) == "id_side_0"


def test_a_list_of_choices_that_has_run_empty_is_no_failure() -> None:
    form = Form({})
    form.fields["side"].choices = []  # type: ignore[attr-defined]  # a ChoiceField, as declared above
    assert element_id(form["side"]) == "id_side"
    assert 'href="#id_side"' in rendered("{% include 'components/error_summary.html' %}", form=form)


def test_without_errors_there_is_no_summary() -> None:
    assert rendered("{% include 'components/error_summary.html' %}", form=Form()).strip() == ""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<b>Bold</b>", "<b>Bold</b>"),
        ("<script>x()</script>after", "after"),
        ('<a href="javascript:x()">see</a>', '<a rel="noopener noreferrer nofollow">see</a>'),
        (
            '<a href="https://a.example" onclick="x()">a</a>',
            '<a href="https://a.example" rel="noopener noreferrer nofollow">a</a>',
        ),
        ('<img src="https://tracker.example/p.gif">', ""),
        ('<p style="position:fixed">p</p>', "<p>p</p>"),
        ("5 < 6 & so on", "5 &lt; 6 &amp; so on"),
    ],
)
def test_a_city_s_html_is_reduced_to_harmless_marks(said: str, shown: str) -> None:
    assert city_html(said) == shown


def test_an_icon_is_hidden_from_readers_and_cannot_carry_markup() -> None:
    assert 'aria-hidden="true"' in icon("pin")
    assert "<b>" not in icon('"><b>')


@override_settings(TILES_URL="")
def test_nobody_is_named_for_a_map_without_tiles() -> None:
    assert map_attribution() == ""
