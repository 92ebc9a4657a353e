"""Text that can be stored: no NUL, no control characters, no half characters."""

import re
from typing import Final

# PostgreSQL refuses NUL; the others are unprintable and not allowed in XML, where they break the next reader.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Drop control characters; put U+FFFD where JSON escaped half of a surrogate pair."""
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))
