"""“Your place is missing”: somebody says where this site should work and does not; volunteers read it in the admin."""

from typing import Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from reports import callers
from reports.geo import routing
from reports.geo.rules import fold
from reports.models import MissingPlace
from reports.views import protection
from reports.views.whereabouts import covered

MISSING: Final = "missing_place"  # what its form key is for
SAME: Final = 0.001  # degrees, some 100 m: within it the same words are the same message, sent twice


class MissingPlaceForm(forms.Form):
    """Where it is, and what the town is called."""

    lat = forms.FloatField(widget=forms.HiddenInput)
    long = forms.FloatField(widget=forms.HiddenInput)
    words = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("What is the place called, and who looks after it, as far as you know?"),
        help_text=gettext_lazy("For example: Springfield, the streets are the town's. Leave your name out."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, object]:
        """A point on Earth, at which nobody answers."""
        cleaned = super().clean() or {}
        try:
            point = routing.checked(cleaned["lat"], cleaned["long"])
        except (KeyError, ValueError) as error:
            raise forms.ValidationError(_("The message has no place. Choose the place again.")) from error
        if covered(*point):
            raise forms.ValidationError(_("This place is not missing: somebody answers there. You can report it."))
        return cleaned


@csrf_exempt  # no cookie comes with it: `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: HttpRequest) -> HttpResponse:
    """The form on GET (`?lat=&long=`), which saves nothing; on POST one row, however often it comes.

    403 for a post from another site, 413 for one that is too large, 429 for too many.
    """
    if request.method != "POST":
        point = {name: request.GET.get(name, "")[:40] for name in ("lat", "long")}
        return _show(request, MissingPlaceForm(initial=point))
    if callers.too_large(request, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)):
        return _problem(request, "report/too_large.html", 413)
    if protection.cross_site(request):
        return _problem(request, "report/other_site.html", 403)
    form = MissingPlaceForm(request.POST)
    refusal = protection.refuse_step(request, MISSING)
    if refusal is None and form.is_valid():
        refusal = protection.refuse_rate(request, "missing_place")
    if refusal is not None or not form.is_valid():
        return _show(request, form, refusal)
    _keep(form.cleaned_data["lat"], form.cleaned_data["long"], form.cleaned_data["words"])
    return HttpResponseRedirect(reverse("places:missing_thanks"))


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """What happens with it."""
    return _private(render(request, "report/missing_thanks.html"))


def _keep(lat: float, long: float, words: str) -> None:
    """One row for each place and its words, until a volunteer has dealt with it."""
    words = " ".join(words.split())
    near = MissingPlace.objects.filter(
        handled_at=None, lat__range=(lat - SAME, lat + SAME), long__range=(long - SAME, long + SAME)
    )
    if fold(words) not in {fold(said) for said in near.values_list("words", flat=True)}:
        MissingPlace.objects.create(lat=lat, long=long, words=words)


def _show(request: HttpRequest, form: MissingPlaceForm, refusal: protection.Refusal | None = None) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "form_key": protection.form_key(MISSING),
        "honeypot": protection.HONEYPOT,
    }
    response = render(request, "report/missing.html", context, status=refusal.status if refusal else 200)
    if refusal and refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return _private(response)


def _problem(request: HttpRequest, template: str, status: int) -> HttpResponse:
    where = reverse("report:start")
    context = {"frame": "report/base.html", "start_url": where, "again_url": request.path}
    return _private(render(request, template, context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
