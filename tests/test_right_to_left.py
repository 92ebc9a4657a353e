"""Ready for languages that are written from right to left: the styles know start and end, never left and right."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SIDED = re.compile(
    r"""(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)?"""
    r"""|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:"""
    r"""|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"""
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# On a map left is west in every language, and Leaflet places everything on it from there.
ON_THE_MAP = re.compile(r"[^{}]*(?:leaflet|map|boundary|crosshair)[^{}]*\{[^{}]*\}")


@pytest.mark.parametrize("styles", sorted((ROOT / "static/css").glob("*.css")), ids=lambda path: path.name)
def test_no_style_names_a_side(styles: Path) -> None:
    text = ON_THE_MAP.sub("", COMMENT.sub("", styles.read_text()))
    assert SIDED.findall(text) == []


@pytest.mark.parametrize(
    "line",
    ["margin-left: 1rem", "padding-right:0", "text-align: left", "float:right", "{ left: 0", "border-left-width: 1px",
     "border-top-left-radius: 2px"],
)  # fmt: skip
def test_a_style_that_names_a_side_is_found(line: str) -> None:
    assert SIDED.search(line)


@pytest.mark.parametrize("line", ["margin-inline-start: 1rem", "env(safe-area-inset-left)", "text-align: start"])
def test_a_style_that_names_none_is_not(line: str) -> None:
    assert not SIDED.search(line)


@pytest.mark.parametrize("template", ["templates/base.html", "templates/500.html"])
def test_pages_say_their_direction(template: str) -> None:
    assert 'dir="{% if LANGUAGE_BIDI %}rtl{% else %}ltr{% endif %}"' in (ROOT / template).read_text()


def test_arrows_turn_round() -> None:
    styles = (ROOT / "static/css/layout.css").read_text()
    assert '[dir="rtl"] .icon--onward' in styles
    assert '[dir="rtl"] .back-link .icon' in styles
