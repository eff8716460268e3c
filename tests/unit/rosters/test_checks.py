"""Checks: each cell by its own rule, all faults at once, doubles and quota over the whole list."""

import pytest

from divit.cli.demo_people import synthetic_tckn
from divit.kernel.errors import Invalid
from divit.rosters import checks, judging
from divit.rosters.checks import WHOLE_FILE, Checked, Fault, Known, check
from divit.rosters.columns import HEADINGS, Column
from divit.rosters.reading import read
from tests.unit.rosters.making import GOOD, HEADS, changed, delimited, sheet_of, xlsx

KINDS = {"ilk sertifika": "first", "yenileme": "renewal", "kayip / calinti": "lost"}
KNOWN = Known(kinds=KINDS)


def person(number: int, **cells: object) -> list[object]:
    """The good row for another person."""
    own = {"tckn": synthetic_tckn(number), "phone": f"050512345{number:02d}", "email": f"k{number}@okul.example"}
    return changed(**own | cells)


def codes(checked: Checked) -> list[tuple[int, str | None, str]]:
    return [(fault.number, fault.column, fault.code) for fault in checked.faults]


def test_a_good_row_is_a_wish_in_the_house_s_own_form() -> None:
    checked = check(sheet_of(GOOD), KNOWN)
    assert checked.faults == ()
    (wish,) = checked.wishes
    assert (wish.number, wish.tckn, wish.phone, wish.email) == (
        *(2, "10000000146", "+905051234567", "ayse.ozturk@okul.example"),
    )
    assert (wish.given_names, wish.surname, wish.unit, wish.job_title, wish.kind) == (
        *("Ayşe Işıl", "Öztürk", "Bilgi İşlem", "Öğretmen", "first"),
    )
    for secret in ("10000000", "Ayşe", "Öztürk", "505123", "ayse"):
        assert secret not in repr(wish)


@pytest.mark.parametrize(
    ("column", "typed", "kept"),
    [
        ("tckn", "100 000 001 46", "10000000146"),
        ("tckn", "10000000146\u200e", "10000000146"),
        ("tckn", "'10000000146", "10000000146"),
        *(
            ("phone", typed, "+905051234567")
            for typed in (
                *("5051234567", "0505 123 45 67", "0(505) 123-45-67", "905051234567", "+90 505 123 45 67"),
                *("00905051234567", "\u202a+90 505 123 45 67\u202c", "0505.123.45.67", "0505/1234567"),
            )
        ),
        ("given_names", "  AYŞE   IŞIL ", "AYŞE IŞIL"),
        ("given_names", "Ays\u0327e", "Ayşe"),
        ("surname", "D’Angelo", "D'Angelo"),
        ("surname", "Öztürk–Çağlar", "Öztürk-Çağlar"),
        ("unit", "-", ""),
        ("unit", "", ""),
        ("job_title", "yok", ""),
        ("kind", "İLK SERTİFİKA", "first"),
        ("kind", "ilk  sertifika", "first"),
        ("kind", "Kayıp/Çalıntı", "lost"),
    ],
)
def test_what_people_write_is_understood(column: str, typed: str, kept: str) -> None:
    checked = check(sheet_of(changed(**{column: typed})), KNOWN)
    assert checked.faults == ()
    assert getattr(checked.wishes[0], column) == kept


def test_numbers_of_a_spreadsheet_are_understood() -> None:
    sheet = read(xlsx(HEADS, changed(tckn=10000000146.0, phone=5051234567)), file_name="liste.xlsx")
    (wish,) = check(sheet, KNOWN).wishes
    assert (wish.tckn, wish.phone) == ("10000000146", "+905051234567")


