"""Reading: what people make with their programs is understood, whatever program it was."""

import codecs
import datetime
import hashlib
import io

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import NamedStyle

from divit.kernel.errors import Invalid
from divit.rosters import cells
from divit.rosters.columns import HEADINGS, REQUIRED, Column
from divit.rosters.reading import MOST_OCTETS, MOST_ROWS, read
from tests.unit.rosters.making import GOOD, HEADS, by_hand, changed, delimited, packed, parts, row_xml, saved, xlsx

NAMED = dict(zip(HEADINGS, GOOD, strict=True))


class TestBoth:
    @pytest.mark.parametrize("make", [xlsx, delimited])
    def test_a_plain_list(self, make) -> None:  # type: ignore[no-untyped-def]
        content = make(HEADS, GOOD, GOOD)
        sheet = read(content, file_name="liste")
        assert [line.number for line in sheet.lines] == [2, 3]
        assert dict(sheet.lines[0].cells) == NAMED
        assert sheet.lines[0].marks == {}
        assert sheet.sha256 == hashlib.sha256(content).hexdigest()
        assert sheet.columns == tuple(Column)
        assert "Ayşe" not in repr(sheet) + repr(sheet.lines[0])

    @pytest.mark.parametrize("make", [xlsx, delimited])
    def test_titles_above_blank_rows_between_and_extra_columns(self, make) -> None:  # type: ignore[no-untyped-def]
        heads = ["Sıra", *HEADS, "Sicil No"]
        rows = [["Personel Listesi"], [], heads, ["1", *GOOD, "7"], [], ["3"], ["", "", ""], ["4", *GOOD]]
        sheet = read(make(*rows), file_name="liste")
        assert [line.number for line in sheet.lines] == [4, 8]
        assert dict(sheet.lines[1].cells) == NAMED
        assert sheet.ignored == ("Sıra", "Sicil No")

    @pytest.mark.parametrize("make", [xlsx, delimited])
    def test_optional_columns_may_be_missing(self, make) -> None:  # type: ignore[no-untyped-def]
        sheet = read(make([HEADINGS[one] for one in REQUIRED], GOOD[:5]), file_name="liste")
        assert sheet.columns == REQUIRED
        assert set(sheet.lines[0].cells) == set(REQUIRED)

    @pytest.mark.parametrize("make", [xlsx, delimited])
    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([HEADS], "roster_empty"),
            ([HEADS, ["", " "]], "roster_empty"),
            ([HEADS, changed(tckn="ÖRNEK 10000000146")], "roster_empty"),
            ([["Ahmet", "Mehmet"], ["1", "2"]], "roster_headings_missing"),
            ([["Ad", "Soyad"], ["Ayşe", "Öztürk"]], "roster_columns_missing"),
            ([["TCKN", "Ad Soyad", "Cep", "Mail"], GOOD], "roster_names_together"),
            ([[*HEADS, "e-Posta"], GOOD], "roster_column_twice"),
        ],
    )
    def test_a_list_that_is_none(self, make, rows: list[list[str]], code: str) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(Invalid) as wrong:
            read(make(*rows), file_name="liste")
        assert wrong.value.code == code

    @pytest.mark.parametrize("make", [xlsx, delimited])
    def test_one_row_too_many(self, make) -> None:  # type: ignore[no-untyped-def]
        few = [["TCKN", "Ad", "Soyad", "Cep", "Mail"], *([str(number)] for number in range(MOST_ROWS))]
        assert len(read(make(*few), file_name="liste").lines) == MOST_ROWS
        for beyond in (1, 200):
            with pytest.raises(Invalid) as wrong:
                read(make(*few, *([["x"]] * beyond)), file_name="liste")
            assert (wrong.value.code, wrong.value.facts) == ("roster_too_many_rows", {"most": MOST_ROWS})

    def test_one_octet_too_many(self) -> None:
        with pytest.raises(Invalid) as wrong:
            read(b"x" * (MOST_OCTETS + 1), file_name="liste.csv")
        assert (wrong.value.code, wrong.value.facts) == ("roster_too_large", {"megabytes": 5})


