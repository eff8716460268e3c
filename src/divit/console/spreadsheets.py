"""Lists as XLSX: every cell is text, so that nothing in it is ever a formula."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.utils import get_column_letter

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT = "@"  # the number format «text»: what is typed into it stays as typed
_WIDTH = 24


def spreadsheet(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet with these headings and rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH

    def cell(text: str) -> Cell:
        # «_x0041_» in a text would be read as the letter A.
        made: Cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text).replace("_x", "_x005F_x"))
        made.data_type = "s"  # whatever it looks like
        made.number_format = _TEXT
        return made

    for row in (headings, *rows):
        sheet.append([cell(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
