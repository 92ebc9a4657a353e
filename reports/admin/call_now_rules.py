"""Words to call at once for: who writes them is told whom to call before anything else is asked."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.admin.generic import ModelAdmin, ModelForm
from reports.forms.call_first import words_of
from reports.models import CallNowRule

SHORTEST = 3  # letters; a shorter beginning of a word would stop nearly everybody


class CallNowRuleForm(ModelForm[CallNowRule]):
    """A rule whose words are long enough to mean something, in a language that the site speaks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Every language")), *settings.LANGUAGES]
        self.fields["locale"] = ChoiceField(choices=choices, required=False, label=self.fields["locale"].label)

    def clean_words(self) -> str:
        """Words with commas between them, none of them too short."""
        words = str(self.cleaned_data["words"])
        found = words_of(CallNowRule(words=words))
        if not found:
            raise ValidationError(_("Write at least one word."))
        short = [word for word in found if len(word) < SHORTEST]
        if short:
            raise ValidationError(_("“%(word)s” is too short: it begins too many other words.") % {"word": short[0]})
        return words


@admin.register(CallNowRule)
class CallNowRuleAdmin(ModelAdmin[CallNowRule]):
    """Words that make it an emergency, and what is said to whoever writes them."""

    form = CallNowRuleForm
    list_display = ("words", "message", "phone", "where", "locale", "active")
    list_filter = ("active", "locale")
    search_fields = ("words", "message", "jurisdiction__name")
    autocomplete_fields = ("jurisdiction",)
    fields = ("words", "message", "phone", "jurisdiction", "locale", "active")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallNowRule]:
        """Without the bodies' boundaries."""
        return super().get_queryset(request).select_related("jurisdiction").defer("jurisdiction__boundary")

    @admin.display(description=gettext_lazy("where"), ordering="jurisdiction__name")
    def where(self, rule: CallNowRule) -> str:
        """The body whose residents are told, or everybody."""
        return rule.jurisdiction.name if rule.jurisdiction else _("everywhere")
