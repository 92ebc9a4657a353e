"""The control panel as a page for people: plain HTML forms, no script."""

from html import escape
from typing import Any

from reports.sandbox.faults import KINDS, OPERATIONS

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1c1f23; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .75rem 0; }
label { display: grid; font-size: .85rem; }
input, select, button { font: inherit; min-height: 2.75rem; padding: 0 .6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #c9ced4; padding: .4rem .5rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
td form { margin: 0; } td input { width: 11rem; }
"""


def panel_page(received: dict[str, Any], faults: list[dict[str, Any]]) -> bytes:
    """`received` and `faults` as the control calls of those names give them."""
    cities = "".join(_city(key, city) for key, city in received["cities"].items())
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Sandbox control</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>Fake cities</h1>"
        f"<p>The clock shows {escape(received['clock'])}. From filing to close an ordinary request takes "
        f"{received['pace']:g} seconds.</p>{_controls()}{_faults(list(received['cities']), faults)}{cities}"
        "</body></html>\n"
    )
    return page.encode("utf-8", "replace")


def _form(action: str, fields: str, button: str) -> str:
    return (
        f'<form method="post" action="/_control/{action}"><input type="hidden" name="panel" value="1">{fields}'
        f"<button>{button}</button></form>"
    )


def _input(name: str, label: str, value: str = "") -> str:
    return f'<label>{label}<input name="{name}" value="{escape(value)}"></label>'


def _select(name: str, label: str, options: list[str]) -> str:
    listed = "".join(f"<option>{escape(option)}</option>" for option in options)
    return f'<label>{label}<select name="{name}">{listed}</select></label>'


def _controls() -> str:
    return (
        "<h2>Clock and pace</h2>"
        + _form("advance", _input("seconds", "Seconds", "86400"), "Advance the clock")
        + _form("clock", _input("at", "Moment, such as 2026-06-01T09:00:00-05:00"), "Set the clock")
        + _form("pace", _input("seconds", "Seconds from filing to close", "518400"), "Set the pace")
        + _form("reset", "", "Forget everything")
    )


def _faults(cities: list[str], faults: list[dict[str, Any]]) -> str:
    listed = "".join(
        f"<li>{escape(f['kind'])} at {escape(f['city'])}, {escape(f['operation'])}, "
        f"{'until cleared' if f['left'] is None else str(f['left']) + ' more'}</li>"
        for f in faults
    )
    fields = (
        _select("kind", "Kind", list(KINDS))
        + _select("city", "City", ["any", *cities, "nominatim"])
        + _select("operation", "Operation", list(OPERATIONS))
        + _input("count", "How many times (empty: until cleared)")
    )
    clear = _form("fault", '<input type="hidden" name="clear" value="1">', "Clear all faults")
    return f"<h2>Faults</h2><ul>{listed or '<li>None</li>'}</ul>{_form('fault', fields, 'Set this fault')}{clear}"


def _city(key: str, city: dict[str, Any]) -> str:
    heading = f"<h2>{escape(key)}</h2><p>{city['posts']} posts, {len(city['requests'])} requests</p>"
    if not city["requests"]:
        return heading
    rows = "".join(_row(key, request) for request in reversed(city["requests"]))
    head = "<tr><th>Number or token<th>Service<th>Description and place<th>Plan<th>Status<th>Write a status</tr>"
    return f"{heading}<table>{head}{rows}</table>"


def _row(key: str, request: dict[str, Any]) -> str:
    number = request["service_request_id"] if request["number_given"] else request["token"]
    place = request["address_string"] or f"{request['lat']}, {request['long']}"
    hand = _form(
        "set_status",
        f'<input type="hidden" name="city" value="{escape(key)}">'
        f'<input type="hidden" name="service_request_id" value="{escape(request["service_request_id"])}">'
        + _select("status", "Status", ["open", "closed"])
        + _input("status_notes", "Notes"),
        "Write",
    )
    cells = (
        escape(number),
        escape(request["service_code"]),
        f"{escape(request['description'])}<br>{escape(place)}{_comments(request)}",
        escape(request["plan"]),
        f"{escape(request['status'])}: {escape(request['status_notes'])}",
        hand,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _comments(request: dict[str, Any]) -> str:
    """What was said of it since, each with the photos that came along: their addresses, or name, size and digest."""
    images = request["more"].get("comment_images", ())
    listed = "".join(
        f"<li>{escape(comment['by'])}: {escape(comment['text'])}"
        + "".join(f"<br>{_image(image)}" for image in images if image["comment"] == comment["id"])
        for comment in request["comments"]
    )
    return f"<ul>{listed}</ul>" if listed else ""


def _image(image: dict[str, Any]) -> str:
    if "url" in image:
        return f'<a href="{escape(image["url"])}">{escape(image["url"])}</a>'
    return f"{escape(image['filename'])}, {image['bytes']} bytes, {escape(image['sha256'][:12])}"
