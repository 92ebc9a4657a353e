"""Which style sheets a page links: one for the public, the parts of it where files are served as they stand."""

import re
from pathlib import Path
from typing import Final

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

register = template.Library()

WHOLE: Final = "css/all.css"
_IMPORT: Final = re.compile(r'@import url\("(?P<file>[\w-]+\.css)"\)(?: (?P<media>\w+))?;')


@register.simple_tag
def stylesheets() -> list[tuple[str, str]]:
    """Name and medium (empty for all) of each style sheet of every page, in their order.

    A browser would follow the imports of `css/all.css` itself; but each would wait for it, and axe, which the tests
    let look at every page, reads an import through a style element of its own, which our policy forbids.
    """
    if getattr(staticfiles_storage, "joins", False):
        return [(WHOLE, "")]
    found = finders.find(WHOLE)
    parts = _IMPORT.finditer(Path(str(found)).read_text()) if found else ()
    return [(f"css/{part['file']}", part["media"] or "") for part in parts]