@pytest.mark.parametrize(
    ("column", "typed", "code", "facts"),
    [
        ("tckn", "", "roster_tckn_missing", {}),
        ("tckn", "-", "roster_tckn_missing", {}),
        ("tckn", "1000000014", "roster_tckn_digits", {"count": 10}),
        ("tckn", "100000001466", "roster_tckn_digits", {"count": 12}),
        ("tckn", "10000000147", "roster_tckn_wrong", {}),
        ("tckn", "00000000146", "roster_tckn_wrong", {}),
        ("tckn", "1000000O146", "roster_tckn_letter", {"letter": "O"}),
        ("tckn", "١٠٠٠٠٠٠٠١٤٦", "roster_tckn_letter", {"letter": "١"}),
        ("tckn", "1,00E+10", "roster_number_shortened", {}),
        ("tckn", "1E10", "roster_number_shortened", {}),
        ("given_names", "", "roster_given_names_missing", {}),
        ("given_names", "Ayşe1", "roster_name_letter", {"letter": "1"}),
        ("given_names", "Аyşe", "roster_name_letter", {"letter": "А U+0410"}),
        ("given_names", "Ay\u200bşe", "roster_name_letter", {"letter": "� U+200B"}),
        ("given_names", "Ayşe--Gül", "roster_name_joint", {}),
        ("given_names", "A" * 65, "roster_name_too_long", {"longest": 64}),
        ("surname", "", "roster_surname_missing", {}),
        ("surname", "Ö" * 60, "roster_names_too_long", {"longest": 64}),
        ("phone", "", "roster_phone_missing", {}),
        ("phone", "0505 123 45 6", "roster_phone_digits", {"count": 10}),
        ("phone", "505123456", "roster_phone_digits", {"count": 9}),
        ("phone", "0312 123 45 67", "roster_phone_not_mobile", {}),
        ("phone", "+1 505 123 4567", "roster_phone_not_mobile", {}),
        ("phone", "05051234567 dahili 5", "roster_phone_letter", {"letter": "d"}),
        ("phone", "5,05E+09", "roster_number_shortened", {}),
        ("email", "", "roster_email_missing", {}),
        ("email", "ayse.okul.example", "roster_email_wrong", {}),
        ("email", "ayşe@okul.example", "roster_email_letter", {"letter": "ş"}),
        ("email", "a@b.example c@d.example", "roster_email_space", {}),
        ("email", "a" * 90 + "@okul.example", "roster_email_too_long", {"longest": 100}),
        ("unit", "<b>", "roster_text_letter", {"letter": "<"}),
        ("unit", "x" * 81, "roster_text_too_long", {"longest": 80}),
        ("job_title", "x" * 61, "roster_text_too_long", {"longest": 60}),
        ("kind", "", "roster_kind_missing", {}),
        ("kind", "İlk", "roster_kind_unknown", {}),
        ("kind", "!?", "roster_kind_unknown", {}),
        ("unit", "=1+1", "roster_cell_formula_text", {}),
        ("email", "+a@okul.example", "roster_cell_formula_text", {}),
        ("given_names", "@SUM(A1)", "roster_cell_formula_text", {}),
        ("unit", "ÄŸ", "roster_cell_letters_broken", {}),
        ("unit", "x" * 501, "roster_cell_too_long", {"longest": 500}),
    ],
)
def test_what_is_wrong_is_said_of_its_cell(column: str, typed: str, code: str, facts: dict[str, object]) -> None:
    checked = check(sheet_of(changed(**{column: typed})), KNOWN)
    assert checked.wishes == ()
    assert checked.faults == (Fault(number=2, column=Column(column), code=code, facts=facts),)


def test_every_cell_of_every_row_is_told_at_once() -> None:
    checked = check(sheet_of(["x"] * 8, GOOD, ["1", *[""] * 7]), KNOWN)
    assert [wish.number for wish in checked.wishes] == [3]
    assert checked.faulty_rows == (2, 4)
    wrong = {number: [column for row, column, _code in codes(checked) if row == number] for number in (2, 4)}
    assert wrong[2] == [Column.TCKN, Column.PHONE, Column.EMAIL, Column.KIND]
    assert wrong[4] == [*list(Column)[:5], Column.KIND]


def test_a_formula_is_never_taken_for_its_result() -> None:
    sheet = read(xlsx(HEADS, changed(tckn="=10000000146")), file_name="liste.xlsx")
    assert codes(check(sheet, KNOWN)) == [(2, Column.TCKN, "roster_cell_formula")]


