"""A place said in words alone: in whose area it lies, and the words."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.geo import routing
from reports.geo.rules import fold
from reports.models import Jurisdiction, PlaceMeant

WORDS_MOST: Final = 300  # characters
MOST_LISTED: Final = 60  # bodies; more are typed, as their list would be heavier than the page
ADDRESS_MOST: Final = 500

Body = tuple[str, str]


def bodies() -> list[Body] | None:
    """Slug and name of every body that answers somewhere, by name; None where they are too many for a list."""
    covered = Jurisdiction.objects.filter(active=True, boundary__isnull=False).order_by("name", "pk")
    found = list(covered.values_list("slug", "name")[: MOST_LISTED + 1])
    return found if len(found) <= MOST_LISTED else None


class PlaceInWords(forms.Form):
    """The two fields of a place in words. `take_words()` reads them; then `body` holds the body."""

    body_name = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Town, city or county"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        required=False,
        max_length=WORDS_MOST,
        label=gettext_lazy("The place in words"),
        help_text=gettext_lazy("For example: in front of the library, Main Street, north side."),
        widget=forms.Textarea(attrs={"rows": 2, "class": "textarea--short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body: Jurisdiction | None = None
        self._list(bodies())

    def take_words(self, cleaned: dict[str, Any]) -> tuple[float, float] | None:
        """Some point in the area of the body that was named; errors stand at the field to be put right."""
        if "words" not in self.errors and not cleaned.get("words"):
            self.add_error("words", _("Say where it is, as you would tell somebody on the telephone."))
        if "body_name" not in self.errors:
            self._take_body(cleaned.get("body_name", ""))
        point = routing.point_inside(self.body) if self.body else None
        if self.body and point is None:
            self.add_error("body_name", _("Choose the town, city or county in which the place is."))
        return None if self.errors else point

    def words_answer(self, point: tuple[float, float], detail: str) -> dict[str, Any]:
        """The draft's `location` for a place in words; `lat` and `long` stand for the whole area."""
        if self.body is None:
            raise ValueError("there is no body to answer with")
        words, name = self.cleaned_data["words"], self.body.name
        line = " ".join(words.split())
        whole = line if fold(name) in fold(line) else f"{line}, {name}"
        return {
            "lat": point[0],
            "long": point[1],
            "address_string": whole[:ADDRESS_MOST],
            "place_meant": PlaceMeant.WORDS.value,
            "place_detail": detail,
            "words": words,
            "body": self.body.pk,
        }

    def _take_body(self, text: str) -> None:
        found = _find(text)
        if len(found) == 1:
            self.body = found[0]
            return
        if 1 < len(found) <= MOST_LISTED:
            self._list([(body.slug, body.name) for body in found])
            raise ValidationError({"body_name": _("Several have this name. Choose the one that you mean.")})
        raise ValidationError({"body_name": _("Choose the town, city or county in which the place is.")})

    def _list(self, listed: Sequence[Body] | None) -> None:
        if listed is not None:
            first = ("", _("Choose one"))
            self.fields["body_name"].widget = forms.Select(choices=[first, *listed])


def _find(text: str) -> list[Jurisdiction]:
    """The bodies of that slug; else of that name; else those in whose names the words stand."""
    wanted = fold(" ".join(text.split()))
    if not wanted:
        return []
    covered = Jurisdiction.objects.filter(active=True, boundary__isnull=False).defer("boundary")
    by_slug = list(covered.filter(slug=text))
    if by_slug:
        return by_slug
    names = {pk: fold(name) for pk, name in covered.values_list("pk", "name")}
    same = [pk for pk, name in names.items() if name == wanted]
    alike = same or [pk for pk, name in names.items() if wanted in name]
    return list(covered.filter(pk__in=alike[: MOST_LISTED + 1]).order_by("name", "pk"))
