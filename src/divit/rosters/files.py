"""Spreadsheets that are handed out: the empty template, and the list of what is to be corrected.

Every cell is written as text (T12: no text is ever a formula), and stays text when somebody types into it.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from divit.rosters.checks import WHOLE_FILE, Fault
from divit.rosters.columns import HEADINGS, REQUIRED, Column
from divit.rosters.reading import MOST_ROWS, Line, Sheet

TO_CORRECT = "Düzeltilecekler"
FORMER_ROW = "Eski satır no"
_EXAMPLE: dict[Column, str] = {
    Column.TCKN: "ÖRNEK 10000000146",
    Column.GIVEN_NAMES: "Ayşe Işıl",
    Column.SURNAME: "Öztürk",
    Column.PHONE: "0505 123 45 67",
    Column.EMAIL: "ayse.ozturk@kurum.example",
    Column.UNIT: "Bilgi İşlem Müdürlüğü",
    Column.JOB_TITLE: "Mühendis",
}
_HELP: dict[Column, str] = {
    Column.TCKN: "11 rakam.",
    Column.GIVEN_NAMES: "Nüfus kaydındaki adların hepsi.",
    Column.SURNAME: "Nüfus kaydındaki soyad.",
    Column.PHONE: "Kişinin kendi cep telefonu; doğrulama kodu bu numaraya gider.",
    Column.EMAIL: "Kişinin kendi e-posta adresi; davet bu adrese gider.",
    Column.UNIT: "Çalıştığı birim; boş bırakılırsa kişiye sorulur.",
    Column.JOB_TITLE: "Görev unvanı; boş bırakılırsa kişiye sorulur.",
    Column.KIND: "«Başvuru türleri» sayfasındakilerden biri.",
}
_WIDTHS: dict[Column, int] = {Column.TCKN: 22, Column.PHONE: 18, Column.EMAIL: 32, Column.UNIT: 32, Column.KIND: 28}
_WIDTH = 20
_KINDS_SHEET = "Başvuru türleri"
_LONGEST_SAID = 2_000

_TEXT = "@"  # the number format «text»: a typed TCKN keeps its digits, a typed phone its 0
_HEADING, _CELL, _SAMPLE, _WRONG, _NOTE = "Başlık", "Hücre", "Örnek", "Yanlış", "Açıklama"


def template(*, kinds: Sequence[str] = ()) -> bytes:
    """The empty XLSX to fill in; its second row is an example that reading passes over. `kinds` are offered by name."""
    book, sheet = _book(tuple(Column))
    example = _EXAMPLE | ({Column.KIND: kinds[0]} if kinds else {})
    sheet.append([_cell(sheet, example.get(column, ""), _SAMPLE) for column in Column])
    if kinds:
        choice = DataValidation("list", formula1=f"'{_KINDS_SHEET}'!$A$2:$A${len(kinds) + 1}", allow_blank=True)
        letter = get_column_letter(list(Column).index(Column.KIND) + 1)
        choice.add(f"{letter}2:{letter}{MOST_ROWS + 2}")
        sheet.data_validations.append(choice)
        _listing(book, _KINDS_SHEET, ["Başvuru türleri"], ([kind] for kind in kinds))
    told = ([HEADINGS[column], "zorunlu" if column in REQUIRED else "isteğe bağlı", _HELP[column]] for column in Column)
    _listing(book, "Açıklama", ["Sütun", "", "Ne yazılır?"], told)
    return _written(book)


def corrected(sheet: Sheet, faults: Sequence[Fault], *, say: Callable[[Fault], str]) -> bytes:
    """The faulty rows of a roster as XLSX, to be corrected and uploaded again: wrong cells marked, the last column why.

    `say` puts a fault into words without its row number. Faults of the list as a whole have no row and are left out.
    """
    by_row: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.number != WHOLE_FILE:
            by_row.setdefault(fault.number, []).append(fault)
    # A column that the file did not have comes with it when something is missing there.
    columns = [column for column in Column if column in {*sheet.columns, *(fault.column for fault in faults)}]
    book, target = _book(columns, FORMER_ROW, TO_CORRECT)
    for line in sheet.lines:
        if line.number in by_row:
            target.append(_faulty_row(target, line, columns, by_row[line.number], say))
    return _written(book)


def _faulty_row(
    sheet: Any,
    line: Line,
    columns: Sequence[Column],
    faults: Sequence[Fault],
    say: Callable[[Fault], str],
) -> list[Written]:
    wrong = {fault.column for fault in faults}
    given = [_cell(sheet, line.cells.get(one, ""), _WRONG if one in wrong else _CELL) for one in columns]
    said = "\n".join(dict.fromkeys(say(fault) for fault in faults))[:_LONGEST_SAID]
    return [*given, _cell(sheet, str(line.number), _CELL), _cell(sheet, said, _NOTE)]


def _book(columns: Sequence[Column], *more: str) -> tuple[Workbook, Any]:
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    sheet = book.create_sheet("Liste")
    sheet.freeze_panes = "A2"
    widths = [*(_WIDTHS.get(column, _WIDTH) for column in columns), *(15 if one == FORMER_ROW else 90 for one in more)]
    for place, width in enumerate(widths, 1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = width
        dimension.number_format = _TEXT
    sheet.append([_cell(sheet, heading, _HEADING) for heading in (*(HEADINGS[column] for column in columns), *more)])
    return book, sheet


def _styles() -> Iterable[NamedStyle]:
    """Made anew for each file: a style belongs to its workbook."""
    plain, bold = Font(name="Calibri", size=11), Font(name="Calibri", size=11, bold=True)
    yield NamedStyle(_HEADING, font=bold, fill=PatternFill("solid", fgColor="DDE6F0"), number_format=_TEXT)
    yield NamedStyle(_CELL, font=plain, number_format=_TEXT)
    yield NamedStyle(_SAMPLE, font=Font(name="Calibri", size=11, italic=True, color="595959"), number_format=_TEXT)
    yield NamedStyle(_WRONG, font=bold, fill=PatternFill("solid", fgColor="FFE0B2"), number_format=_TEXT)
    wrapped = Alignment(wrap_text=True, vertical="top")
    yield NamedStyle(_NOTE, font=plain, alignment=wrapped, number_format=_TEXT)


def _listing(book: Workbook, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    sheet = book.create_sheet(title)
    for place in range(len(headings)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = 40
    sheet.append([_cell(sheet, heading, _HEADING) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, text, _CELL) for text in row])


def _cell(sheet: Any, text: str, style: str) -> Written:
    # «_x0041_» in a text would be read as the letter A.
    cell = WriteOnlyCell(sheet, text.replace("_x", "_x005F_x"))
    cell.data_type = "s"  # whatever it looks like
    cell.style = style
    return cell


def _written(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