class TestXlsx:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (10000000146, "10000000146"),
            (5051234567, "5051234567"),
            (1.5, "1.5"),
            (True, "1"),
            ("  Ayşe\u00a0\n  Işıl ", "Ayşe Işıl"),
            ("Ays\u0327e", "Ayşe"),
            ("\u200bAyşe\ufeff", "Ayşe"),
            ("a_x0041_", "aA"),
            ("'0505 123", "0505 123"),
        ],
    )
    def test_a_value(self, value: object, text: str) -> None:
        line = read(xlsx(HEADS, changed(unit=value)), file_name="liste.xlsx").lines[0]
        assert line.cells[Column.UNIT] == text
        assert line.marks == {}

    @pytest.mark.parametrize(
        "raw", ["1.0000000146E10", "1.0000000146E+10", "10000000146.0", " 10000000146 ", "10000000146"]
    )
    def test_a_number_however_the_file_writes_it(self, raw: str) -> None:
        sheet = read(by_hand(f'<row r="2"><c r="A2"><v>{raw}</v></c></row>'), file_name="liste.xlsx")
        assert sheet.lines[0].cells[Column.TCKN] == "10000000146"

    @pytest.mark.parametrize(
        ("value", "mark"),
        [
            ("=1+1", cells.FORMULA),
            ('=WEBSERVICE("http://127.0.0.1:9/")', cells.FORMULA),
            ("='[baska.xlsx]Liste'!A1", cells.FORMULA),
            ("@SUM(A1)", cells.FORMULA_TEXT),
            ("-2+3", cells.FORMULA_TEXT),
            ("+cmd|' /C calc'!A0", cells.FORMULA_TEXT),
            (datetime.date(2026, 5, 1), cells.DATE),
            (datetime.datetime(2026, 5, 1, 10, 30), cells.DATE),  # noqa: DTZ001 - a sheet knows no zones
            (datetime.time(10, 30), cells.DATE),
            ("#N/A", cells.ERROR),
            ("Ã–ÄŸretmen", cells.LETTERS_BROKEN),
            ("��retmen", cells.LETTERS_BROKEN),
            ("x" * 501, cells.TOO_LONG),
            ("x" * 32_000, cells.TOO_LONG),
        ],
    )
    def test_a_cell_that_is_not_what_its_text_says(self, value: object, mark: str) -> None:
        line = read(xlsx(HEADS, changed(unit=value)), file_name="liste.xlsx").lines[0]
        assert line.marks == {Column.UNIT: mark}
        assert len(line.cells[Column.UNIT]) <= cells.LONGEST

    def test_a_date_is_shown_as_people_write_it(self) -> None:
        line = read(xlsx(HEADS, changed(unit=datetime.date(2026, 5, 1))), file_name="liste.xlsx").lines[0]
        assert line.cells[Column.UNIT] == "01.05.2026"

    def test_a_formula_keeps_its_last_result_and_its_mark(self) -> None:
        sheet = read(
            by_hand(
                '<row r="2"><c r="A2"><f>B9</f><v>10000000146</v></c><c r="B2" t="str"><f t="shared" si="0"/></c></row>'
            ),
            file_name="liste.xlsx",
        )
        assert sheet.lines[0].cells[Column.TCKN] == "10000000146"
        assert dict(sheet.lines[0].marks) == {Column.TCKN: cells.FORMULA, Column.GIVEN_NAMES: cells.FORMULA}

    def test_a_number_that_looks_like_a_date_only_in_colour(self) -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(HEADS)
        sheet.append(changed(tckn=10000000146))
        sheet["A2"].number_format = '[Red]0" sayı, gün"'
        assert read(saved(book), file_name="liste.xlsx").lines[0].marks == {}

    def test_texts_in_pieces_shared_and_spoken(self) -> None:
        shared = "<sst><si><r><t>Ay</t></r><r><t>şe</t></r><rPh><t>okunuş</t></rPh></si><si><t/></si></sst>"
        rows = row_xml(1, HEADS) + (
            '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"/>'
            '<c t="inlineStr"><is><r><t>a</t></r><rPh><t>x</t></rPh><r><t>b</t></r></is></c></row>'
        )
        sheet = read(packed(parts(rows, **{"xl/sharedStrings.xml": shared})), file_name="liste.xlsx")
        assert [sheet.lines[0].cells[one] for one in REQUIRED] == ["Ayşe", "", "", "ab", ""]
        assert sheet.lines[0].number == 2

    def test_names_with_a_prefix(self) -> None:
        content = parts(row_xml(1, HEADS) + row_xml(2, GOOD))
        content["xl/worksheets/sheet1.xml"] = (
            str(content["xl/worksheets/sheet1.xml"])
            .replace("</", "</x:")
            .replace("<", "<x:")
            .replace("<x:/x:", "</x:")
            .replace("xmlns=", "xmlns:x=")
        )
        assert dict(read(packed(content), file_name="liste.xlsx").lines[0].cells) == NAMED

    def test_the_sheet_with_the_headings_is_taken_hidden_ones_are_not(self) -> None:
        book = Workbook()
        hidden = book.active
        assert hidden is not None
        hidden.append(HEADS)
        hidden.append(changed(given_names="Gizli"))
        hidden.sheet_state = "hidden"
        book.create_sheet("Boş")
        book.create_sheet("Notlar").append(["Bu bir not"])
        shown = book.create_sheet("Liste")
        shown.append(HEADS)
        shown.append(GOOD)
        assert dict(read(saved(book), file_name="liste.xlsx").lines[0].cells) == NAMED

    def test_links_to_the_outside_are_not_followed(self) -> None:
        book = load_workbook(io.BytesIO(xlsx(HEADS, GOOD)))
        sheet = book.active
        assert sheet is not None
        sheet["E2"].hyperlink = "mailto:ayse.ozturk@okul.example"
        sheet["F2"].hyperlink = "http://192.0.2.1/"
        content = saved(book)
        assert dict(read(content, file_name="liste.xlsx").lines[0].cells) == NAMED
        outside = parts(row_xml(1, HEADS) + row_xml(2, GOOD))
        outside["xl/externalLinks/externalLink1.xml"] = "<!DOCTYPE x SYSTEM 'http://192.0.2.1/'><x/>"
        assert len(read(packed(outside), file_name="liste.xlsx").lines) == 1

    def test_styles_without_end_right_of_the_list_and_far_cells_cost_nothing(self) -> None:
        far = '<row r="1048576"><c r="XFD1048576" s="1"/><c r="XFE1048576"><v>1</v></c></row>'
        sheet = read(by_hand(row_xml(2, GOOD), far), file_name="liste.xlsx")
        assert len(sheet.lines) == 1

    def test_a_style_of_its_own(self) -> None:
        book = load_workbook(io.BytesIO(xlsx(HEADS, changed(tckn=10000000146))))
        book.add_named_style(NamedStyle("Numara", number_format="00000000000"))
        assert book.active is not None
        book.active["A2"].style = "Numara"
        assert read(saved(book), file_name="liste.xlsx").lines[0].cells[Column.TCKN] == "10000000146"


