"""Rosters made by hand: as people make them, and as nobody should."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook

from divit.rosters.columns import HEADINGS
from divit.rosters.reading import Sheet, read

HEADS = list(HEADINGS.values())
GOOD = [
    *("10000000146", "Ayşe Işıl", "Öztürk", "0505 123 45 67", "ayse.ozturk@okul.example"),
    *("Bilgi İşlem", "Öğretmen", "İlk sertifika"),
]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(*rows: Sequence[object], title: str = "Liste") -> bytes:
    """As openpyxl writes it: numbers as numbers, a text that begins with = as a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The octets of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def delimited(*rows: Sequence[object], separator: str = ";", encoding: str = "utf-8") -> bytes:
    """As a spreadsheet saves it."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def sheet_of(*rows: Sequence[object], heads: Sequence[object] = HEADS) -> Sheet:
    """What is read from these rows; the first stands in row 2 of the sheet."""
    return read(delimited(heads, *rows), file_name="liste.csv")


def changed(**cells: object) -> list[object]:
    """The good row with some cells changed, by the column's name."""
    names = list(HEADINGS)
    row: list[object] = list(GOOD)
    for name, value in cells.items():
        row[[str(one) for one in names].index(name)] = value
    return row


def packed(parts: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts(sheet_data: str = "", **more: bytes | str) -> dict[str, bytes | str]:
    """The least that an XLSX file is made of, around the XML of its rows."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Liste" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="s1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="s2" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}"><si><t>ortak</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>',
        **more,
    }


def row_xml(number: int, values: Sequence[str]) -> str:
    """One row of texts, as XML."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        for place, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'


def by_hand(*rows: str) -> bytes:
    """An XLSX file whose heading row is written already; `rows` are the XML of the others."""
    return packed(parts(row_xml(1, HEADS) + "".join(rows)))
