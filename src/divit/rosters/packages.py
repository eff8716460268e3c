"""An XLSX file as a package of parts: its directory is judged before anything is unpacked, its XML knows no tricks."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from xml.parsers import expat

from divit.kernel.errors import Invalid

MOST_ENTRIES = 500
MOST_UNPACKED = 64 << 20  # octets of all parts together: twenty thousand rows need about ten million
MOST_OF_ONE = 48 << 20
MOST_RATIO = 200  # deflate reaches 1032; the most uniform of honest tables stay far below
_SMALL = 1 << 20  # below this the ratio says nothing
_DEEPEST = 64
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".xlsx", ".xlsm", ".xlsb", ".xls", ".docx", ".ods", ".csv")

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]


class Package:
    """The parts of an XLSX file, by name.

    Raises `Invalid`: roster_not_readable, roster_swollen, roster_encrypted, roster_macros, roster_binary_excel,
    roster_open_document, roster_zipped, roster_embedded.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, struct.error, NotImplementedError):
            raise Invalid("roster_not_readable") from None
        self._entries = {info.filename: info for info in self._zip.infolist()}
        _check_directory(self._zip.infolist())
        _check_kind({name.lower() for name in self._entries})  # ascii

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """The octets of one part, never more than its directory promised. Raises `Invalid("roster_not_readable")`."""
        if name not in self._entries:
            raise Invalid("roster_not_readable")
        promised = self._entries[name].file_size
        try:
            with self._zip.open(self._entries[name]) as part:
                octets = part.read(promised + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, struct.error, NotImplementedError):
            raise Invalid("roster_not_readable") from None
        except RuntimeError:  # how zipfile says that a password is needed
            raise Invalid("roster_encrypted") from None
        if len(octets) != promised:
            raise Invalid("roster_not_readable")
        return octets

    def walk(
        self, name: str, *, start: Start, end: End | None = None, text: Callable[[str], None] | None = None
    ) -> None:
        """Call `start`, `end` and `text` for what stands in the part `name`, names without their prefix.

        Raises `Invalid("roster_not_readable")` for what is no XML, declares a document type, or is nested too deeply.
        """
        walk(self.read(name), start=start, end=end, text=text)


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Invalid("roster_swollen")
    if len({entry.filename.lower() for entry in entries}) != len(entries):  # ascii
        raise Invalid("roster_not_readable")
    for entry in entries:
        if entry.flag_bits & 1:
            raise Invalid("roster_encrypted")
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
            raise Invalid("roster_not_readable")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Invalid("roster_not_readable")
        if entry.file_size > MOST_OF_ONE or entry.file_size > max(_SMALL, MOST_RATIO * entry.compress_size):
            raise Invalid("roster_swollen")


def _check_kind(names: set[str]) -> None:
    """Names in lower case: other programs do not distinguish."""
    if any(name.endswith("vbaproject.bin") or "macrosheets/" in name for name in names):
        raise Invalid("roster_macros")
    if "xl/workbook.bin" in names:
        raise Invalid("roster_binary_excel")
    if "content.xml" in names or "mimetype" in names:
        raise Invalid("roster_open_document")
    inner = any(name.endswith(_ARCHIVES) for name in names)
    if "[content_types].xml" not in names:
        raise Invalid("roster_zipped" if inner else "roster_not_readable")
    if any(name.startswith("word/") or name.startswith("ppt/") for name in names):
        raise Invalid("roster_other_kind")
    if inner:
        raise Invalid("roster_embedded")


def walk(octets: bytes, *, start: Start, end: End | None = None, text: Callable[[str], None] | None = None) -> None:
    """As `Package.walk`, for octets at hand."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = 0

    def started(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Invalid("roster_not_readable")
        start(name.rpartition(":")[2], attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(":")[2])

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Invalid("roster_not_readable") from None


def _refuse_doctype(*_declared: object) -> None:
    # Entities live in a document type, and no spreadsheet has one.
    raise Invalid("roster_not_readable")


def resolve(base: str, target: str) -> str:
    """The name of a part that another part, `base`, points to."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
