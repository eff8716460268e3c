"""Reading a roster: an XLSX or CSV file that somebody made becomes lines with named cells, or is refused in words."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from divit.kernel.errors import Invalid
from divit.kernel.turkish import tr_fold
from divit.rosters import columns, delimited, workbooks
from divit.rosters.cells import Cell
from divit.rosters.columns import Column
from divit.rosters.workbooks import Row

MOST_OCTETS = 5 << 20
MOST_ROWS = 20_000
_HEADING_ROWS = 20  # a title, a date and an address may stand above the headings
_MOST_IGNORED = 20
_EXAMPLE = ("ornek", "example")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office files, and new ones with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"II*\x00", b"MM\x00*", b"\x7fELF")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


@dataclass(frozen=True)
class Line:
    """One person of the roster; `number` is that of the row as the sheet shows it.

    `marks` says of a cell why its text cannot be taken for what was meant (a formula, a date): the code of a fault.
    """

    number: int
    cells: Mapping[Column, str] = field(repr=False)
    marks: Mapping[Column, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """What was read: the lines, the columns that the file has, and the headings that mean nothing to a roster."""

    lines: tuple[Line, ...] = field(repr=False)
    sha256: str
    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = ()


def read(content: bytes, *, file_name: str) -> Sheet:
    """The roster in a file: judged by what it holds, the name only helps to say what is wrong.

    Raises `Invalid` for the file as a whole: roster_too_large (fact `megabytes`), roster_empty, roster_too_many_rows
    (fact `most`), roster_headings_missing, roster_columns_missing (fact `columns`), roster_column_twice (fact
    `column`), roster_names_together, roster_quotes_broken (fact `row`), or one of those that say which kind of
    file it is instead: roster_macros, roster_old_excel, roster_encrypted, roster_binary_excel,
    roster_open_document, roster_zipped, roster_embedded, roster_swollen, roster_other_kind, roster_web_page,
    roster_encoding, roster_not_readable.
    """
    if len(content) > MOST_OCTETS:
        raise Invalid("roster_too_large", megabytes=MOST_OCTETS >> 20)
    try:
        lines, found, ignored = _first_with_headings(_sheets(content, file_name=file_name))
    except Invalid as wrong:
        if wrong.code == "roster_too_many_rows":
            raise Invalid("roster_too_many_rows", most=MOST_ROWS) from None
        raise
    if not lines:
        raise Invalid("roster_empty")
    if len(lines) > MOST_ROWS:
        raise Invalid("roster_too_many_rows", most=MOST_ROWS)
    return Sheet(tuple(lines), hashlib.sha256(content).hexdigest(), found, ignored)


def _sheets(content: bytes, *, file_name: str) -> Iterable[list[Row]]:
    _refuse_other_kinds(content, file_name=file_name)
    if content.startswith(b"PK"):
        return workbooks.sheets(content)
    return [delimited.rows(content)]


def _refuse_other_kinds(content: bytes, *, file_name: str) -> None:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise Invalid("roster_empty")
    if file_name[-5:].lower() in (".xlsm", ".xltm"):  # ascii
        raise Invalid("roster_macros")
    if content.startswith(_OLE):
        raise Invalid("roster_encrypted" if _ENCRYPTED in content else "roster_old_excel")
    if content.startswith(_ARCHIVES):
        raise Invalid("roster_zipped")
    if content.startswith(_OTHER_KINDS):
        raise Invalid("roster_other_kind")
    # Many a program writes «Excel files» that are web pages; Excel opens them with a warning.
    if start.startswith(b"<"):
        raise Invalid("roster_web_page")


def _first_with_headings(sheets: Iterable[list[Row]]) -> tuple[list[Line], tuple[Column, ...], tuple[str, ...]]:
    """Lines, columns and ignored headings of the first sheet whose headings are those of a roster."""
    anything = False
    wrong: Invalid | None = None
    for rows in sheets:
        anything = anything or bool(rows)
        place = _place_of_headings(rows)
        if place is None:
            continue
        headings = _texts(rows[place][1])
        try:
            where = columns.places(headings)
        except Invalid as error:
            wrong = wrong or error
            continue
        ignored = [text for text in headings if text and columns.column_of(text) is None]
        return _lines(rows[place + 1 :], where), tuple(where), tuple(ignored[:_MOST_IGNORED])
    raise wrong or Invalid("roster_headings_missing" if anything else "roster_empty")


def _place_of_headings(rows: Sequence[Row]) -> int | None:
    """The row near the top that names the most columns, and more than one."""
    named = [columns.recognised(_texts(filled)) for _number, filled in rows[:_HEADING_ROWS]]
    most = max(named, default=0)
    return named.index(most) if most > 1 else None


def _texts(filled: Mapping[int, Cell]) -> list[str]:
    return [filled[place].text if place in filled else "" for place in range(max(filled) + 1)]


def _lines(rows: Iterable[Row], where: Mapping[Column, int]) -> list[Line]:
    lines = []
    for number, filled in rows:
        given = {column: filled[place] for column, place in where.items() if place in filled}
        # The template's example stays in many an uploaded file.
        example = Column.TCKN in given and tr_fold(given[Column.TCKN].text).startswith(_EXAMPLE)
        if given and not example:
            texts = {column: given[column].text if column in given else "" for column in where}
            lines.append(Line(number, texts, {column: one.mark for column, one in given.items() if one.mark}))
    return lines
