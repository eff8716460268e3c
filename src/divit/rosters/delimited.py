"""A CSV file as rows of cells: which letters, which separator, and what is refused because it would be a guess."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping

from divit.kernel.errors import Invalid
from divit.rosters import cells, columns
from divit.rosters.columns import HEADINGS, Column
from divit.rosters.workbooks import MOST_COLUMNS, MOST_FILLED_ROWS, Row

_SEPARATORS = ";,\t"
_HEADING_ROWS = 20
# Every octet means something in Windows-1254, so that decoding never fails; only this tells that it was meant.
_TURKISH = frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ" + "’‘“”–—«»°·€\u00a0\u00ad\u00b4\u00ba\u00aa")
# In another code page the letters of a word come out in mixed case: «oÛlu» for «oğlu».
_MIXED = re.compile("[a-zçğıöşüâîû][ÇĞİÖŞÜÂÎÛ]|[^\\W\\d_][ÇĞİÖŞÜÂÎÛ][a-zçğıöşüâîû]")


def rows(content: bytes) -> list[Row]:
    """The rows that have something in them.

    Raises `Invalid`: roster_encoding, roster_not_readable, roster_quotes_broken (fact `row`), roster_too_many_rows.
    """
    text = _decoded(content)
    first, _newline, rest = text.partition("\n")
    told = re.fullmatch(r"sep=([;,\t])\r?", first)  # how Excel is told the separator; it does not show this line
    if told:
        return _parsed(rest, told[1])
    return _parsed(text, _separator(text))


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise Invalid("roster_encoding") from None
    if b"\x00" in content:
        raise Invalid("roster_not_readable")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _windows_1254(content)


def _windows_1254(content: bytes) -> str:
    try:
        text = content.decode("cp1254")
    except UnicodeDecodeError:
        raise Invalid("roster_encoding") from None
    if _MIXED.search(text) or any(not letter.isascii() and letter not in _TURKISH for letter in set(text)):
        raise Invalid("roster_encoding")
    return text


def _separator(text: str) -> str:
    """The one by which some row near the top names the most columns; a semicolon where none does."""
    top = "\n".join(text[:20_000].splitlines()[:_HEADING_ROWS])
    return max(_SEPARATORS, key=lambda separator: _columns_named(top, separator))


def _columns_named(top: str, separator: str) -> int:
    try:
        return max((columns.recognised(row) for row in csv.reader(io.StringIO(top), delimiter=separator)), default=0)
    except csv.Error:
        return 0


def _parsed(text: str, separator: str) -> list[Row]:
    found: list[Row] = []
    number = 0
    try:
        for number, given in enumerate(_records(text, separator), 1):
            filled = {
                place: one
                for place, raw in enumerate(given[:MOST_COLUMNS])
                if (one := cells.cell(raw)).text or one.mark
            }
            if filled:
                found.append((number, filled))
                if len(found) > MOST_FILLED_ROWS:
                    raise Invalid("roster_too_many_rows")
    except csv.Error:
        raise Invalid("roster_quotes_broken", row=number + 1) from None
    return found


def _records(text: str, separator: str) -> Iterator[list[str]]:
    # Strict: a quote that never ends would otherwise swallow the rest of the list as one cell.
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def written(lines: Iterable[Mapping[Column, str]]) -> bytes:
    """The other way round: these lines under the headings of a roster, every cell in quotes."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([HEADINGS[column] for column in Column])
    writer.writerows([[line.get(column, "") for column in Column] for line in lines])
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8", "replace")
