"""POST issues: a report by form, multipart form or JSON, checked against its request type (DIALECTS section 11)."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from reports.sandbox.clock import parse_moment
from reports.sandbox.faults import magic_after, magic_before, magic_words
from reports.sandbox.filing import Filing
from reports.sandbox.seeclickfix.account import OTHER, Question, RequestType, request_types
from reports.sandbox.seeclickfix.errors import SeeClickFixError, number_of
from reports.sandbox.seeclickfix.rows import issue_row
from reports.sandbox.storing import store_filing
from reports.sandbox.wire import Answer, File, Request, json_answer

if TYPE_CHECKING:
    from reports.sandbox.seeclickfix.v2 import SeeClickFixV2, User

TRUE = frozenset({"true", "1"})
MAX_FILE = 20_000_000
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
DUPLICATE = "This issue has already been reported."
OUTSIDE = "The selected point is not within boundary of associated request type."
DEVICE = ("device_id", "device_os", "device_name")

_ANSWER = re.compile(r"answers\[([^\[\]]+)\](\[\])?")


@dataclass
class Body:
    """What was posted, whichever way: single fields, answers by their question's key, and files."""

    fields: dict[str, str]
    answers: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[File, ...] = ()


def report(system: "SeeClickFixV2", request: Request, user: "User | None") -> Answer:
    """201 with the issue and its address; 202 and no id where it is held for moderation; 422 for what is wrong."""
    body = read_body(request)
    filing = _filing(body)
    tries = system.store.note_post(system.city.key, filing.fingerprint)
    summary = " ".join(body.answers.get("summary", ()))
    words = magic_words(f"{summary} {filing.description}")
    early = magic_before(words, tries)
    if early:
        return early
    asked = request_types(system.city.key).get(filing.service_code)
    if asked is None or (asked.internal and not (user and user.role)):
        raise SeeClickFixError(422, {"errors": {"request_type_id": ["Request type is invalid"]}})
    _check(system, asked, filing, body, refuse="SANDBOX-REFUSE" in words)
    service = system.city.services[asked.code]
    held = "SANDBOX-MODERATED" in words
    more = _more(body, asked, user) | ({"held": True} if held else {})
    photos = [photo_row(file) for file in body.files]
    known = any(stored.fingerprint == filing.fingerprint for stored in system.store.requests(system.city.key))
    if "SANDBOX-DUPLICATE" in words and known:
        raise SeeClickFixError(422, {"base": DUPLICATE})
    stored = store_filing(system.city, system.store, filing, service, words, more=more, photos=photos)
    if "SANDBOX-DUPLICATE" in words:
        raise SeeClickFixError(422, {"base": DUPLICATE})
    if held:
        return magic_after(words, json_answer({"metadata": {"moderated": True}}, 202), system.timing)
    viewer = system.viewer(request, user)
    row = issue_row(system, stored, viewer, system.store.clock.now(), details=False)
    made = json_answer(row, 201)
    located = Answer(201, made.body, made.content_type, (("Location", row["html_url"]),))
    return magic_after(words, located, system.timing)


def read_body(request: Request) -> Body:
    """Raises the documented 400 for JSON that cannot be read."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return _from_json(request.body)
    body = Body({name: values[0].strip() for name, values in request.form.items()}, files=request.files)
    for name, values in request.form.items():
        match = _ANSWER.fullmatch(name)
        if match:
            body.answers.setdefault(match[1], []).extend(value for value in values if value.strip())
    return body


def photo_row(file: File) -> dict[str, Any]:
    """An uploaded file as the control panel shows it: its size and digest, not its content."""
    return {
        "field": file.field,
        "filename": file.filename,
        "content_type": file.content_type,
        "bytes": len(file.content),
        "sha256": sha256(file.content).hexdigest(),
    }


def file_problem(file: File) -> str:
    if len(file.content) > MAX_FILE:
        return "is too large (maximum is 20 MB)"
    return "" if file.content_type in IMAGES else "must be a png, jpeg or gif"


def _from_json(raw: bytes) -> Body:
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise SeeClickFixError(400, {"request": "Unable to parse JSON"})
    answers = given.get("answers")
    listed = {
        str(key): [_plain(item) for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]
        for key, value in (answers.items() if isinstance(answers, dict) else ())
    }
    return Body({str(key): _plain(value) for key, value in given.items() if key != "answers"}, listed)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).strip()


def _filing(body: Body) -> Filing:
    """In the sandbox's common form: the answers, the summary among them, are the attributes."""
    answers = {key: values for key, values in body.answers.items() if values and key != "description"}
    fields = body.fields
    return Filing(
        service_code=fields.get("request_type_id") or OTHER,
        description=" ".join(body.answers.get("description", ())),
        lat=fields.get("lat", ""),
        long=fields.get("lng", ""),
        address_string=fields.get("address", ""),
        address_id="",
        attributes=answers,
        email=fields.get("reporter_email", ""),
        first_name="",
        last_name="",
        phone="",
        media_url="",
        account_id="",
        device_id=fields.get("device_id", ""),
    )


