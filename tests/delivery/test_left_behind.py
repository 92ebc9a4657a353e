"""What is left of a resident in any table, log of the admin or file: after the details' time, and after taking away."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client

from reports import clock
from reports.delivery import retention, submit, taken_away
from reports.delivery.endpoints import dialect_for
from reports.dialects.errors import DialectError
from reports.dialects.messages import Place
from reports.models import (
    Comment,
    Contact,
    Disclosure,
    Draft,
    Endpoint,
    Media,
    Notification,
    ServiceRequest,
    Submission,
    SubmissionState,
    Subscription,
)
from reports.notifications import queue
from reports.sandbox import Sandbox
from tests.conftest import SANDBOX
from tests.factories import (
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
    make_user,
)
from tests.pictures import picture

pytestmark = pytest.mark.django_db

DETAILS = {"email": "ann.wu@example.org", "phone": "2175550142", "first_name": "Ann", "last_name": "Wu"}
GIVEN = {
    "description": "Markedwords",
    "answer": "Privatemark",
    "landmark": "Markedlandmark",
    "comment": "Markedcomment",
}
LOST = "SANDBOX-LOST-ANSWER"
CHICAGO = Place(41.8837, -87.6320)


def texts() -> Iterator[tuple[str, str]]:
    """Every text and JSON column of every row of every model there is, packages' own too."""
    for model in apps.get_models():
        kinds = (models.CharField, models.TextField, models.JSONField)
        columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, kinds)]
        for row in model._base_manager.values(*columns) if columns else ():
            yield from ((f"{model.__name__}.{name}", str(value)) for name, value in row.items())


def where(words: dict[str, str]) -> set[tuple[str, str]]:
    """Which of these stand where, as whole words."""
    marks = {name: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for name, word in words.items()}
    return {(place, name) for place, text in texts() for name, mark in marks.items() if mark.search(text)}


def cities(sandbox: Sandbox) -> Iterator[Endpoint]:
    for city in sandbox.cities.values():
        body = make_jurisdiction(city.name, jurisdiction_id=city.jurisdiction_id, time_zone=city.time_zone)
        endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/")
        endpoint.api_key = "sandbox-key"
        endpoint.save()
        yield endpoint


def code(endpoint: Endpoint) -> str:
    """A service that the city has, or any, where it lists none here."""
    dialect = dialect_for(endpoint)
    try:
        listed = dialect.services(CHICAGO if dialect.services_depend_on_place else None)
    except DialectError:
        return "any"
    return next((each.service_code for each in listed if each.active), "any")


def file(endpoint: Endpoint, words: str) -> None:
    """A report with something in all that a person fills, sent as far as the city lets it."""
    answer = {"code": "X", "datatype": "string", "private": True, "description": "Where?",
              "values": [{"key": "k", "name": "Privatemark"}]}  # fmt: skip
    request = make_service_request(
        make_service(endpoint, service_code=code(endpoint)), lat=CHICAGO.lat, long=CHICAGO.long, attributes=[answer],
        description=f"Markedwords {words}", place_detail="Markedlandmark",
        requested_datetime=clock.now() - timedelta(days=800),
    )  # fmt: skip
    Contact.objects.create(service_request=request, pass_on=True, endpoint=endpoint, **DETAILS)
    Subscription.objects.create(service_request=request, email=DETAILS["email"])
    queue.enqueue(make_status_update(request))
    Comment.objects.create(service_request=request, text="Markedcomment")
    submission = make_submission(request)
    submit.submit(submission.pk)


@pytest.fixture(params=["", "SANDBOX-REFUSE", LOST])
def filed(request: pytest.FixtureRequest, sandbox: Sandbox, settings: Any, tmp_path: Path) -> Path:
    """One report to each fake city, and what volunteers do about them; the folder in which their photos are."""
    settings.MEDIA_ROOT = str(tmp_path)
    endpoints = list(cities(sandbox))
    for endpoint in endpoints:
        if endpoint.dialect != "email":  # letters: test_retention
            file(endpoint, request.param)
    first = ServiceRequest.objects.earliest("pk")
    Media.objects.create(service_request=first, sha256="x", file=ContentFile(picture(), "p.jpg"))
    Notification.objects.update(error="450 for <ann.wu@example.org>")
    staff = Client()
    staff.force_login(make_user("chief@example.org", is_staff=True, is_superuser=True))
    staff.post("/admin/reports/subscription/", {"action": "end", "_selected_action": [Subscription.objects.first().pk]})
    states = set(Submission.objects.values_list("state", flat=True))
    wanted = {"": "delivered", "SANDBOX-REFUSE": "needs_attention", LOST: "uncertain"}
    assert wanted[request.param] in states
    assert Disclosure.objects.count() > len(endpoints) // 2
    assert {name for _place, name in where(DETAILS)} == set(DETAILS)
    return tmp_path


def test_after_their_time_no_contact_detail_is_left(filed: Path) -> None:
    assert retention.forget() == ServiceRequest.objects.count()
    assert where(DETAILS) == set()
    assert ("ServiceRequest.description", "description") in where(GIVEN)  # the report itself stays


def test_after_taking_away_nothing_that_the_person_gave_is_left(filed: Path) -> None:
    assert {name for _place, name in where(GIVEN)} == set(GIVEN)
    assert [path for path in filed.rglob("*") if path.is_file()] != []
    disclosed = Disclosure.objects.count()
    for request in ServiceRequest.objects.all():
        assert taken_away.take_away(request)
    assert where(DETAILS | GIVEN) == set()
    assert [path for path in filed.rglob("*") if path.is_file()] == []
    assert Disclosure.objects.count() == disclosed
    assert not Draft.objects.exists()
    assert set(Submission.objects.values_list("state", flat=True)) == {SubmissionState.CANCELLED}
