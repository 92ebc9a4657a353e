"""What is posted to SeeClickFix's API 0.1: form, JSON or XML, and what is wrong with it (DIALECTS section 13)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from reports.sandbox.filing import Filing
from reports.sandbox.seeclickfix.account import Organization, Question, RequestType
from reports.sandbox.seeclickfix.errors import number_of
from reports.sandbox.seeclickfix.posting import file_problem, photo_row
from reports.sandbox.wire import Request

ANSWERS = "request_type_answers_attributes"
KEY = "request_type_question_primary_key"
UNTYPED = "17"  # where no request type is chosen, the sandbox files it with this one
LOCALES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "blank": "can't be blank",
        "invalid": "is invalid",
        "number": "is not a number",
        "listed": "is not included in the list",
        "boundary": "is not within boundary of associated request type",
        "answer": "must be answered",
        "refused": "This location is not maintained by the organization",
        "duplicate": "This issue has already been reported",
    },
    "es": {
        "blank": "no puede estar en blanco",
        "invalid": "no es válido",
        "number": "no es un número",
        "listed": "no está incluido en la lista",
        "boundary": "no está dentro del límite del tipo de solicitud",
        "answer": "debe contestarse",
        "refused": "La organización no mantiene este lugar",
        "duplicate": "Este problema ya fue reportado",
    },
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


class Refused(Exception):
    """An HTTP status, and pairs of an attribute's name and what is wrong with it."""

    def __init__(self, status: int, *pairs: tuple[str, str]) -> None:
        super().__init__(status, *pairs)
        self.status = status
        self.pairs = list(pairs)


@dataclass
class Fields:
    """`single` by name without the model's own name around it; `answers` by a question's primary key."""

    single: dict[str, str]
    answers: dict[str, list[str]] = field(default_factory=dict)
    photos: list[dict[str, Any]] = field(default_factory=list)
    bad_photo: bool = False


def locale_of(request: Request) -> str:
    """The locale is the first label of the host: es.seeclickfix.com."""
    label = request.headers.get("host", "").partition(".")[0].lower()
    return label if label in LOCALES else "en"


def say(locale: str, word: str) -> str:
    return LOCALES[locale][word]


def read_fields(request: Request, model: str) -> Fields:
    """Raises Refused (400) for a document that cannot be read. Fields in the query count too."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _from_tree(_json(request.body), model)
    if kind in ("application/xml", "text/xml"):
        return _from_tree(_xml(request.body), model)
    fields = Fields({})
    given = {**request.query, **request.form}
    for name, values in given.items():
        match = re.fullmatch(rf"{model}\[(\w+)\]", name)
        if match:
            fields.single[match[1]] = values[0].strip()
    keys = given.get(f"{model}[{ANSWERS}][][{KEY}]", [])
    for key, answer in zip(keys, given.get(f"{model}[{ANSWERS}][][answer]", []), strict=False):
        if answer.strip():
            fields.answers.setdefault(key.strip(), []).append(answer.strip())
    fields.photos = [photo_row(file) for file in request.files]
    fields.bad_photo = any(file_problem(file) for file in request.files)
    return fields


def filing_of(fields: Fields) -> Filing:
    single = fields.single
    return Filing(
        service_code=single.get("request_type_id") or UNTYPED,
        description=single.get("description", ""),
        lat=single.get("lat", ""),
        long=single.get("lng", ""),
        address_string=single.get("address", ""),
        address_id="",
        attributes=fields.answers | {"summary": [single.get("summary", "")]},
        email=single.get("reporter_email", ""),
        first_name="",
        last_name="",
        phone="",
        media_url="",
        account_id="",
        device_id="",
    )


def issue_problems(
    fields: Fields, types: Mapping[str, RequestType], organization: Organization, locale: str
) -> list[tuple[str, str]]:
    """A request type brings further checks: the point within its boundary, the required questions answered."""
    words, single = LOCALES[locale], fields.single
    wrong = [("summary", words["blank"])] if not single.get("summary") else []
    point = {name: number_of(single.get(name, ""), limit) for name, limit in (("lat", 90), ("lng", 180))}
    wrong += [
        (name, words["number"] if single.get(name) else words["blank"])
        for name, value in point.items()
        if value is None
    ]
    email = single.get("reporter_email", "")
    if email and not _EMAIL.fullmatch(email):
        wrong.append(("reporter_email", words["invalid"]))
    if fields.bad_photo:
        wrong.append(("issue_image", words["invalid"]))
    code = single.get("request_type_id")
    if not code:
        return wrong
    if code not in types:
        return [*wrong, ("request_type_id", words["invalid"])]
    lat, lng = point["lat"], point["lng"]
    if lat is not None and lng is not None and not organization.area.holds(lat, lng):
        wrong.append(("point", words["boundary"]))
    for question in types[code].questions:
        wrong += _answer_problems(question, fields.answers.get(question.key, []), words)
    return wrong


def comment_problems(fields: Fields, locale: str) -> list[tuple[str, str]]:
    words, email = LOCALES[locale], fields.single.get("email", "")
    wrong = [("comment", words["blank"])] if not fields.single.get("comment") else []
    if not _EMAIL.fullmatch(email):
        wrong.append(("email", words["invalid"] if email else words["blank"]))
    if fields.bad_photo:
        wrong.append(("comment_image", words["invalid"]))
    return wrong


def _answer_problems(question: Question, values: list[str], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not values and question.required:
        yield question.text, words["answer"]
    names = {name for _key, name in question.values}
    if names and not set(values) <= names:
        yield question.text, words["listed"]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(400, ("base", "JSON cannot be parsed")) from None


def _xml(raw: bytes) -> Any:
    try:
        root = etree.fromstring(raw, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(400, ("base", "XML cannot be parsed")) from None
    return {root.tag: _tree(root)}


def _tree(element: etree._Element) -> Any:
    """Rails's reading: hyphens are underscores, an element with type="array" is a list."""
    children = list(element.iterchildren("*"))
    if element.get("type") == "array":
        return [_tree(child) for child in children]
    if children:
        return {str(child.tag).replace("-", "_"): _tree(child) for child in children}
    return element.text or ""


def _from_tree(tree: Any, model: str) -> Fields:
    inner = tree.get(model) if isinstance(tree, dict) else None
    if not isinstance(inner, dict):
        raise Refused(400, ("base", f"{model} is missing"))
    fields = Fields({name: str(value).strip() for name, value in inner.items() if not isinstance(value, dict | list)})
    listed = inner.get(ANSWERS)
    for row in listed if isinstance(listed, list) else ():
        if isinstance(row, dict) and str(row.get("answer", "")).strip():
            fields.answers.setdefault(str(row.get(KEY, "")), []).append(str(row["answer"]).strip())
    return fields
