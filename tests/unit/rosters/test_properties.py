"""Whatever stands in a cell or a file: refused with a code that has words, or taken in the house's own form."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from divit.kernel.email import Email
from divit.kernel.errors import Invalid
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.pki import names
from divit.rosters import cells
from divit.rosters.checks import Known, Wish, check
from divit.rosters.columns import Column
from divit.rosters.files import corrected
from divit.rosters.reading import Line, Sheet, read
from divit.rosters.words import REFUSALS, said
from tests.unit.rosters.making import GOOD, HEADS, packed, parts, row_xml

KNOWN = Known(kinds={"ilk sertifika": "first"}, quota_left=2)
ANY = st.text(st.characters(codec=None), max_size=40)
TURKISH = st.text("abcçğıiİIöşü '-’1@.=+", max_size=20)
DIGITS = st.text("0123456789 +-()O", min_size=8, max_size=16)
GIVEN = [st.one_of(st.just(good), ANY, TURKISH, DIGITS) for good in GOOD]
ROWS = st.lists(st.tuples(*GIVEN), min_size=1, max_size=5)


def made(rows: list[tuple[str, ...]]) -> Sheet:
    """What reading makes of such cells."""
    lines = []
    for number, row in enumerate(rows, 2):
        given = dict(zip(Column, map(cells.cell, row), strict=True))
        marks = {column: one.mark for column, one in given.items() if one.mark}
        lines.append(Line(number, {column: one.text for column, one in given.items()}, marks))
    return Sheet(tuple(lines), "", tuple(Column))


def is_in_our_own_form(wish: Wish) -> None:
    assert str(Tckn(wish.tckn)) == wish.tckn
    assert str(Phone(wish.phone)) == wish.phone
    assert str(Email(wish.email)) == wish.email
    names.common_name(wish.given_names, wish.surname)
    for text in (wish.unit, wish.job_title):
        assert unicodedata.is_normalized("NFC", text)
        assert not text.startswith(("=", "+", "-", "@"))
    assert wish.kind == "first"


@given(ROWS)
def test_a_row_is_taken_in_our_form_or_refused_in_words(rows: list[tuple[str, ...]]) -> None:
    checked = check(made(rows), KNOWN)
    for wish in checked.wishes:
        is_in_our_own_form(wish)
    for fault in checked.faults:
        assert fault.code in REFUSALS
        words = said(fault, REFUSALS[fault.code])
        assert words
        assert all(letter.isprintable() for letter in words)
    numbers = {wish.number for wish in checked.wishes}
    assert numbers.isdisjoint(checked.faulty_rows)
    assert numbers | set(checked.faulty_rows) == {line.number for line in made(rows).lines}


@given(st.text(st.characters(codec=None), max_size=700))
def test_a_cell_is_one_bounded_line_and_stays_what_it_is(text: str) -> None:
    one = cells.cell(text)
    assert len(one.text) <= cells.LONGEST
    assert one.text == " ".join(one.text.split())
    assert unicodedata.is_normalized("NFC", one.text)
    one.text.encode()
    again = cells.cell(one.text)
    assert again.text == one.text
    assert again.mark == one.mark or one.mark == cells.TOO_LONG


@settings(max_examples=60)
@given(ROWS)
def test_a_corrected_file_is_read_as_it_was_written(rows: list[tuple[str, ...]]) -> None:
    sheet = made(rows)
    checked = check(sheet, KNOWN)
    kept = [line for line in sheet.lines if line.number in checked.faulty_rows]
    kept = [
        line
        for line in kept
        if any(line.cells.values()) and not line.cells[Column.TCKN].lower().startswith(("örnek", "example"))
    ]
    if not kept:
        return
    content = corrected(sheet, checked.faults, say=lambda fault: said(fault, REFUSALS[fault.code]))
    again = read(content, file_name="duzeltme.xlsx")
    assert [dict(line.cells) for line in again.lines] == [dict(line.cells) for line in kept]


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"TCKN;Ad;Soyad;Cep;Mail\n"]),
)
def test_random_octets_never_crash(octets: bytes, begin: bytes) -> None:
    try:
        read(begin + octets, file_name="liste.xlsx")
    except Invalid as wrong:
        refused = wrong
    else:
        return
    assert refused.code in REFUSALS
    assert str(REFUSALS[refused.code]).format(**refused.facts)


@settings(max_examples=60)
@given(
    st.recursive(
        st.one_of(st.text("<>&;/x1 é", max_size=8), st.just("")),
        lambda inner: st.builds(
            "<{0} {1}>{2}</{0}>".format,
            st.sampled_from(["row", "c", "v", "f", "is", "t", "r", "rPh", "sheetData", "x:c"]),
            st.sampled_from(["", 'r="A2"', 'r="2"', 't="s"', 't="inlineStr"', 't="d"', 's="1"', 'r="ZZZ1"', 't="e"']),
            st.lists(inner, max_size=4).map("".join),
        ),
        max_leaves=30,
    )
)
def test_random_sheets_never_crash(xml: str) -> None:
    content = packed(parts(row_xml(1, HEADS) + xml))
    try:
        sheet = read(content, file_name="liste.xlsx")
    except Invalid as wrong:
        refused = wrong
    else:
        check(sheet, KNOWN)
        return
    assert refused.code in REFUSALS
