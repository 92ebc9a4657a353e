"""POST of comments and of changes of status, which are comments too (DIALECTS section 11)."""

from typing import TYPE_CHECKING, Any

from reports.sandbox.faults import magic_words
from reports.sandbox.seeclickfix.account import course, local
from reports.sandbox.seeclickfix.errors import SeeClickFixError
from reports.sandbox.seeclickfix.posting import Body, file_problem, photo_row, read_body
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request, json_answer

if TYPE_CHECKING:
    from reports.sandbox.seeclickfix.v2 import SeeClickFixV2, User

# For each change: the statuses in which it can be made.
FROM = {"close": ("Open", "Acknowledged"), "open": ("Closed",), "acknowledge": ("Open",)}


def comment(system: "SeeClickFixV2", request: Request, stored: StoredRequest, user: "User | None") -> Answer:
    """201, or 202 where it is held for moderation; then nobody is shown it."""
    body = _read(request)
    text = body.fields["comment"]
    if "SANDBOX-MODERATED" in magic_words(text):
        kept = [*stored.more.get("held_comments", ()), text]
        system.store.change(system.city.key, stored.service_request_id, held_comments=kept)
        return json_answer({"metadata": {"moderated": True}}, 202)
    return _added(system, stored, body, user)


def act(system: "SeeClickFixV2", request: Request, stored: StoredRequest, word: str, user: "User | None") -> Answer:
    """Close, open again or acknowledge, with the comment that it takes. Archived is final."""
    if word == "acknowledge" and not (user and user.role):
        raise SeeClickFixError(403, {"message": "Only officials may acknowledge an issue."})
    body = _read(request)
    status = course(system.city, stored, system.store.clock.now()).status
    if status not in FROM[word]:
        raise SeeClickFixError(422, {"errors": {"base": [f"An issue that is {status} cannot be changed by {word}."]}})
    after = "closed" if word == "close" else "open"
    system.store.write_status(system.city.key, stored.service_request_id, after, "")
    return _added(system, stored, body, user)


def _read(request: Request) -> Body:
    body = read_body(request)
    errors: dict[str, Any] = {}
    if not body.fields.get("comment"):
        errors["comment"] = ["can't be blank"]
    for file in body.files:
        if file_problem(file):
            errors["image"] = f"Image {file_problem(file)}"
    if errors:
        raise SeeClickFixError(422, {"errors": errors})
    return body


def _added(system: "SeeClickFixV2", stored: StoredRequest, body: Body, user: "User | None") -> Answer:
    """The documented answer, which does not tell the comment's number."""
    number = stored.service_request_id
    made = system.store.add_comment(system.city.key, number, body.fields["comment"], user.name if user else "")
    images = [photo_row(file) | {"comment": made["id"]} for file in body.files]
    if images:
        kept = [*stored.more.get("comment_images", ()), *images]
        system.store.change(system.city.key, number, comment_images=kept)
    return json_answer({"moderated": False, "created_at": local(system.city, system.store.clock.now())}, 201)
