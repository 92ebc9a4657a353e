"""The catalogue of Spanish words: whole, sound, and the one that the site reads."""

import gettext
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests import catalogue

PLACEHOLDER = re.compile(r"%%[ns]|%\(\w+\)[-+ 0#]*\.?\d*[a-z]|%[sdnf]|\{\w*\}")
TAG = re.compile(r"</?\w+(?: [^<>]*)?>")
ENDS = {".": ".", ":": ":", "?": "?", "…": "…"}

# What is the same word in Spanish, or is no word of a language: names in the standard, formats, units.
SAME = {
    "Error:", "No", "error", "no", "address_id", "agency_responsible", "jurisdiction_id", "metadata", "service_code",
    "service_name", "service_notice", "service_request_id", "update_id", "%(metres)d m", "%(kilometres)s km",
    "%(endpoint)s: %(error)s", "%(code)s: %(what)s.",
}  # fmt: skip


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    return catalogue.read(catalogue.ROOT / catalogue.PO)


def sentences(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def english(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_sentence_of_the_sources_is_in_the_catalogue_and_no_other(spanish: Catalog) -> None:
    if not catalogue.has_gettext():
        assert os.environ.get("CI") != "true", "gettext has to be there where this is continuously tested"
        pytest.skip("xgettext is not installed")
    said = read_po(catalogue.extracted().splitlines(keepends=True), locale=catalogue.LANGUAGE)
    in_sources = {(message.context, *english(message)) for message in sentences(said)}
    known = {(message.context, *english(message)) for message in sentences(spanish)}
    assert in_sources - known == set(), "run `make messages` and translate these"
    assert known - in_sources == set(), "run `make messages`: these are said no more"


def test_every_sentence_is_translated_and_none_is_a_guess(spanish: Catalog) -> None:
    assert [message.id for message in sentences(spanish) if not catalogue.is_translated(message.string)] == []
    assert [message.id for message in sentences(spanish) if message.fuzzy] == []


def test_placeholders_and_marks_are_those_of_the_sentence(spanish: Catalog) -> None:
    wrong = [message.id for message in sentences(spanish) if not keeps_placeholders(message)]
    assert wrong == []


def keeps_placeholders(message: Message) -> bool:
    given, said = english(message), words(message)
    whole = [held(given[-1]) == held(said[-1])]
    if len(given) > 1:  # “one photo” may say the number as a word
        whole.append(set(held(said[0])) <= set(held(given[0])) | set(held(given[1])))
    return all(whole)


def held(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text)) + Counter(TAG.findall(text))


@pytest.mark.parametrize(
    ("msgid", "msgstr", "good"),
    [
        ("%(body)s has it.", "%(body)s lo tiene.", True),
        ("%(body)s has it.", "%(organismo)s lo tiene.", False),
        ("%%n left", "Quedan %n", False),
        ("<a href=\"%(add)s\">Add</a>", "<a href=\"%(add)s\">Agregar", False),
        (("%(count)d photo", "%(count)d photos"), ("una foto", "%(count)d fotos"), True),
        (("%(count)d photo", "%(count)d photos"), ("una foto", "fotos"), False),
    ],
)  # fmt: skip
def test_a_placeholder_that_is_lost_or_renamed_is_found(
    msgid: str | tuple[str, str], msgstr: str | tuple[str, str], good: bool
) -> None:
    assert keeps_placeholders(Message(msgid, msgstr)) is good


def test_a_sentence_ends_as_it_does_in_english(spanish: Catalog) -> None:
    """A question stays a question, and a line that something follows keeps its colon."""
    wrong = [
        (asked, said)
        for message in sentences(spanish)
        for asked, said in zip(english(message), words(message), strict=True)
        if (asked[-1:] in ENDS or said[-1:] in ENDS) and asked[-1:] != said[-1:] and said
    ]
    assert wrong == []


def test_no_english_was_left_standing(spanish: Catalog) -> None:
    same = {asked for message in sentences(spanish) for asked in english(message) if asked in words(message)}
    assert same - SAME == set()


def test_gettext_itself_finds_no_fault() -> None:
    program = shutil.which("msgfmt")
    if program is None:
        assert os.environ.get("CI") != "true", "gettext has to be there where this is continuously tested"
        pytest.skip("msgfmt is not installed")
    command = [program, "--check", "--output-file", os.devnull, catalogue.ROOT / catalogue.PO]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_the_site_reads_is_compiled_from_it(spanish: Catalog) -> None:
    with (catalogue.ROOT / catalogue.MO).open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    differing = [message.id for message in sentences(spanish) if read_of(compiled, message) != words(message)]
    assert differing == [], "run `make messages`"


def read_of(compiled: gettext.GNUTranslations, message: Message) -> list[str]:
    """What the compiled catalogue says; English where it has nothing."""
    asked = english(message)
    if len(asked) == 1:
        return [compiled.pgettext(message.context, asked[0]) if message.context else compiled.gettext(asked[0])]
    return [compiled.ngettext(asked[0], asked[1], number) for number in (1, 2)]


FILLED_IN = re.compile(r"\$\{[^}]*\}")

# A script's own words would be English for everybody: they stand in data-* attributes of the template.
SPOKEN = re.compile(
    r"""(?:textContent|innerText|innerHTML|title|alt|placeholder|ariaLabel)\s*=\s*["'`][^"'`]*[A-Za-z]{2}"""
    r"""|setAttribute\(\s*["'](?:aria-label|title|alt|placeholder)["']\s*,\s*["'`][^"'`]*[A-Za-z]{2}"""
    r"""|\b(?:alert|confirm|prompt)\(\s*["'`]"""
)


@pytest.mark.parametrize("script", sorted((catalogue.ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_no_script_has_words_of_its_own(script: Path) -> None:
    assert SPOKEN.findall(FILLED_IN.sub("", script.read_text())) == []


@pytest.mark.parametrize(
    "line", ['said.textContent = "Found";', "box.setAttribute('aria-label', 'Map');", 'alert("No")']
)
def test_words_in_a_script_are_found(line: str) -> None:
    assert SPOKEN.search(line)
