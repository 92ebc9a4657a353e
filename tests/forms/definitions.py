"""Service definitions for tests: rows as the catalogue stores them."""

from typing import Any


def row(code: str, datatype: str = "string", **fields: Any) -> dict[str, Any]:
    """One attribute; a question unless `variable` is False, optional unless `required`."""
    defaults = {
        "variable": True,
        "required": False,
        "datatype_description": "",
        "order": 1,
        "description": f"About {code}?",
        "values": [],
    }
    return {"code": code, "datatype": datatype, **(defaults | fields)}


def values(*keys: str) -> list[dict[str, str]]:
    """The choices of a list attribute, named like their keys but capitalised."""
    return [{"key": key, "name": key.capitalize()} for key in keys]


EVERY_TYPE = [
    row("plate", "string", required=True, order=1),
    row("days", "number", order=2),
    row("since", "datetime", order=3),
    row("story", "text", order=4),
    row("where", "singlevaluelist", order=5, values=values("kerb", "lane")),
    row("colour", "singlevaluelist", order=6, values=values(*"abcdefgh")),
    row("signs", "multivaluelist", order=7, values=values("0", "1", "2")),
    row("note", variable=False, order=8, description="Call <b>311</b><script>x()</script>"),
    row("odd", "colourwheel", order=9),
]
