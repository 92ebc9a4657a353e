"""Issues, comments, request types and watch areas as SeeClickFix's API 0.1 shows them (DIALECTS section 13)."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.clock import parse_moment
from reports.sandbox.seeclickfix.account import Organization, Question, RequestType, course
from reports.sandbox.state import CLERK, StoredRequest

MADE, CHANGED = "2010/01/08 00:52:59 +0000", "2010/06/21 23:34:32 +0000"
ACTIVITIES = {"assigned": "Issue Acknowledged", "reopened": "Issue Reopened"}


def list_row(city: City, stored: StoredRequest, now: datetime, page: int) -> dict[str, Any]:
    come = course(city, stored, now)
    return {
        "status": come.status,
        "minutes_since_created": _minutes(work.received(stored), now),
        "lat": stored.lat,
        "page": page,
        "updated_at_raw": _slashed(come.updated),
        "slug": _slug(stored),
        "lng": stored.long,
        "created_at": _at(work.received(stored)),
        "description": stored.description,
        "rating": 1,
        "bitly": "",
        "address": stored.address_string,
        "updated_at": _at(come.updated),
        "summary": stored.more.get("summary", ""),
        "id": int(stored.service_request_id),
        "issue_id": int(stored.service_request_id),
    }


def details_row(city: City, stored: StoredRequest, now: datetime) -> dict[str, Any]:
    """All five forms of a date are in it."""
    come = course(city, stored, now)
    row = list_row(city, stored, now, 1)
    del row["page"]
    return row | {
        "comment_count_excluding_activity": len(stored.comments),
        "voted_before": False,
        "following": False,
        "reporter_display": stored.more.get("reporter_display") or "Anonymous",
        "acknowledged_at": _named(come.acknowledged) if come.acknowledged else None,
        "closed_at": _offset(city, come.closed) if come.closed else None,
    }


def created_issue(city: City, stored: StoredRequest, now: datetime) -> dict[str, Any]:
    """The whole record, the reporter's e-mail and a secret token included."""
    return {
        "acknowledged_at": None,
        "added_by_gps": False,
        "address": stored.address_string or None,
        "bitly": None,
        "closed_at": None,
        "created_at": _named(now),
        "description": stored.description or None,
        "id": int(stored.service_request_id),
        "issue_id": int(stored.service_request_id),
        "lat": stored.lat,
        "lng": stored.long,
        "locale": stored.more["locale"],
        "mobile_id": None,
        "next_notice_date": _offset(city, now + timedelta(days=14)),
        "override_address": None,
        "rating": 1,
        "rejected_count": 0,
        "reopened_at": None,
        "reporter_display": stored.more["reporter_display"],
        "reporter_email": stored.email or None,
        "request_type_id": int(stored.service_code) if stored.more["typed"] else None,
        "send_email": True,
        "signature": None,
        "spam": False,
        "spaminess": None,
        "status": "Open",
        "summary": stored.more["summary"],
        "time_between_notices": 14,
        "token": _secret("issue", stored.service_request_id),
        "updated_at": _named(now),
        "user_id": None,
        "watcher_delivered_at": None,
        "watcher_scheduled_at": _offset(city, now),
    }


def comment_rows(city: City, stored: StoredRequest, now: datetime) -> list[dict[str, Any]]:
    """Newest first: what people wrote, and what happened, which is a comment with another `comment_type`."""
    kind = city.services[stored.service_code].kind
    rows = [
        (step.at, step.note, _activity(step), work.agency(kind, stored.serial))
        for step in course(city, stored, now).history
        if step.note
    ]
    desk = work.agency(kind, stored.serial)
    rows += [
        (parse_moment(entry["at"]), entry["text"], "Comment", desk if entry["by"] == CLERK else entry["by"])
        for entry in stored.comments
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [
        {
            "small_comment_image_path": "",
            "square_comment_image_path": "",
            "minutes_since_created": _minutes(at, now),
            "youtube_url": "",
            "comment": text,
            "comment_image_path": "",
            "user": {},
            "created_at": _slashed(at),
            "comment_type": activity,
            "updated_at": _slashed(at),
            "name": name,
            "issue_id": int(stored.service_request_id),
        }
        for at, text, activity, name in rows
    ]


def created_comment(
    stored: StoredRequest, made: dict[str, str], fields: dict[str, str], locale: str, at: datetime
) -> dict[str, Any]:
    return {
        "comment": made["text"],
        "comment_type": "Comment",
        "created_at": _named(at),
        "email": fields["email"],
        "id": int(made["id"]),
        "issue_id": int(stored.service_request_id),
        "locale": locale,
        "name": fields.get("name") or None,
        "rejected_count": 0,
        "send_email": fields.get("send_email", "true") == "true",
        "signature": None,
        "spam": False,
        "spaminess": None,
        "updated_at": _named(at),
        "user_id": None,
        "youtube_url": fields.get("youtube_url") or None,
    }


def type_row(offer: RequestType, position: int, organization: str) -> dict[str, Any]:
    return {
        "position": position,
        "created_at": MADE,
        "title": offer.title,
        "updated_at": CHANGED,
        "additional_questions_count": len(offer.questions),
        "id": int(offer.code),
        "plus_watch_area_title": organization,
    }


def question_row(question: Question, position: int) -> dict[str, Any]:
    return {
        "position": position,
        "required_response": question.required,
        "question_type": question.type,
        "created_at": MADE,
        "updated_at": MADE,
        "primary_key": int(question.key),
        "select_values": ",".join(name for _key, name in question.values),
        "id": int(question.key),
        "display_answer": not question.private,
        "question": question.text,
    }


def watcher_row(organization: Organization) -> dict[str, Any]:
    area = organization.area
    return {
        "send_on_comment": True,
        "min_lat": area.south,
        "created_at": MADE,
        "title": organization.name,
        "updated_at": CHANGED,
        "max_lng": area.east,
        "public_description": f"Public works of the {organization.name}",
        "public_token": _secret("watcher", str(organization.id)),
        "id": organization.id,
        "min_lng": area.west,
        "max_lat": area.north,
        "locale": "en",
        "search": "",
    }


def _activity(step: work.Step) -> str:
    return "Issue Closed" if step.status == "closed" else ACTIVITIES.get(step.event, "Comment")


def _secret(*parts: str) -> str:
    return sha1("/".join(parts).encode(), usedforsecurity=False).hexdigest()


def _slug(stored: StoredRequest) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", str(stored.more.get("summary", "")).lower()).strip("-")
    return f"{stored.service_request_id}-{words}"


def _minutes(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds() // 60)


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%m/%d/%Y at %I:%M%p")


def _slashed(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S +0000")


def _named(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%a %b %d %H:%M:%S UTC %Y")


def _offset(city: City, moment: datetime) -> str:
    return moment.astimezone(city.zone).strftime("%a %b %d %H:%M:%S %z %Y")
