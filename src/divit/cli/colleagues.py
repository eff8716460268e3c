"""Fifty invented colleagues and the list in which their institution asks for their certificates, seven rows wrong."""

import io
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook

from divit.cli.demo_people import DemoPerson

_FIRST = 40
_NAMES = ("Ayça", "Bengü", "Cihan", "Dilşad", "Eylül", "Ferhat", "Gökçe", "Hülya", "Işık", "İnci")
_SURNAMES = ("Güven", "Çelebi", "Ünal", "Işıldak", "Şenol")
_PLACES = ("Ağrı", "Çorum", "Düzce", "Iğdır", "Kütahya")
_HEADINGS = ("T.C. Kimlik No", "Ad", "Soyad", "Cep Telefonu", "e-Posta", "Birim", "Unvan", "Başvuru Türü")
_TCKN, _GIVEN_NAMES, _PHONE, _EMAIL, _KIND = 0, 1, 3, 4, 7
Row = list[str]


def colleagues(count: int) -> list[DemoPerson]:
    """So many people, always the same ones, at most 50; known to nobody yet."""
    return [
        DemoPerson(
            _FIRST + place,
            _NAMES[place % len(_NAMES)],
            _SURNAMES[place // len(_NAMES) % len(_SURNAMES)],
            f"19{70 + place % 30}-0{1 + place % 9}-{10 + place % 18}",
            _PLACES[place % len(_PLACES)],
            "",
            "",
        )
        for place in range(count)
    ]


def row_of(person: DemoPerson) -> Row:
    """As the list names a person."""
    phone = f"0{person.phone[3:]}"
    unit = "Bilgi İşlem Dairesi"
    return [person.tckn, person.given_names, person.surname, phone, person.email, unit, "Memur", "Diğer"]


def with_mistakes(people: Sequence[DemoPerson]) -> list[Row]:
    """The rows of all, the first seven with what people get wrong."""
    rows = [row_of(person) for person in people]
    rows[0][_TCKN] = rows[0][_TCKN][:-1]  # a digit too few
    rows[1][_GIVEN_NAMES] = ""
    rows[2][_PHONE] = "0446 214 10 00"  # not a mobile phone
    rows[3][_EMAIL] = "ilgili(at)okul.example"
    rows[4][_KIND] = "Süper sertifika"
    rows[5][_TCKN] = rows[6][_TCKN]  # one number for two people: both rows are asked about
    return rows


def workbook(rows: Sequence[Row]) -> bytes:
    """The rows as an XLSX, numbers as text."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (_HEADINGS, *rows):
        sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def corrected(downloaded: bytes, people: Sequence[DemoPerson]) -> bytes:
    """The file of faulty rows with every row put right: each is found by phone or e-mail."""
    book = load_workbook(io.BytesIO(downloaded))
    sheet = book.worksheets[0]
    headings = {str(cell.value): place for place, cell in enumerate(sheet[1], 1) if cell.value}
    for number in range(2, sheet.max_row + 1):
        said = {str(cell.value or "") for cell in sheet[number]}
        mine = next((one for one in people if one.email in said or f"0{one.phone[3:]}" in said), None)
        if mine is None:
            continue
        for heading, value in zip(_HEADINGS, row_of(mine), strict=True):
            sheet.cell(row=number, column=headings[heading], value=value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
