"""What is handed out can be filled in and handed in again, and no text in it is ever a formula."""

import io

import pytest
from openpyxl import load_workbook

from divit.kernel.errors import Invalid
from divit.rosters.checks import Fault, Known, check
from divit.rosters.columns import HEADINGS, REQUIRED, Column
from divit.rosters.files import FORMER_ROW, TO_CORRECT, corrected, template
from divit.rosters.reading import read
from tests.unit.rosters.making import GOOD, HEADS, changed, delimited, saved, sheet_of, xlsx

KNOWN = Known(kinds={"İlk sertifika": "first"})
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://192.0.2.1")', "=cmd|' /C calc'!A0"]


def say(fault: Fault) -> str:
    return f"={fault.code}"


def types(content: bytes) -> set[str]:
    """The data types of every filled cell, as another reader sees them."""
    book = load_workbook(io.BytesIO(content))
    return {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


class TestTemplate:
    def test_as_it_is_it_names_nobody(self) -> None:
        with pytest.raises(Invalid, match="roster_empty"):
            read(template(), file_name="sablon.xlsx")

    def test_filled_in_it_is_read_without_its_example(self) -> None:
        book = load_workbook(io.BytesIO(template(kinds=["İlk sertifika", "Yenileme"])))
        sheet = book["Liste"]
        for place, value in enumerate(GOOD, 1):
            sheet.cell(3, place, value)
        found = read(saved(book), file_name="sablon.xlsx")
        assert [line.number for line in found.lines] == [3]
        assert check(found, KNOWN).faults == ()

    def test_the_example_is_a_good_one(self) -> None:
        book = load_workbook(io.BytesIO(template(kinds=["İlk sertifika"])))
        book["Liste"]["A2"] = str(book["Liste"]["A2"].value).removeprefix("ÖRNEK ")
        assert check(read(saved(book), file_name="sablon.xlsx"), KNOWN).faults == ()

    def test_cells_are_text_for_who_types_into_them(self) -> None:
        content = template(kinds=["İlk sertifika"])
        sheet = load_workbook(io.BytesIO(content))["Liste"]
        assert [cell.value for cell in sheet[1]] == HEADS
        assert types(content) == {"s"}
        assert {sheet.column_dimensions[letter].number_format for letter in "ABCDEFGH"} == {"@"}
        assert {cell.number_format for cell in sheet[2]} == {"@"}

    def test_kinds_are_offered_by_name(self) -> None:
        book = load_workbook(io.BytesIO(template(kinds=["İlk sertifika", "=Yenileme"])))
        assert [row[0].value for row in book["Başvuru türleri"].iter_rows(min_row=2)] == ["İlk sertifika", "=Yenileme"]
        (choice,) = book["Liste"].data_validations.dataValidation
        assert (choice.formula1, str(choice.sqref)) == ("'Başvuru türleri'!$A$2:$A$3", "H2:H20002")
        assert "Başvuru türleri" not in load_workbook(io.BytesIO(template())).sheetnames

    def test_every_column_is_explained(self) -> None:
        sheet = load_workbook(io.BytesIO(template()))["Açıklama"]
        told = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2)}
        assert told == {HEADINGS[one]: "zorunlu" if one in REQUIRED else "isteğe bağlı" for one in Column}


class TestCorrected:
    def test_the_faulty_rows_come_back_as_they_were(self) -> None:
        sheet = sheet_of(changed(tckn="1"), GOOD, changed(phone="2", email="=x"), changed(kind=""))
        checked = check(sheet, KNOWN)
        content = corrected(sheet, checked.faults, say=say)
        again = read(content, file_name="duzeltme.xlsx")
        rows = [line for line in sheet.lines if line.number in checked.faulty_rows]
        assert [dict(line.cells) for line in again.lines] == [dict(line.cells) for line in rows]
        assert [dict(line.marks) for line in again.lines] == [dict(line.marks) for line in rows]
        assert again.ignored == (FORMER_ROW, TO_CORRECT)

    def test_wrong_cells_are_marked_and_explained(self) -> None:
        sheet = sheet_of(GOOD, changed(tckn="1", email="x"))
        book = load_workbook(io.BytesIO(corrected(sheet, check(sheet, KNOWN).faults, say=say)))
        cells = book["Liste"][3]
        assert [cell.style for cell in cells[:5]] == ["Yanlış", "Hücre", "Hücre", "Yanlış", "Yanlış"]
        assert [cell.value for cell in cells[8:]] == [
            "3",
            "=roster_tckn_digits\n=roster_phone_twice\n=roster_email_wrong",
        ]

    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_text_becomes_a_formula(self, text: str) -> None:
        for make in (xlsx, delimited):
            sheet = read(make(HEADS, [text] * 8), file_name="liste")
            content = corrected(sheet, check(sheet, KNOWN).faults, say=say)
            assert types(content) == {"s"}

    def test_after_correction_it_is_taken(self) -> None:
        sheet = sheet_of(changed(tckn="1"))
        book = load_workbook(io.BytesIO(corrected(sheet, check(sheet, KNOWN).faults, say=say)))
        book["Liste"]["A2"] = GOOD[0]
        assert check(read(saved(book), file_name="duzeltme.xlsx"), KNOWN).faults == ()

    def test_a_column_that_was_not_there_comes_with_what_is_missing_in_it(self) -> None:
        sheet = read(delimited(HEADS[:5], GOOD[:5]), file_name="liste.csv")
        again = read(corrected(sheet, check(sheet, KNOWN).faults, say=say), file_name="duzeltme.xlsx")
        assert again.columns == (*REQUIRED, Column.KIND)

    def test_faults_of_the_whole_list_have_no_row(self) -> None:
        sheet = sheet_of(GOOD)
        checked = check(sheet, Known(kinds=KNOWN.kinds, quota_left=0))
        again = read(corrected(sheet, checked.faults, say=say), file_name="duzeltme.xlsx")
        assert len(again.lines) == 1
