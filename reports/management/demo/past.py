"""A believable past: sixty reports filed, sent, and worked on by the sandbox, in simulated time."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import connection

from reports import clock, intake, tasks
from reports.delivery import definitions, listings, submit
from reports.dialects import registry
from reports.forms import conditional
from reports.forms.questions import questions_of
from reports.management.demo import bodies, others
from reports.management.demo.sandbox_control import SandboxControl
from reports.models import Draft, Endpoint, Service, ServiceRequest

FILINGS = Path(__file__).parent / "filings.txt"
NAMESPACE = uuid.UUID("5d0c7f0e-6a2b-4f43-9f6e-0d9be2c1a7aa")
PACE = timedelta(days=6).total_seconds()
STEP = timedelta(hours=48)  # between two looks at every city
# What goes wrong for a few of them, by their place in the file: the sandbox's word for the fault, and how often.
FAULTS = {13: ("wrong-key", 1), 24: ("html", 1), 43: ("503", 1), 61: ("503", 2)}
WITHDRAWN = 28
PLANS = {22: "duplicate", 38: "duplicate", 104: "cancelled"}  # what a city does with some, whatever their turn
NEED_A_CONTACT = frozenset({"rostock"})
CONTACT = {
    "email": "resident@example.org",
    "first_name": "Rosa",
    "last_name": "Delgado",
    "tell_me": True,
    "pass_on": True,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; `filed` counts from the present that the whole past is built towards."""

    number: int
    filed: datetime
    body: str
    service_code: str
    address: str
    lat: float
    long: float
    answers: dict[str, str]
    description: str


def fill(control: SandboxControl, present: datetime) -> Iterator[tuple[int, int]]:
    """File every line at its time and let the cities work; yields (done, all). Begun and broken off, it goes on."""
    lines = read(present)
    eager = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    control.set_pace(PACE)
    try:
        _write_without_waiting()
        moment = lines[0].filed + STEP
        for done, line in enumerate(lines, 1):
            while moment < line.filed:
                _work_on(control, moment)
                moment += STEP
            _file(control, line)
            yield done, len(lines)
        _work_on(control, present)
        others.report(present)
    finally:
        current_app.conf.task_always_eager = eager
        control.set_clock(datetime.now(present.tzinfo))


def _write_without_waiting() -> None:
    """Spare SQLite the wait for the disk at every commit: what a power cut takes, the next start fills in."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")


def read(present: datetime) -> list[Line]:
    """The lines of the file, oldest first."""
    rows = [row for row in FILINGS.read_text().splitlines() if row and not row.startswith("#")]
    lines = []
    for number, row in enumerate(rows, 1):
        days, body, code, address, lat, long, answers, description = re.split(r"\s*\|\s*", row, maxsplit=7)
        pairs = (answer.partition("=") for answer in answers.split(";") if answer)
        lines.append(
            Line(
                number=number,
                filed=present - timedelta(days=float(days)),
                body=body,
                service_code=code,
                address=address,
                lat=float(lat),
                long=float(long),
                answers={name.strip(): value.strip() for name, _equals, value in pairs},
                description=description,
            )
        )
    return sorted(lines, key=lambda line: line.filed)


def _work_on(control: SandboxControl, moment: datetime) -> None:
    control.set_clock(moment)
    with clock.at(moment):
        tasks.sweep()
        tasks.fetch_all_news()


def _file(control: SandboxControl, line: Line) -> None:
    draft_id = uuid.uuid5(NAMESPACE, f"{line.number}")
    if ServiceRequest.objects.filter(submit_key=draft_id).exists():
        return
    control.set_clock(line.filed)
    service = _service(line)
    if line.number in FAULTS:
        kind, count = FAULTS[line.number]
        control.fault(city=bodies.city_of(service.endpoint), kind=kind, operation="post", count=str(count))
    with clock.at(line.filed):
        draft, _new = Draft.objects.update_or_create(pk=draft_id, defaults={"answers": _answers(line, service)})
        request = intake.file_service_request(draft)
        if line.number == WITHDRAWN:
            _withdraw(request)
    if line.number in PLANS:
        sent = request.submissions.get()
        control.set_plan(bodies.city_of(service.endpoint), sent.token or sent.service_request_id, PLANS[line.number])


def _service(line: Line) -> Service:
    """The service with its questions, asked for at the place where the list depends on it, as in the flow."""
    endpoint = Endpoint.objects.select_related("jurisdiction").get(jurisdiction__slug=line.body, active=True)
    if registry.get(endpoint.dialect).services_depend_on_place:
        listings.listing_at(endpoint, line.lat, line.long)
    service = Service.objects.select_related("endpoint__jurisdiction").get(
        endpoint=endpoint, service_code=line.service_code
    )
    return definitions.with_definition(service, newest=False)


def _answers(line: Line, service: Service) -> dict[str, Any]:
    given = {code: [answer] for code, answer in line.answers.items()}
    shown = conditional.shown(questions_of(service.definition), given)
    asked = [attribute for attribute in service.definition if attribute["variable"] and attribute["code"] in shown]
    return {
        "location": {
            "lat": line.lat,
            "long": line.long,
            "address_string": line.address,
            "place_meant": "point",
            "place_detail": "",
        },
        "service": {"service": service.pk, "definition_hash": service.definition_hash},
        "attributes": {
            "description": line.description,
            "attributes": [
                _answer(attribute, line)
                for attribute in asked
                if attribute["required"] or attribute["code"] in line.answers
            ],
        },
        "contact": CONTACT if line.number % 7 == 0 or line.body in NEED_A_CONTACT else {},
    }


def _answer(attribute: dict[str, Any], line: Line) -> dict[str, Any]:
    """The answer that the file gives, or for a date that it leaves out the day before the filing."""
    code = attribute["code"]
    zone = ZoneInfo("America/Chicago")
    yesterday = (line.filed.astimezone(zone) - timedelta(days=1)).replace(minute=0, second=0, microsecond=0).isoformat()
    key = line.answers.get(code) or (yesterday if attribute["datatype"] == "datetime" else "")
    names = {value["key"]: value["name"] for value in attribute["values"]}
    if not key or (names and key not in names):
        raise ValueError(f"line {line.number} of {FILINGS.name} has no fit answer to {code}: {sorted(names)}")
    return {
        "code": code,
        "datatype": attribute["datatype"],
        "description": attribute["description"],
        "values": [{"key": key, "name": names.get(key, key)}],
    }


def _withdraw(request: ServiceRequest) -> None:
    reason = "Withdrawn by the resident, who reported it to the body by telephone."
    submit.cancel(request.submissions.latest("pk"), reason)
