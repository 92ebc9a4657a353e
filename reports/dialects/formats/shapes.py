"""The one shape that both formats end in, and how to find rows in it.

Containers are always lists, of which the members have lost their own tag (the "Spark" convention of GeoReport v2's
JSON); everything else is a dict, a list where a tag was repeated, or a scalar; what is empty is None.
"""

from typing import Any, Final

from reports.dialects.formats.clean import clean
from reports.dialects.formats.document import Malformed

Row = dict[str, Any]

# container: names that its members have, or that an object in its place has where the city skipped the list
CONTAINERS: Final[dict[str, tuple[str, ...]]] = {
    "services": ("service",),
    "service_requests": ("request", "service_request"),
    "requests": ("request", "service_request"),
    "attributes": ("attribute",),
    "values": ("value",),
    "endpoints": ("endpoint",),
    "formats": ("format",),
    "errors": ("error",),
    "error_messages": ("error_message", "error"),
    "media_urls": ("media_url",),
    "notes": ("note",),
    "service_request_updates": ("request_update",),
    "service_requests_updates": ("request_update",),  # as FixMyStreet's own tests write it
    "groups": ("group",),
    "photos": ("photo",),
    "activities": ("activity",),
}
MAX_DEPTH: Final = 60


def normalise(value: Any, depth: int = 0) -> Any:
    """Give parsed JSON the same shape that XML is given, with storable text. Raises `Malformed` past 60 levels."""
    if depth > MAX_DEPTH:
        raise Malformed("The answer is nested too deeply.")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [normalise(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {clean(str(key)): normalise(each, depth + 1) for key, each in value.items()}
    return value


def is_normal(value: Any, text: str) -> bool:
    """Whether `normalise` would give this back as it is: parsed strictly from the JSON `text`, in which no character is
    written that has to be dropped, with nothing in its rows. Most answers are so, and this is seen at a glance."""
    if not isinstance(value, list) or any(each in text for each in _NOT_KEPT) or not _is_encodable(text):
        return False
    if "\\" in text and any(each in text for each in _ESCAPED):
        return False
    return all(type(each) is dict for each in value) and _opens_no_more_than(len(value) + MAX_DEPTH - 1, text)


def _is_encodable(text: str) -> bool:
    """Whether no half of a surrogate pair stands in it."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _opens_no_more_than(most: int, text: str) -> bool:
    """Whether so few brackets are opened in it; `find` looks for the next one four times as fast as `count` does."""
    for bracket in "[{":
        place = text.find(bracket)
        while place >= 0:
            most -= 1
            if most < 0:
                return False
            place = text.find(bracket, place + 1)
    return True


_NOT_KEPT: Final = ("\x7f", "\ufffe", "\uffff")  # what JSON allows of the characters that `clean` drops ...
_ESCAPED: Final = ("\\u", "\\b", "\\f")  # ... and how the others may come


def members(value: Any, container: str) -> list[Any]:
    """The members of a container, whatever the city made of it: a list, one object, an object around the list or
    around the one member, or nothing."""
    names = CONTAINERS[container]
    if value is None or value == "":
        return []
    if isinstance(value, list):
        if all(type(each) is dict and len(each) > 1 for each in value):
            return value  # none of these is a wrapper
        return [member for each in value for member in _unwrapped(each, names)]
    if isinstance(value, dict):
        for name in (container, *names):
            if name in value and (len(value) == 1 or isinstance(value[name], list)):
                return members(value[name], container)
        if _is_numbered(value):
            return members(list(value.values()), container)
        return [value] if value else []
    return [value]


def _is_numbered(value: Row) -> bool:
    """Whether an object is a list with numbers for names, which PHP makes of one with holes (Gießen)."""
    return bool(value) and all(name.isdecimal() for name in value)


def _unwrapped(value: Any, names: tuple[str, ...]) -> list[Any]:
    """`{"request": {...}}` inside a list is the request itself, and `{"request": [{...}, {...}]}` all of these:
    FixMyStreet wrote its JSON so before 2017."""
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        if name in names:
            return inner if isinstance(inner, list) else [inner]
    return [value]


def rows(data: Any, containers: tuple[str, ...], marks: tuple[str, ...]) -> list[Row] | None:
    """The rows of an answer that should be a list; None where it is something that holds none.

    They stand in a bare list or under one of the known `containers`, at most two levels down (cities keep the root
    of the XML in their JSON). An object that has one of `marks` is itself the only row. Any other object holds no
    rows, as at Zaragoza, where an empty result is `{"totalCount":0,"start":0,"rows":0}`.
    """
    inner = {name for container in containers for name in CONTAINERS[container]}
    names = (*containers, *sorted(inner))
    for _level in range(3):
        if not isinstance(data, dict) or any(mark in data for mark in marks):
            break
        name = next((name for name in names if name in data), None)
        if name is None and _is_numbered(data):
            break
        if name is None:
            return None
        data = data[name] or []
        if name in inner and isinstance(data, dict):
            return [data]
    if not isinstance(data, list | dict):
        return None
    return [each for each in members(data, containers[0]) if isinstance(each, dict)]


def only(data: Any, root: str) -> Row:
    """The object of an answer that should be one object: also inside its root, or as the only one of a list."""
    if isinstance(data, dict) and isinstance(data.get(root), dict | list):
        data = data[root]
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    return data if isinstance(data, dict) else {}
