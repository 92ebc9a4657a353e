"""What each dialect can do, as one row of words. The table in README.md is these rows, and a test compares the two."""

from typing import Final

from reports.dialects.base import Dialect

COLUMNS: Final = (
    "discovery",
    "services",
    "questions",
    "files",
    "token",
    "photos",
    "by id",
    "changed since",
    "feed",
    "notes",
    "comments out",
    "their photos",
    "opens again",
    "comments in",
    "find again",
    "words alone",
    "confirms",
)


def row(dialect: type[Dialect]) -> tuple[str, ...]:
    """One word for each of `COLUMNS`."""
    services = ("at a place" if dialect.services_depend_on_place else "yes") if dialect.has_services else "no"
    return (
        _word(dialect.has_discovery),
        services,
        _word(dialect.has_definitions),
        _word(dialect.files),
        _word(dialect.gives_tokens),
        _photos(dialect.takes_photos, dialect.photo_limit),
        _word(dialect.follows_by_id),
        _word(dialect.follows_by_window),
        _word(dialect.has_feed),
        _word(dialect.gives_notes),
        _word(dialect.takes_comments),
        _photos(dialect.comment_photos, dialect.comment_photo_limit),
        _word(dialect.reopens),
        _word(dialect.gives_comments),
        _word(dialect.searchable),
        _word(dialect.takes_words),
        _word(dialect.confirms_by_mail),
    )


def _word(able: bool) -> str:
    return "yes" if able else "no"


def _photos(how: str, limit: int) -> str:
    word = {"URL": "address", "UPLOAD": "upload", "NO": "no"}[how]
    return f"{word}, {limit}" if limit else word
