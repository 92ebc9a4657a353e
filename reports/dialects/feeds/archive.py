"""The one document inside a ZIP file (Washington DC's `_plain.zip` and `_csv.zip`, or a KMZ)."""

import io
import zipfile
import zlib
from typing import Final

from reports.dialects.formats.document import Malformed

UNPACKED_MOST: Final = 200 * 1024 * 1024  # bytes; DC's year of requests was about 150 MB
_DOCUMENTS: Final = (".csv", ".xml", ".kml")


def is_archive(body: bytes) -> bool:
    """Whether these bytes begin as a ZIP file does."""
    return body.startswith(b"PK\x03\x04")


def unpack(body: bytes) -> bytes:
    """The content of the only CSV, XML or KML file inside. `Malformed` where there is none, or several, or one that is
    too large: what the archive says of its sizes is not believed, and reading stops at the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [each for each in archive.infolist() if each.filename.lower().endswith(_DOCUMENTS)]
            inside = [each for each in names if not each.filename.startswith("__MACOSX/")]
            if len(inside) != 1:
                raise Malformed(f"The ZIP file holds {len(inside)} CSV, XML or KML files; one is expected.")
            with archive.open(inside[0]) as member:
                content = member.read(UNPACKED_MOST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(f"The ZIP file cannot be unpacked: {error}") from error
    if len(content) > UNPACKED_MOST:
        raise Malformed(f"The file inside the ZIP file is larger than {UNPACKED_MOST} bytes.")
    return content
