"""What SeeClickFix writes, and what it means here (dev.seeclickfix.com, content/v2; clients as named)."""

from typing import Final

from reports.dialects.messages import Datatype, Stage, Status

# All four have to be named: a list leaves archived ones out if nothing is said.
EVERY_STATUS: Final = "open,acknowledged,closed,archived"

# The word of a filter for the standard's two.
FILTERS: Final = {"open": ("open", "acknowledged"), "closed": ("closed", "archived")}

QUESTION_TYPES: Final = {
    "text": Datatype.STRING,
    "textarea": Datatype.TEXT,
    "select": Datatype.SINGLEVALUELIST,
    "multivaluelist": Datatype.MULTIVALUELIST,
    "number": Datatype.NUMBER,
    "datetime": Datatype.DATETIME,
    "boolean": Datatype.SINGLEVALUELIST,
}
YES_OR_NO: Final = (("true", "Yes"), ("false", "No"))

# Questions that a filing answers by itself: its title, its text, its photo.
SUMMARY, DESCRIPTION, IMAGE = "summary", "description", "issue_image"
OWN_QUESTIONS: Final = frozenset({SUMMARY, DESCRIPTION, IMAGE})

# The one role that the documentation names for somebody who speaks for a body; residents have others.
OFFICIAL_ROLES: Final = frozenset({"verified official"})

# What kind of entry a comment is: "Issue Closed" in imports of an organisation's requests with their closing comments
# (Detroit), "Comment", "Watcher Added" and "Issue Voted For" in recordings of 0.1. The others are named after these.
TURNS: Final = {
    "issue closed": (Status.CLOSED, Stage.NONE),
    "issue archived": (Status.CLOSED, Stage.NONE),
    "issue acknowledged": (Status.OPEN, Stage.ACKNOWLEDGED),
    "issue opened": (Status.OPEN, Stage.NONE),
    "issue reopened": (Status.OPEN, Stage.NONE),
}
NO_NEWS: Final = frozenset({"issue voted for", "watcher added"})

# Where an organisation's rows say that they are not public: `is_private`, `visibility` (townofchapelhill/seeclickfix).
PRIVATE_FLAGS: Final = ("is_private", "private", "private_visibility", "internal")
PUBLIC_VISIBILITY: Final = frozenset({"", "public"})

# Kept of a row; the rest names people (reporter, assignee, agent, voters) or is a body's own business.
KEPT: Final = frozenset({
    "id", "issue_id", "status", "summary", "description", "rating", "lat", "lng", "address", "point", "slug", "url",
    "html_url", "shortened_url", "bitly", "created_at", "updated_at", "updated_at_raw", "created_at_raw",
    "acknowledged_at", "closed_at", "reopened_at", "minutes_since_created", "comment_url", "comments_url", "flag_url",
    "transitions", "media", "request_type", "is_private", "private", "visibility", "canonical_issue_id", "locale",
    "moderated", "metadata", "comment_count", "comments_count",
})  # fmt: skip
