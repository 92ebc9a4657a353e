"""Issues, comments, questions and users as SeeClickFix shows them (DIALECTS section 11).

The shapes are those of the API's own documentation and of public recordings. Not documented anywhere, and therefore
composed: the e-mail of a reporter and the `visibility` words, which the organisations' API alone shows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.clock import parse_moment
from reports.sandbox.seeclickfix.account import OTHER, Course, Question, course, local, request_types
from reports.sandbox.state import CLERK, StoredRequest

if TYPE_CHECKING:
    from reports.sandbox.seeclickfix.v2 import SeeClickFixV2

OFFICIAL, REGISTERED = "Verified Official", "Registered User"
ANONYMOUS = "An anonymous SeeClickFix user"
LISTS = ("select", "multivaluelist")
INTERNAL_EVENTS = frozenset({"assigned", "inspected"})  # notes that an organisation keeps to its members


@dataclass(frozen=True)
class Viewer:
    """Who looks: `base` is the API's address, `member` one who sees what is private, `personal` one who sees who
    reported."""

    base: str
    signed_in: bool = False
    official: bool = False
    member: bool = False
    personal: bool = False


def issue_row(
    system: "SeeClickFixV2", stored: StoredRequest, viewer: Viewer, now: datetime, *, details: bool
) -> dict[str, Any]:
    """Blank fields are there as null."""
    city, url = system.city, f"{viewer.base}/issues/{stored.service_request_id}"
    come = course(city, stored, now)
    row: dict[str, Any] = {
        "id": int(stored.service_request_id),
        "status": come.status,
        "summary": first(stored, "summary"),
        "description": stored.description or None,
        "rating": 1,
        "lat": stored.lat,
        "lng": stored.long,
        "address": stored.address_string or None,
        "created_at": local(city, work.received(stored)),
        "acknowledged_at": local(city, come.acknowledged),
        "closed_at": local(city, come.closed),
        "reopened_at": local(city, come.reopened),
        "updated_at": local(city, come.updated),
        "shortened_url": None,
        "url": url,
        "point": {"type": "Point", "coordinates": [stored.long, stored.lat]},
        "private_visibility": bool(stored.more.get("private")),
        "html_url": f"{viewer.base.partition('/api/')[0]}/issues/{stored.service_request_id}",
        "request_type": _type_row(system, stored, viewer),
        "comment_url": f"{url}/comments",
        "flag_url": f"{url}/flag",
        "transitions": _transitions(come, url, viewer),
        "reporter": _reporter(stored, viewer),
        "media": _media(stored, viewer),
    }
    if viewer.signed_in:
        row["vote_url"] = f"{url}/vote"
        row["current_user_relationship"] = {"following": False, "voted": False, "reporter": False, "assignee": False}
    if viewer.member:
        row["visibility"] = "private" if stored.more.get("private") else "public"
    if details:
        row["comments"] = comments_of(city, stored, viewer, now)
        row["questions"] = _answers(city, stored, viewer)
        row["user"] = row["reporter"]
    return row


def comments_of(city: City, stored: StoredRequest, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """By created date: what officials wrote with their steps, and what others wrote. A comment has no id of its own,
    save in its `flag_url`."""
    kind = city.services[stored.service_code].kind
    rows: list[tuple[datetime, str, dict[str, Any], str, bool]] = []
    for number, step in enumerate(course(city, stored, now).history):
        if step.note:
            internal = viewer.member and step.event in INTERNAL_EVENTS
            by = user_row(900 + len(kind), work.agency(kind, stored.serial), official=True)
            rows.append((step.at, step.note, by, f"{stored.service_request_id}{number:02d}", internal))
    for entry in stored.comments:
        clerk = entry["by"] == CLERK
        name = work.agency(kind, stored.serial) if clerk else entry["by"]
        by = user_row(900 + len(kind) if clerk else 65_773, name, official=clerk)
        rows.append((parse_moment(entry["at"]), entry["text"], by, f"9{entry['id']}", False))
    return [_comment_row(city, viewer, *row) for row in sorted(rows, key=lambda row: row[0])]


def _comment_row(
    city: City, viewer: Viewer, at: datetime, text: str, by: dict[str, Any], number: str, internal: bool
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "comment": text,
        "created_at": local(city, at),
        "updated_at": local(city, at),
        "commenter": by,
        "media": {"video_url": None, "image_full": None, "image_square_100x100": None},
        "flag_url": f"{viewer.base}/comments/{number}/flag",
    }
    if viewer.member:
        row |= {"private_visibility": internal, "visibility": "internal" if internal else "public"}
    return row


def user_row(number: int, name: str, *, official: bool) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "witty_title": "City Fixer" if official else "Street Smart",
        "avatar": {"full": None, "square_100x100": None},
        "role": OFFICIAL if official else REGISTERED,
        "civic_points": 4795 if official else 10,
    }


def question_row(question: Question) -> dict[str, Any]:
    values = [{"key": key, "name": name} for key, name in question.values] if question.type in LISTS else None
    return {
        "primary_key": question.key,
        "question": question.text,
        "question_type": question.type,
        "response_required": question.required,
        "answer_kept_private": question.private,
        "select_values": values,
    }


def first(stored: StoredRequest, key: str) -> str | None:
    return next(iter(stored.attributes.get(key, ())), None)


def _type_row(system: "SeeClickFixV2", stored: StoredRequest, viewer: Viewer) -> dict[str, Any]:
    code, other = stored.service_code, stored.service_code == OTHER
    place = f"lat={stored.lat}&lng={stored.long}"
    return {
        "id": None if other else int(code),
        "title": request_types(system.city.key)[code].title,
        "organization": None if other else system.organization.name,
        "url": f"{viewer.base}/request_types/{code}",
        "related_issues_url": f"{viewer.base}/issues?{place}&request_types={code}&sort=distance",
    }


def _transitions(come: Course, url: str, viewer: Viewer) -> dict[str, str]:
    """What the caller may do next: anybody signed in closes and opens again, officials acknowledge."""
    if not viewer.signed_in or come.status == "Archived":
        return {}
    if come.status == "Closed":
        return {"open_url": f"{url}/open"}
    doable = {"close_url": f"{url}/close"}
    if viewer.official and come.status == "Open":
        doable["acknowledge_url"] = f"{url}/acknowledge"
    return doable


def _reporter(stored: StoredRequest, viewer: Viewer) -> dict[str, Any]:
    hidden = stored.more.get("anonymize_reporter") and not viewer.personal
    number, name = (0, ANONYMOUS) if hidden else (stored.more["reporter_id"], stored.more["reporter"])
    row = user_row(number, name, official=False)
    if viewer.personal:
        row["email"] = stored.email or None
    return row


def _media(stored: StoredRequest, viewer: Viewer) -> dict[str, Any]:
    root = viewer.base.partition("/api/")[0]
    image = f"{root}/files/issue_images/{stored.service_request_id}.jpeg" if stored.photos else None
    square = image.replace(".jpeg", "_square.jpeg") if image else None
    standing_in = f"{root}/assets/categories/other.png"
    return {
        "video_url": None,
        "image_full": image,
        "image_square_100x100": square,
        "representative_image_url": square or standing_in,
    }


def _answers(city: City, stored: StoredRequest, viewer: Viewer) -> list[dict[str, Any]]:
    """What was asked and answered; an answer that is kept private is for members alone."""
    rows = []
    for question in request_types(city.key)[stored.service_code].questions:
        if question.key in stored.attributes and question.key != "summary" and (viewer.member or not question.private):
            names = dict(question.values)
            answer = ", ".join(names.get(value, value) for value in stored.attributes[question.key])
            rows.append({"question": question.text, "answer": answer})
    return rows
