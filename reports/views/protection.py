"""What guards the anonymous flow, which has no cookie: where a post comes from, how old its form is, and how many come.

A check that fails never loses an answer: except for a post from another site and one that is too large to read,
the page is shown again as it was typed, with a sentence that says why.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner, b62_decode
from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from reports import callers, clock
from reports.models import Draft

FORM_LIFE: Final = timedelta(hours=24)
HONEYPOT: Final = "leave_this_empty"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a post is not taken: HTTP status, a sentence for the person, and seconds to wait where that helps."""

    status: int
    sentence: str
    retry_after: int = 0


def form_key(purpose: str) -> str:
    """A signed, timed key for one form; `purpose` names its page, and its draft where there is one."""
    return _signer(purpose).sign("form")


def cross_site(request: HttpRequest) -> bool:
    """Whether a browser says that another site sent this post. A client that says nothing is let through."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    trusted = {urlsplit(address).netloc for address in (settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS)}
    return urlsplit(origin).netloc not in {request.get_host(), *trusted}


def same_origin(request: HttpRequest) -> bool:
    """Whether a browser positively says that a page of ours sent this post. Silence is no proof."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def refuse_step(request: HttpRequest, purpose: str) -> Refusal | None:
    """Judge a post of one page by its rate, its form key and its honeypot."""
    wait = _wait(RateLimitItemPerMinute(settings.STEPS_PER_MINUTE), "step", request)
    if wait:
        return Refusal(429, _("That was a lot at once. Wait a moment, then press the button again."), wait)
    return _refuse_form(request, purpose)


def refuse_lookup(request: HttpRequest) -> Refusal | None:
    """Judge a look-up that costs a call to the geocoder by its rate."""
    wait = _wait(RateLimitItemPerMinute(settings.STEPS_PER_MINUTE), "lookup", request)
    if not wait:
        return None
    return Refusal(429, _("That was a lot of searches at once. Wait a moment, then search again."), wait)


def refuse_filing(request: HttpRequest, draft: Draft) -> Refusal | None:
    """Judge the last post by the time since the draft was begun, and by the number of reports from one address."""
    if clock.now() - draft.created_at < timedelta(seconds=settings.FORM_MINIMUM_SECONDS):
        return Refusal(400, _("That was very quick. Read your answers once more, then send the report."))
    wait = _wait(RateLimitItemPerHour(settings.FILINGS_PER_HOUR), "filing", request)
    if not wait:
        return None
    return Refusal(
        429, _("Many reports have come from your network in the last hour. Your answers are kept. Send it later."), wait
    )


def refuse_comment(request: HttpRequest, purpose: str) -> Refusal | None:
    """Judge a comment by its form key, its honeypot, how long its form was open, and how many come from one address."""
    refusal = refuse_step(request, purpose)
    if refusal is not None:
        return refusal
    if _age(request, purpose) < settings.FORM_MINIMUM_SECONDS:
        return Refusal(400, _("That was very quick. Read your comment once more, then send it."))
    wait = _wait(RateLimitItemPerHour(settings.COMMENTS_PER_HOUR), "comment", request)
    if not wait:
        return None
    return Refusal(429, _("Many comments have come from your network in the last hour. Send yours later."), wait)


def _refuse_form(request: HttpRequest, purpose: str) -> Refusal | None:
    try:
        _signer(purpose).unsign(request.POST.get("form_key", ""), max_age=FORM_LIFE)
    except SignatureExpired:
        return Refusal(400, _("This page was open for over a day. Look at your answers, then press the button again."))
    except BadSignature:
        return Refusal(400, _("The form did not arrive whole. Look at your answers, then press the button again."))
    if request.POST.get(HONEYPOT):
        return Refusal(400, _("A field that has to stay empty was filled in. It is empty now: press the button again."))
    return None


def _age(request: HttpRequest, purpose: str) -> float:
    """Seconds since the form was made; only for a key that has been found whole."""
    made = request.POST.get("form_key", "").rsplit(":", 2)[1]
    return time.time() - b62_decode(made)


def _signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(salt=f"reports.form.{purpose}")


def _wait(limit: RateLimitItem, bucket: str, request: HttpRequest) -> int:
    return callers.wait(limit, bucket, callers.client_address(request))
