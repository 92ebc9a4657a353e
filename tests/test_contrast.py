"""The colours in static/css/tokens.css, computed as WCAG 2.2 defines contrast, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")
GROUNDS = ("page", "surface", "sunken")
TONES = ("neutral", "info", "progress", "done", "trouble")

TEXT = [
    *((ink, ground) for ink in ("ink", "muted", "accent", "accent-strong") for ground in GROUNDS),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent", "accent-soft"),
    ("accent-strong", "accent-soft"),
    ("on-focus", "focus"),
    *((f"{tone}-ink", f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    *((ink, "accent-soft") for ink in ("ink", "muted")),
    *(("muted", f"{tone}-soft") for tone in TONES),
    ("trouble-soft", "trouble-ink"),
    *((f"{tone}-ink", "page") for tone in TONES),
    ("trouble-ink", "sunken"),
]
EDGES = [("control", "page"), ("control", "surface"), ("control", "sunken"), ("outline", "land"), ("outline", "water")]


def themes() -> dict[str, dict[str, str]]:
    light, _, dark = TOKENS.read_text().partition("@media (prefers-color-scheme: dark)")
    light_colours = dict(COLOUR.findall(light))
    return {"light": light_colours, "dark": light_colours | dict(COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definitions)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_seven_to_one(theme: str, ink: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[ink], colours[ground]) >= 7


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_stand_out(theme: str, edge: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[edge], colours[ground]) >= 4.5


def test_the_dark_theme_changes_every_colour_that_is_not_the_focus() -> None:
    both = themes()
    same = {name for name, colour in both["light"].items() if both["dark"][name] == colour}
    assert same == {"focus", "on-focus"}


def test_no_other_style_sheet_brings_colours_of_its_own() -> None:
    allowed = {"print.css": {"#fff", "#000"}, "forms.css": {"#fff"}}  # paper; the ground of a code for cameras
    joined = (TOKENS.parent / "all.css").read_text()
    sheets = set(re.findall(r'@import url\("([a-z_]+\.css)"\)', joined)) - {"tokens.css"} | {"map.css"}
    assert len(sheets) > 5
    for name in sheets:
        own = set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", (TOKENS.parent / name).read_text()))
        assert own <= allowed.get(name, set()), name
