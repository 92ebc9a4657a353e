"""`make messages`: every sentence of the sources read into the catalogue of translations, which is then compiled.

xgettext and msgmerge (Debian: gettext) do the reading; Babel compiles, so that a machine without gettext can do that.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LANGUAGE = "es"
PO = Path("reports/locale") / LANGUAGE / "LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
SOURCES = ("civic", "reports", "templates")
READ = ("*.py", "*.html", "*.txt")
UNREAD = ("sandbox", "migrations", "locale")  # fake cities and old migrations say nothing to anybody
DATE = re.compile(rb'"POT-Creation-Date: [^"]*"\n')  # another one each time, though nothing else has changed
OPTIONS = ("--locale", LANGUAGE, "--no-obsolete", "--no-wrap", "--add-location", "file")


def main() -> int:
    """Bring the catalogue up to date and say what is left to translate."""
    if not has_gettext():
        print("xgettext and msgmerge are needed (Debian: apt install gettext).", file=sys.stderr)
        return 1
    current = ROOT / PO
    current.write_bytes(extracted(current.read_bytes() if current.exists() else b""))
    catalogue = read(current)
    with (ROOT / MO).open("wb") as file:
        write_mo(file, catalogue)
    left = [message for message in catalogue if message.id and (message.fuzzy or not is_translated(message.string))]
    print(f"{len(catalogue)} sentences, {len(left)} of them to translate in {PO}")
    return 0


def has_gettext() -> bool:
    """Whether the programs that read the sources are there."""
    return all(shutil.which(program) for program in ("xgettext", "msgmerge", "msguniq", "msgattrib"))


def read(path: Path) -> Catalog:
    """The catalogue in a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def extracted(known: bytes = b"") -> bytes:
    """The .po file of what the sources say now, with the translations of `known` where it has them.

    Works on a copy, because makemessages leaves files beside the templates while it runs.
    """
    with tempfile.TemporaryDirectory(prefix="civic-messages-") as folder:
        copy = Path(folder)
        for source in (path for name in SOURCES for pattern in READ for path in (ROOT / name).rglob(pattern)):
            inside = source.relative_to(ROOT)
            if not set(UNREAD) & set(inside.parts):
                (copy / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy / inside)
        (copy / PO).parent.mkdir(parents=True)
        if known:
            (copy / PO).write_bytes(known)
        _makemessages(copy)
        return DATE.sub(b"", (copy / PO).read_bytes())


def is_translated(string: str | list[str] | tuple[str, ...]) -> bool:
    """Whether there are words for it, in every number where it has several."""
    return bool(string) if isinstance(string, str) else bool(string) and all(string)


def _makemessages(folder: Path) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.catalogue_settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "django", "makemessages", "--verbosity", "0", *OPTIONS]
    subprocess.run(command, cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
