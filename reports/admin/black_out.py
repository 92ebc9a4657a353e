"""The page where a volunteer blacks out parts of a photo: drawn or given in numbers, looked at, then done for good."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet, formset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports import media
from reports.dialects import registry
from reports.dialects.errors import ConfigurationError
from reports.media import BlackOutRefused, ChangedMeanwhile, Rectangle
from reports.media.redaction import MOST
from reports.models import Media, ServiceRequest, Submission

EMPTY_ROWS: Final = 3


def _percent(label: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1", "min": "0", "max": "100", "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=0, max_value=100, widget=widget)


class PartForm(forms.Form):
    """One rectangle, in percent of the photo; `part` holds it when it is one."""

    x = _percent(gettext_lazy("From the left"))
    y = _percent(gettext_lazy("From the top"))
    width = _percent(gettext_lazy("Width"))
    height = _percent(gettext_lazy("Height"))
    part: Rectangle | None = None

    def clean(self) -> dict[str, Any]:
        """The four numbers as a part of the photo."""
        given = self.cleaned_data
        if self.has_changed() and not self.errors:
            try:
                self.part = Rectangle(given["x"], given["y"], given["width"], given["height"])
            except BlackOutRefused as refused:
                self.add_error(None, str(refused))
        return given


Parts = formset_factory(PartForm, extra=EMPTY_ROWS, max_num=MOST, absolute_max=MOST)


def is_allowed(request: HttpRequest) -> bool:
    """Whether this volunteer may black out parts of photos."""
    return request.user.has_perm("reports.change_media")


def page(modeladmin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the photo and takes parts. POST with `preview` shows it with them, with `apply` burns them in and goes
    back to a GET; anything else shows the form again as it was filled in.

    404 for a photo that is not there or whose file is gone; 403 without the permission `reports.change_media`.
    """
    if not is_allowed(request):
        raise PermissionDenied
    photo = Media.objects.select_related("service_request", "comment__service_request").filter(pk=pk).first()
    if photo is None or not photo.file:
        raise Http404
    if request.method != "POST":
        return _show(modeladmin, request, photo, Parts(prefix="part"))
    if request.POST.get("seen") != str(photo.key):
        return _changed(request, photo)
    parts = Parts(request.POST, prefix="part")
    given = _given(parts)
    if not parts.is_valid() or not given:
        empty = parts.is_valid() and not given
        return _show(modeladmin, request, photo, parts, problem=_nothing_drawn() if empty else "")
    if "apply" in request.POST:
        return _apply(modeladmin, request, photo, given)
    return _show(modeladmin, request, photo, parts, confirming="preview" in request.POST)


def _given(parts: "BaseFormSet[PartForm]") -> list[Rectangle]:
    return [form.part for form in parts.forms if form.is_valid() and form.part is not None]


def _nothing_drawn() -> str:
    return _("Draw at least one part, or enter its four numbers.")


def _apply(modeladmin: Any, request: HttpRequest, photo: Media, parts: Sequence[Rectangle]) -> HttpResponse:
    try:
        done = media.black_out(photo, photo.key, parts)
    except ChangedMeanwhile:
        return _changed(request, photo)
    modeladmin.log_change(request, done, f"Parts blacked out: {len(parts)}.")
    owner = _owner(done)
    if owner is not None:
        modeladmin.log_change(request, owner, f"Parts of photo {done.pk} blacked out: {len(parts)}.")
    said = ngettext("%(count)d part is blacked out for good.", "%(count)d parts are blacked out for good.", len(parts))
    messages.success(request, said % {"count": len(parts)})
    return _back(done)


def _changed(request: HttpRequest, photo: Media) -> HttpResponse:
    """Also where a button was pressed twice: the first press has changed the photo that the second one meant."""
    said = _("The photo has changed since this page was opened, and nothing more was blacked out. This is it now.")
    messages.warning(request, said)
    return _back(photo)


def _back(photo: Media) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:reports_media_black_out", args=[photo.pk]))


def _show(
    modeladmin: Any,
    request: HttpRequest,
    photo: Media,
    parts: "BaseFormSet[PartForm]",
    problem: str = "",
    confirming: bool = False,
) -> HttpResponse:
    owner = _owner(photo)
    context: dict[str, Any] = {
        **modeladmin.admin_site.each_context(request),
        "title": _("Black out parts of a photo"),
        "opts": modeladmin.model._meta,
        "photo": photo,
        "address": media.sealed_path(photo),
        "owner": owner,
        "parts": parts,
        "drawn": _given(parts) if parts.is_bound else [],
        "problem": problem,
        "confirming": confirming,
        "bodies": _bodies(photo, owner),
        "most": MOST,
    }
    return TemplateResponse(request, "admin/black_out.html", context, headers={"Cache-Control": "no-store"})


def _owner(photo: Media) -> ServiceRequest | None:
    return photo.comment.service_request if photo.comment is not None else photo.service_request


def _bodies(photo: Media, owner: ServiceRequest | None) -> list[str]:
    """The names of the bodies that were given the photo, or its address, and may have a copy."""
    if owner is None or (photo.comment is not None and photo.comment.sent_at is None):
        return []
    sent = Submission.objects.filter(request=owner, sent_at__isnull=False).select_related("endpoint__jurisdiction")
    sent = sent.defer("endpoint__jurisdiction__boundary")
    names = [each.endpoint.jurisdiction.name for each in sent if _takes(each, photo)]
    return list(dict.fromkeys(names))


def _takes(submission: Submission, photo: Media) -> bool:
    try:
        kind = registry.get(submission.endpoint.dialect)
    except ConfigurationError:
        return True  # what it was then, nobody knows any more
    return (kind.comment_photos if photo.comment is not None else kind.takes_photos) != "NO"
