"""Everything that may be reported at a point, with all its questions, in one answer: choosing needs no wait.

What the pages show step by step; the same words, in the language of the path. Nothing here is secret or personal.
"""

import hashlib
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.forms.conditional import written
from reports.forms.questions import Question, questions_of
from reports.geo import routing
from reports.models import Service
from reports.views import foresight, protection
from reports.views.whereabouts import Whereabouts, look

SECONDS: Final = 60


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """`?lat=&long=`: `{"lat", "long", "covered", "bodies", "services"}`; 304 where the browser has that already.

    `bodies` are those that answer there (`answers`), and the others whose services are offered: across a border near
    by, or by a rule.

    A service's `questions` are null where they were never had. Their `shown_if` is as in `Service.definition`. 400 for
    coordinates that are none and 429 for too many calls, each with an `error`.
    """
    try:
        lat, long = float(request.GET.get("lat", "")), float(request.GET.get("long", ""))
        routing.checked(lat, long)
    except ValueError:
        return JsonResponse({"error": _("Latitude and longitude have to be numbers of a place on Earth.")}, status=400)
    refusal = protection.refuse_lookup(request)
    if refusal is not None:
        response: HttpResponse = JsonResponse({"error": refusal.sentence}, status=refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    found = look(lat, long)
    foresight.fetch_questions(found.services)
    response = JsonResponse(_answer(found), json_dumps_params={"separators": (",", ":"), "sort_keys": True})
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, max_age=SECONDS)
    return get_conditional_response(request, etag=etag, response=response) or response


def _answer(found: Whereabouts) -> dict[str, Any]:
    return {
        "lat": found.lat,
        "long": found.long,
        "covered": found.covered,
        "bodies": [
            {
                "name": body.name,
                "slug": body.slug,
                "phone": body.phone,
                "website": body.website,
                "answers": body in found.answering,
            }
            for body in dict.fromkeys((*found.answering, *(each.endpoint.jurisdiction for each in found.services)))
        ],
        "services": [_service(service) for service in found.services],
    }


def _service(service: Service) -> dict[str, Any]:
    known = not service.metadata or service.definition_fetched_at is not None or bool(service.definition)
    return {
        "id": service.pk,
        "service_code": service.service_code,
        "service_name": service.shown_name,
        "group": service.shown_group,
        "description": strip_tags(service.shown_description),
        "body": service.endpoint.jurisdiction.slug,
        "notice": service.notice,
        "stop_message": service.stop_message,
        "call_now": service.call_now,
        "definition_hash": service.questions_hash,
        "questions": [_question(each) for each in questions_of(service.questions)] if known else None,
    }


def _question(question: Question) -> dict[str, Any]:
    values = [
        {"key": key, "name": name} | ({"shown_if": written(condition)} if condition else {})
        for (key, name), condition in zip(question.values, question.value_conditions, strict=True)
    ]
    row = {
        "code": question.code,
        "variable": question.variable,
        "datatype": question.datatype,
        "required": question.required,
        "datatype_description": strip_tags(question.hint),
        "description": strip_tags(question.description),
        "values": values,
        "private": question.private,
    }
    return row | ({"shown_if": written(question.shown_if)} if question.shown_if else {})
