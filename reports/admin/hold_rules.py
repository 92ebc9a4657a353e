"""Rules for holding: words, senders and networks whose reports a volunteer sees first. Each may be tried beforehand."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports import holding
from reports.admin.generic import ModelAdmin, ModelForm
from reports.models import HoldKind, HoldRule, Jurisdiction, ServiceRequest

TRIED: Final = 1000
LINES_MOST: Final = 1000


class HoldRuleForm(ModelForm[HoldRule]):
    """One rule; a pattern that can hold nothing is refused."""

    class Meta:
        model = HoldRule
        fields = ("kind", "pattern", "jurisdiction", "note", "active")
        help_texts = {  # noqa: RUF012 - Django reads it as it is written
            "pattern": gettext_lazy(
                "Words: whole words, accents and capitals make no difference; * at the end for any ending. "
                "Sender: name@example.org or @example.org. Network: 203.0.113.7 or 203.0.113.0/24."
            )
        }

    def clean(self) -> dict[str, Any]:
        """The pattern, held against what its kind takes."""
        cleaned = super().clean() or {}
        if "pattern" in cleaned and "kind" in cleaned:
            problem = holding.problem(cleaned["kind"], cleaned["pattern"])
            if problem:
                self.add_error("pattern", problem)
        return cleaned


class ManyForm(forms.Form):
    """Many rules of one kind, one a line."""

    kind = forms.ChoiceField(label=gettext_lazy("Looks at"), choices=HoldKind.choices)
    jurisdiction = forms.ModelChoiceField(
        Jurisdiction.objects.defer("boundary"),
        required=False,
        label=gettext_lazy("Jurisdiction"),
        empty_label=gettext_lazy("Everywhere"),
    )
    lines = forms.CharField(
        label=gettext_lazy("One a line"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 20})
    )

    def clean(self) -> dict[str, Any]:
        """Every line, held against what its kind takes; which lines cannot be is said with their numbers."""
        cleaned = super().clean() or {}
        lines = [line.strip() for line in cleaned.get("lines", "").splitlines()]
        if len(lines) > LINES_MOST:
            self.add_error("lines", _("At most %(count)d lines at a time.") % {"count": LINES_MOST})
            return cleaned
        for number, line in enumerate(lines, 1):
            problem = holding.problem(cleaned.get("kind", ""), line) if line else ""
            if problem:
                self.add_error("lines", _("Line %(number)d: %(problem)s") % {"number": number, "problem": problem})
        cleaned["patterns"] = list(dict.fromkeys(filter(None, lines)))
        return cleaned

    def save(self) -> tuple[int, int]:
        """How many rules are new, and how many were there already."""
        given = self.cleaned_data
        about = {"kind": given["kind"], "jurisdiction": given["jurisdiction"]}
        known = set(HoldRule.objects.filter(**about).values_list("pattern", flat=True))
        new = [HoldRule(**about, pattern=line) for line in given["patterns"] if line not in known]
        HoldRule.objects.bulk_create(new)
        return len(new), len(given["patterns"]) - len(new)


@admin.action(description=gettext_lazy("Try on the last reports"), permissions=["view"])
def try_out(modeladmin: Any, request: HttpRequest, queryset: QuerySet[HoldRule]) -> None:
    """Say of each how many it would have held."""
    for rule in queryset[:20]:
        messages.info(request, tried(rule))


@admin.register(HoldRule)
class HoldRuleAdmin(ModelAdmin[HoldRule]):
    """Rules; saving one says how much it would have held."""

    form = HoldRuleForm
    list_display = ("pattern", "kind", "jurisdiction", "active", "note")
    list_filter = ("kind", "active")
    list_select_related = ("jurisdiction",)
    search_fields = ("pattern", "note")
    autocomplete_fields = ("jurisdiction",)
    fields = ("kind", "pattern", "jurisdiction", "note", "active")
    actions = (try_out,)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoldRule]:
        """Without the bodies' boundaries."""
        return super().get_queryset(request).select_related("jurisdiction").defer("jurisdiction__boundary")

    def save_model(self, request: HttpRequest, obj: HoldRule, form: Any, change: bool) -> None:
        """Save, and say what it would have done."""
        super().save_model(request, obj, form, change)
        messages.info(request, tried(obj))

    def get_urls(self) -> list[URLPattern]:
        """With the page for many at once."""
        page = self.admin_site.admin_view(self.add_many)
        return [path("many/", page, name="reports_holdrule_many"), *super().get_urls()]

    def add_many(self, request: HttpRequest) -> HttpResponse:
        """A list of words, senders or networks, one a line. Nothing is added while one of them cannot be."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ManyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            new, known = form.save()
            said = ngettext("%(count)d rule was added.", "%(count)d rules were added.", new) % {"count": new}
            there = ngettext("%(count)d was there already.", "%(count)d were there already.", known)
            messages.success(request, f"{said} {there % {'count': known}}" if known else said)
            return redirect("admin:reports_holdrule_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add many rules"),
            "opts": self.model._meta,
            "form": form,
        }
        return TemplateResponse(request, "admin/hold_rules_many.html", context)


def tried(rule: HoldRule) -> str:
    """How many of the last reports it would have held, in a sentence."""
    if rule.kind == HoldKind.NETWORK:
        return _("“%(rule)s”: nobody can tell what it would have held, as network addresses are not kept.") % {
            "rule": rule.pattern
        }
    rows = ServiceRequest.objects.select_related("contact").order_by("-pk")[:TRIED]
    count = holding.would_hold(rule, rows)
    words = ngettext(
        "“%(rule)s” would have held %(count)d of the last %(most)d reports.",
        "“%(rule)s” would have held %(count)d of the last %(most)d reports.",
        count,
    )
    return words % {"rule": rule.pattern, "count": count, "most": TRIED}