class TestCsv:
    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1254", "iso-8859-9"])
    def test_separators_and_letters(self, separator: str, encoding: str) -> None:
        content = delimited(HEADS, GOOD, separator=separator, encoding=encoding)
        assert dict(read(content, file_name="liste.csv").lines[0].cells) == NAMED

    def test_utf_16_with_its_other_mark(self) -> None:
        content = codecs.BOM_UTF16_BE + delimited(HEADS, GOOD, encoding="utf-16-be")
        assert dict(read(content, file_name="liste.csv").lines[0].cells) == NAMED

    def test_the_line_that_tells_excel_the_separator_is_no_row(self) -> None:
        content = b"sep=,\r\n" + delimited(HEADS, GOOD, separator=",")
        assert read(content, file_name="liste.csv").lines[0].number == 2

    def test_rows_are_numbered_as_a_spreadsheet_shows_them(self) -> None:
        sheet = read(delimited(HEADS, changed(unit="iki\nsatır"), GOOD), file_name="liste.csv")
        assert [line.number for line in sheet.lines] == [2, 3]
        assert sheet.lines[0].cells[Column.UNIT] == "iki satır"

    @pytest.mark.parametrize("encoding", ["cp857", "mac_turkish", "utf-16-le"])
    def test_letters_of_another_code_page_are_refused_not_guessed(self, encoding: str) -> None:
        rows = [HEADS, GOOD, changed(given_names="Yıldız", surname="Dağlı"), changed(given_names="ÇAĞRI")]
        with pytest.raises(Invalid) as wrong:
            read(delimited(*rows, encoding=encoding), file_name="liste.csv")
        assert wrong.value.code in {"roster_encoding", "roster_not_readable"}

    @pytest.mark.parametrize("name", ["Yıldız", "Oğlu", "Dağlı", "Isırgan"])
    def test_one_word_from_a_mac_is_enough_to_notice(self, name: str) -> None:
        heads = ["TCKN", "Ad", "Soyad", "Cep", "Mail"]
        with pytest.raises(Invalid, match="roster_encoding"):
            read(
                delimited(heads, ["1", name], encoding="mac_turkish"),
                file_name="",
            )

    @pytest.mark.parametrize(
        "content",
        [
            codecs.BOM_UTF8 + b"TCKN;Ad\xff",
            codecs.BOM_UTF16_LE + b"x",
            codecs.BOM_UTF16_LE + b"\x00\xd8",
            "Ad;Soyad;é".encode("cp1252"),
            b"Ad;Soyad\n\x81;\x8d",
        ],
    )
    def test_what_cannot_be_decoded_is_refused_with_what_to_do(self, content: bytes) -> None:
        with pytest.raises(Invalid, match="roster_encoding"):
            read(content, file_name="liste.csv")

    def test_a_quote_without_end_names_its_row(self) -> None:
        content = delimited(HEADS, GOOD, GOOD) + b'"10000000146;Ay\n' + delimited(GOOD, GOOD)
        with pytest.raises(Invalid) as wrong:
            read(content, file_name="liste.csv")
        assert (wrong.value.code, wrong.value.facts) == ("roster_quotes_broken", {"row": 4})

    def test_formulas_are_marked_and_telephones_are_none(self) -> None:
        rows = [changed(unit='=HYPERLINK("http://192.0.2.1")'), changed(phone="+90 505 123 45 67"), changed(unit="-")]
        found = [dict(line.marks) for line in read(delimited(HEADS, *rows), file_name="liste.csv").lines]
        assert found == [{Column.UNIT: cells.FORMULA_TEXT}, {}, {}]