@pytest.mark.parametrize(
    ("column", "other"),
    [("tckn", "100 000 001 46"), ("phone", "+90 505 123 45 67"), ("email", "AYSE.Ozturk@okul.example")],
)
def test_doubles_name_each_other(column: str, other: str) -> None:
    checked = check(sheet_of(GOOD, person(4), person(2, **{column: other}), person(3, **{column: other})), KNOWN)
    assert [wish.number for wish in checked.wishes] == [3]
    code = f"roster_{column}_twice"
    assert [(fault.number, fault.code, fault.facts) for fault in checked.faults] == [
        (2, code, {"other": 4}),
        (4, code, {"other": 2}),
        (5, code, {"other": 2}),
    ]


def test_what_the_database_knows_is_said_with_everything_else() -> None:
    known = Known(
        kinds=KINDS,
        closed={synthetic_tckn(1): ("application_already_running",), synthetic_tckn(9): ("nobody_asked",)},
        unfit={synthetic_tckn(2): {"first": "first_but_one_is_open"}, synthetic_tckn(3): {"renewal": "x"}},
    )
    checked = check(sheet_of(person(1, unit="<"), person(2), person(3)), known)
    assert codes(checked) == [
        (2, Column.TCKN, "application_already_running"),
        (2, Column.UNIT, "roster_text_letter"),
        (3, Column.KIND, "first_but_one_is_open"),
    ]
    assert [wish.number for wish in checked.wishes] == [4]


def test_whom_the_database_is_asked_about() -> None:
    sheet = sheet_of(
        person(1), person(2, kind="YENİLEME"), person(3, tckn="1"), person(4, tckn="=1"), person(1, kind="")
    )
    assert checks.people(sheet) == {
        synthetic_tckn(1): ("ilksertifika", ""),
        synthetic_tckn(2): ("yenileme",),
    }


@pytest.mark.parametrize(
    ("left", "wishes", "beyond"), [(None, 3, 0), (3, 3, 0), (9, 3, 0), (2, 2, 1), (0, 0, 3), (-1, 0, 3)]
)
def test_the_quota_is_said_once_and_marked(left: int | None, wishes: int, beyond: int) -> None:
    rows = [person(1), person(2, tckn="1"), person(3), person(4)]
    checked = check(sheet_of(*rows), Known(kinds=KINDS, quota_left=left))
    assert [wish.number for wish in checked.wishes] == [2, 4, 5][:wishes]
    said = [fault for fault in checked.faults if fault.number == WHOLE_FILE]
    marked = [fault.number for fault in checked.faults if fault.code == "roster_row_beyond_quota"]
    assert marked == [2, 4, 5][3 - beyond :]
    facts = {"left": max(left or 0, 0), "wanted": 3, "beyond": beyond}
    assert [(fault.code, fault.facts) for fault in said] == ([("roster_quota_exceeded", facts)] if beyond else [])
    assert checked.faulty_rows == tuple(sorted({3, *marked}))


def test_an_empty_kind_may_mean_something() -> None:
    known = Known(kinds={**KINDS, "": "first"})
    assert check(sheet_of(changed(kind="")), known).wishes[0].kind == "first"
    without = [HEADINGS[column] for column in Column][:5]
    assert check(read(delimited(without, GOOD[:5]), file_name=""), known).wishes[0].kind == "first"
    assert codes(check(sheet_of(changed(kind="!")), known)) == [(2, Column.KIND, "roster_kind_unknown")]


def test_progress_is_told_and_ends_with_all() -> None:
    told: list[tuple[int, int]] = []
    check(sheet_of(*(["x"] for _ in range(601))), KNOWN, progress=lambda *seen: told.append(seen))
    assert told == [(250, 601), (500, 601), (601, 601)]


def test_a_phone_is_judged_without_a_sheet_too() -> None:
    with pytest.raises(Invalid, match="roster_phone_digits"):
        judging.phone("0505")
