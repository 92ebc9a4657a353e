"""What was reported already close by: it may be the same. A hint, never a block.

The page is one of a report's only while something is near (`conditions.applies`); `views/drafts.py` looks for it.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from reports.delivery import nearby
from reports.delivery.nearby import Near
from reports.forms.participation import EmailForm
from reports.models import ConfirmationKind, Mark, MirroredRequest, ServiceRequest, person_mark
from reports.participation import confirmations, following, sightings
from reports.views import drafts, protection, signed_in
from reports.views.flow import FlowView
from reports.views.service_requests import conversation
from reports.views.service_requests.listing import reported

FOLLOW, ASKED, THANKS = "follow", "asked", "thanks"  # the small pages behind the list, by the name in the address
CLOSE = 10  # metres: nearer than a pin can be put


@dataclass(frozen=True, slots=True)
class Shown:
    """One request close by, with what can be said and done about it."""

    near: Near
    distance: str
    age: str
    may_follow: bool
    may_add: bool


class DuplicatesPage(FlowView):
    """The open requests close by, each with what somebody can do who means the same; or on to the questions."""

    page: ClassVar = "duplicates"
    template: ClassVar = "report/duplicates.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for state in (FOLLOW, ASKED, THANKS):
            if state in request.GET:
                return self._small_page(state, request.GET[state])
        call = self.call_first()
        if call is not None:
            return call
        self.draft = drafts.look_round(self.draft)
        if self.draft.service_request_id is not None:  # filed in another tab at this moment: there is no place left
            return self.go_on()
        return self.show(self.get_form()) if self._candidates() else self.go_on()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = protection.refuse_step(request, self.purpose)
        if "follow" in request.POST:
            return self._follow(request.POST["follow"], refusal)
        if refusal is not None:
            return self.show(self.get_form(), refusal)
        if "sighting" in request.POST:
            return self._see(request.POST["sighting"])
        return self._mine_is_different()

    def get_form(self, data: Any = None, files: Any = None) -> Form:
        return Form(data)

    def extra_context(self, form: Form) -> dict[str, Any]:
        """What is new since they said that theirs is different; all of them to somebody who came back to the page."""
        seen = (self.answers.get("duplicates") or {}).get("seen", ())
        found = self._candidates()
        return {"shown": [each for each in found if each.near.key not in seen] or found}

    # --- what the person says ---------------------------------------------------------------------------------

    def _mine_is_different(self) -> HttpResponse:
        """Remember those that the page showed, so that they are not asked about again at this place."""
        given = self.answers.get("duplicates") or {}
        if not given:
            return self.go_on()
        seen = sorted({*given.get("seen", ()), *given.get("found", ())})
        return self.save_and_go_on({**given, "seen": seen})

    def _see(self, key: str) -> HttpResponse:
        near = self._near(key)
        if near is None:
            return self._gone()
        try:
            sightings.see(_target(near), self._persons()[0])
        except sightings.NotOpen:  # at this moment
            return self._gone()
        return self._to_small_page(THANKS, key)

    def _follow(self, key: str, refusal: protection.Refusal | None) -> HttpResponse:
        near = self._near(key)
        request = near.service_request if near else None
        if near is None or request is None or not following.may_be_followed(request):
            return self._gone()
        form = EmailForm(self.request.POST)
        if refusal is None and form.is_valid():
            refusal = protection.refuse_rate(self.request, "confirmation")
        if refusal is not None or not form.is_valid():
            return self._show_small(FOLLOW, near, form, refusal)
        confirmations.ask_by_mail(ConfirmationKind.FOLLOW, form.cleaned_data["email"], request)
        return self._to_small_page(ASKED, key)

    # --- the small pages --------------------------------------------------------------------------------------

    def _small_page(self, state: str, key: str) -> HttpResponse:
        near = self._near(key)
        if near is None or (state == FOLLOW and not _shown(near).may_follow):
            return self._gone()
        if state == THANKS and not self._has_said(near):
            return self.to(self.page)
        address = signed_in.address_of(self.request) if state == FOLLOW else ""
        return self._show_small(state, near, EmailForm(initial={"email": address}))

    def _show_small(
        self, state: str, near: Near, form: EmailForm, refusal: protection.Refusal | None = None
    ) -> HttpResponse:
        seen = sightings.seen(_target(near))
        context = {"state": state, "one": _shown(near), "people": seen.people, "last_at": seen.last_at}
        return self.show(form, refusal, **context, back_url=self.url(self.page), go_on_url=self.url(self.page))

    def _to_small_page(self, state: str, key: str) -> HttpResponse:
        return HttpResponseRedirect(f"{self.url(self.page)}?{urlencode({state: key})}")

    def _gone(self) -> HttpResponse:
        """It was closed meanwhile, or was never near. What has been answered stays."""
        context = {"state": "gone", "go_on_url": self.url(self.page), "back_url": self.url(self.page)}
        return self.render(self.template, {"form": self.get_form(), **context}, status=410)

    # --- what is near -----------------------------------------------------------------------------------------

    def _candidates(self) -> list[Shown]:
        return [_shown(near) for near in nearby.candidates(self.answers["location"], self.the_service)]

    def _near(self, key: str) -> Near | None:
        """The open request of that name near the place, be it one of the nearest or not any more."""
        found = nearby.near(self.answers["location"], self.the_service)
        return next((each for each in found if each.key == key), None)

    def _persons(self) -> list[Mark]:
        """Who somebody is who says something here: the account that is surely theirs, and else this draft. An account
        goes by its confirmed address, as it does on the report's own page, so that both ways are one person."""
        account = protection.signed_in(self.request)
        draft = person_mark("draft", str(self.draft.pk))
        if account is None:
            return [draft]
        address = signed_in.confirmed_address(account)
        return [person_mark("email", address) if address else person_mark("account", str(account.pk)), draft]

    def _has_said(self, near: Near) -> bool:
        return any(sightings.said_by(_target(near), person) for person in self._persons())


def _target(near: Near) -> ServiceRequest | MirroredRequest:
    target = near.service_request or near.mirrored
    if target is None:
        raise LookupError("neither a request of ours nor a mirrored one")
    return target


def _shown(near: Near) -> Shown:
    ours = near.service_request
    return Shown(
        near=near,
        distance=_distance(near.metres),
        age=reported(near.filed_at) if near.filed_at else "",
        may_follow=ours is not None and following.may_be_followed(ours),
        may_add=ours is not None and conversation.is_open(ours),
    )


def _distance(metres: float) -> str:
    if metres < CLOSE:
        return _("at the same place")
    return _("about %(metres)d m away") % {"metres": round(metres, -1)}