def _more(body: Body, asked: RequestType, user: "User | None") -> dict[str, Any]:
    """What only this family keeps. Somebody else's e-mail makes them the reporter, and the caller the creator."""
    behalf = body.fields.get("reporter_email", "") if user and user.role else ""
    more: dict[str, Any] = {
        "reporter_id": 65_999 if behalf else (user.id if user else 0),
        "reporter": behalf.partition("@")[0] if behalf else (user.name if user else ""),
        "creator": user.name if user else "",
        "anonymize_reporter": body.fields.get("anonymize_reporter", "").lower() in TRUE,
    }
    more |= {name: body.fields[name] for name in DEVICE if body.fields.get(name)}
    if behalf:
        more["on_behalf_of"] = behalf
    if asked.internal or (user and user.role and body.fields.get("private_visibility", "").lower() in TRUE):
        more["private"] = True
    return more


def _check(system: "SeeClickFixV2", asked: RequestType, filing: Filing, body: Body, *, refuse: bool) -> None:
    """422: what is wrong with the place comes under `errors` in lists, what is wrong with answers in a flat map."""
    errors: dict[str, list[str]] = {}
    lat, lng = number_of(filing.lat, 90), number_of(filing.long, 180)
    for name, label, given, value in (("lat", "Lat", filing.lat, lat), ("lng", "Lng", filing.long, lng)):
        if value is None:
            errors[name] = [f"{label} is not a number" if given else f"{label} can't be blank"]
    if not filing.address_string:
        errors["address"] = ["Address can't be blank"]
    if lat is not None and lng is not None and asked.code != OTHER and not system.organization.area.holds(lat, lng):
        errors["point"] = [OUTSIDE]
    if errors:
        raise SeeClickFixError(422, {"errors": errors})
    sent = {file.field for file in body.files}
    flat = {q.key: wrong for q in asked.questions if (wrong := _answer_problem(q, body.answers.get(q.key, []), sent))}
    for file in body.files:
        if file_problem(file):
            flat[file.field] = f"Image {file_problem(file)}"
    if refuse:
        flat["base"] = "This location is not maintained by the organization."
    if flat:
        raise SeeClickFixError(422, flat)


def _answer_problem(question: Question, values: list[str], sent: set[str]) -> str:
    if question.type == "note":
        return ""
    if question.type == "file":
        return (
            f"{question.text} can't be blank." if question.required and f"answers[{question.key}]" not in sent else ""
        )
    if not values:
        return f"{question.text} can't be blank." if question.required else ""
    keys = {key for key, _name in question.values}
    if question.type != "multivaluelist" and len(values) > 1:
        return f"{question.text} takes one answer."
    if keys and not set(values) <= keys:
        return f"{question.text} is not included in the list."
    if question.type == "boolean" and values[0] not in ("true", "false"):
        return f"{question.text} must be true or false."
    if question.type == "number" and number_of(values[0], float("inf")) is None:
        return f"{question.text} is not a number."
    return _moment_problem(question, values[0]) if question.type == "datetime" else ""


def _moment_problem(question: Question, value: str) -> str:
    try:
        parse_moment(value)
    except ValueError:
        return f"{question.text} is not an ISO 8601 timestamp."
    return ""
