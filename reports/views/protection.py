"""What guards the anonymous flow, which has no cookie: where a post comes from, how old its form is, and how many come.

How many is counted by address, and by the network round it with a limit that is NETWORK_FACTOR times as wide: behind
one address there may be a school, a library or a carrier's customers, and one person may have a network of addresses.

A check that fails never loses an answer: except for a post from another site and one that is too large to read,
the page is shown again as it was typed, with a sentence that says why.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner, b62_decode
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from reports import callers, clock
from reports.models import Draft, User

FORM_LIFE: Final = timedelta(hours=24)
HONEYPOT: Final = "leave_this_empty"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a post is not taken: HTTP status, a sentence for the person, and seconds to wait where that helps."""

    status: int
    sentence: str
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """One thing that is counted: which setting limits it, in what time, and what is said where it was too much."""

    setting: str
    limit: type[RateLimitItem]
    sentence: Any  # translated when it is shown


# Whoever takes another kind of post adds a line here, and says `refuse_rate(request, "its name")`.
BUCKETS: Final = {
    "step": Bucket(
        "STEPS_PER_MINUTE",
        RateLimitItemPerMinute,
        gettext_lazy("That was a lot at once. Wait a moment, then press the button again."),
    ),
    "lookup": Bucket(
        "STEPS_PER_MINUTE",
        RateLimitItemPerMinute,
        gettext_lazy("That was a lot of searches at once. Wait a moment, then search again."),
    ),
    "filing": Bucket(
        "FILINGS_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many reports have come from your network in the last hour. Your answers are kept."),
    ),
    "comment": Bucket(
        "COMMENTS_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many comments have come from your network in the last hour."),
    ),
    "confirmation": Bucket(
        "CONFIRMATIONS_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many mails have been asked for from your network in the last hour."),
    ),
    "download": Bucket(
        "DOWNLOADS_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many whole lists have been fetched from your network in the last hour."),
    ),
    "abuse": Bucket(
        "NOTES_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many messages to the volunteers have come from your network in the last hour."),
    ),
    "missing_place": Bucket(
        "NOTES_PER_HOUR",
        RateLimitItemPerHour,
        gettext_lazy("Many messages to the volunteers have come from your network in the last hour."),
    ),
}


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


def signed_in(request: HttpRequest) -> User | None:
    """Who calls, where they are signed in. The session is looked at only where one came, with a request that is surely
    from a page of ours: no form token guards the anonymous flow, and another site must do nothing in somebody's name.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not same_origin(request):
        return None
    user = request.user
    return user if user.is_authenticated else None


def refuse_rate(request: HttpRequest, bucket: str) -> Refusal | None:
    """Count one call in a bucket of `BUCKETS`; a 429 that says when to come back where that was one too many.

    The address is counted first: who is over its own limit takes nothing from the neighbours.
    """
    counted = BUCKETS[bucket]
    most = getattr(settings, counted.setting)
    wait = callers.wait(counted.limit(most), bucket, callers.client_address(request)) or callers.wait(
        counted.limit(most * settings.NETWORK_FACTOR), f"{bucket} network", callers.client_network(request)
    )
    if not wait:
        return None
    return Refusal(429, f"{counted.sentence} {_come_back(wait)}", wait)


def refuse_step(request: HttpRequest, purpose: str) -> Refusal | None:
    """Judge a post of one page by its rate, its form key and its honeypot."""
    return refuse_rate(request, "step") or _refuse_form(request, purpose)


def refuse_lookup(request: HttpRequest) -> Refusal | None:
    """Judge a look-up that costs a call to the geocoder by its rate."""
    return refuse_rate(request, "lookup")


def refuse_filing(request: HttpRequest, draft: Draft) -> Refusal | None:
    """Judge the last post by the time since the draft was begun, and by the number of reports.

    The time counts from the first answer to the last, and not for each page: a form key knows whole seconds only, and
    whoever has nothing to add goes past photos and contact in less.
    """
    if clock.now() - draft.created_at < timedelta(seconds=settings.FORM_MINIMUM_SECONDS):
        return Refusal(400, _("That was very quick. Read your answers once more, then send the report."))
    return refuse_rate(request, "filing")


def refuse_comment(request: HttpRequest, purpose: str) -> Refusal | None:
    """Judge a comment by its form key, its honeypot, how long its form was open, and how many come from one address."""
    refusal = refuse_step(request, purpose)
    if refusal is not None:
        return refusal
    if _age(request, purpose) < settings.FORM_MINIMUM_SECONDS:
        return Refusal(400, _("That was very quick. Read your comment once more, then send it."))
    return refuse_rate(request, "comment")


def _come_back(wait: int) -> str:
    """When the same button works again; `wait` in seconds."""
    if wait <= 60:
        return _("Try again in a minute.")
    minutes = -(-wait // 60)
    words = ngettext("Try again in %(count)d minute.", "Try again in %(count)d minutes.", minutes)
    return words % {"count": minutes}


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
