"""`POST /open311/v2/servicerequestupdates`: what a body tells us of itself (mySociety's extension of GeoReport v2).

Source: DIALECTS section 18. README.md beside this says it for the people at the body.
"""

import logging
from typing import Final

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from limits import RateLimitItemPerMinute

from reports import callers
from reports.api.documents import document, errors
from reports.delivery import push_keys, pushed_updates
from reports.dialects import pushed_updates as wire
from reports.models import Endpoint

log = logging.getLogger(__name__)

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
ID_MOST: Final = 200
LATER: Final = "600"  # seconds after which a number that we do not know may be known


@csrf_exempt  # no cookie is looked at: the key in the form is the permission
def service_request_updates(request: HttpRequest, format_: str) -> HttpResponse:
    """Take one update over and answer with its id, once however often it comes.

    Errors as GeoReport v2 documents: 400 for a field that is missing or cannot be read, 403 for a missing or wrong key,
    404 for a number that is not known, 405, 410 for a request that was withdrawn, 413, 415, 429.
    """
    refusal = _refuse(request, format_)
    if refusal is not None:
        return refusal
    try:
        fields = {name: str(value) for name, value in request.POST.items()}
    except RequestDataTooBig:
        return errors(format_, 413, _("The update is too large."))
    except BadRequest:  # Django reads no other charset
        return errors(format_, 415, _("Send the form in UTF-8."))
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return errors(format_, 400, _("The form did not arrive whole."))
    endpoint = push_keys.endpoint_of(fields.pop("api_key", "").strip())
    if endpoint is None:
        return errors(format_, 403, _("api_key: missing or wrong."))
    return _too_many(format_, f"endpoint {endpoint.pk}") or _take(endpoint, fields, format_)


def _refuse(request: HttpRequest, format_: str) -> HttpResponse | None:
    """What is refused before any of the form is read."""
    if request.method != "POST":
        answer = errors(format_, 405, _("Updates are sent here with POST."))
        answer["Allow"] = "POST"
        return answer
    if request.content_type not in FORMS:
        return errors(format_, 415, _("Send a form: %(types)s.") % {"types": ", ".join(FORMS)})
    if callers.too_large(request, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)):
        return errors(format_, 413, _("The update is too large."))
    return _too_many(format_, callers.client_address(request))


def _too_many(format_: str, caller: str) -> HttpResponse | None:
    wait = callers.wait(RateLimitItemPerMinute(settings.PUSHED_UPDATES_PER_MINUTE), "pushed update", caller)
    if not wait:
        return None
    answer = errors(format_, 429, _("Too many updates at once. Go on after %(seconds)d seconds.") % {"seconds": wait})
    answer["Retry-After"] = str(wait)
    return answer


def _take(endpoint: Endpoint, fields: dict[str, str], format_: str) -> HttpResponse:
    body = endpoint.jurisdiction
    named = fields.get("jurisdiction_id", "").strip()
    if named and body.jurisdiction_id and named.casefold() != body.jurisdiction_id.casefold():
        return errors(format_, 404, _("jurisdiction_id: the key is another body's."))
    try:
        row = wire.read(fields, body.zone)
    except ValueError as error:
        return errors(format_, 400, str(error))
    update_id = row.notes[0].id
    if len(update_id) > ID_MOST:
        return errors(format_, 400, _("update_id: longer than %(most)d characters.") % {"most": ID_MOST})
    try:
        pushed_updates.take(endpoint, update_id, row)
    except pushed_updates.NotKnown:
        return _not_known(format_)
    except pushed_updates.Over:
        return errors(format_, 410, _("This request was withdrawn. Send no more updates of it."))
    except (DataError, ValueError, OverflowError) as error:  # its words may quote the update
        log.error("an update by endpoint %s was not stored: %s", endpoint.pk, type(error).__name__)
        return errors(format_, 400, _("The update cannot be stored."))
    return document(format_, "service_request_updates", "request_update", [{"update_id": update_id}])


def _not_known(format_: str) -> HttpResponse:
    sentence = _(
        "service_request_id: no request that came from here has this number yet. If it is a new one, send the update"
        " again later."
    )
    answer = errors(format_, 404, sentence)
    answer["Retry-After"] = LATER
    return answer
