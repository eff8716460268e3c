"""Headings: Turkish and English, any order, any marks; what is missing or doubled is named."""

import pytest

from divit.kernel.errors import Invalid
from divit.rosters import columns
from divit.rosters.columns import HEADINGS, REQUIRED, Column


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("T.C. Kimlik No", Column.TCKN),
        ("TC KİMLİK NUMARASI", Column.TCKN),
        ("T.C.KİMLİK NO: *", Column.TCKN),
        ("tckn", Column.TCKN),
        ("National ID", Column.TCKN),
        ("ADI", Column.GIVEN_NAMES),
        ("First Name", Column.GIVEN_NAMES),
        ("Soyadı", Column.SURNAME),
        ("LAST NAME", Column.SURNAME),
        ("CEP TELEFONU", Column.PHONE),
        ("Gsm No", Column.PHONE),
        ("E-POSTA", Column.EMAIL),
        ("e-mail", Column.EMAIL),
        ("E-Mail Address", Column.EMAIL),
        ("Çalıştığı Birim", Column.UNIT),
        ("ÜNVANI", Column.JOB_TITLE),
        ("JOB TITLE", Column.JOB_TITLE),
        ("BAŞVURU TÜRÜ", Column.KIND),
        ("Sıra No", None),
        ("İş Telefonu", None),
        ("", None),
    ],
)
def test_a_heading_is_recognised(heading: str, column: Column | None) -> None:
    assert columns.column_of(heading) is column


def test_no_heading_means_two_columns() -> None:
    for column in Column:
        for name in (HEADINGS[column], column, *columns._SYNONYMS[column]):
            assert columns.column_of(name) is column, name


def test_any_order_and_extra_columns() -> None:
    heads = ["Sıra", "Soyad", "e-Posta", "Doğum Yeri", "Ad", "GSM", "TCKN"]
    assert columns.places(heads) == {
        Column.TCKN: 6,
        Column.GIVEN_NAMES: 4,
        Column.SURNAME: 1,
        Column.PHONE: 5,
        Column.EMAIL: 2,
    }


def test_what_is_missing_is_named_as_it_should_be_written() -> None:
    with pytest.raises(Invalid) as wrong:
        columns.places(["TCKN", "Ad", "Soyad"])
    assert (wrong.value.code, wrong.value.facts) == (
        "roster_columns_missing",
        {"columns": "«Cep Telefonu», «e-Posta»"},
    )
    assert set(REQUIRED) == set(Column) - {Column.UNIT, Column.JOB_TITLE, Column.KIND}


def test_of_two_columns_that_fit_the_better_name_wins() -> None:
    heads = [HEADINGS[column] for column in REQUIRED]
    assert columns.places(["Telefon", *heads])[Column.PHONE] == heads.index("Cep Telefonu") + 1
    assert columns.places([*heads, "Telefon"])[Column.PHONE] == heads.index("Cep Telefonu")


@pytest.mark.parametrize("again", ["T.C. Kimlik No", "T.C. KİMLİK NO."])
def test_the_same_heading_twice_is_a_question(again: str) -> None:
    with pytest.raises(Invalid) as wrong:
        columns.places([*HEADINGS.values(), again])
    assert (wrong.value.code, wrong.value.facts) == ("roster_column_twice", {"column": "«T.C. Kimlik No»"})


def test_both_names_in_one_column_are_not_guessed_apart() -> None:
    with pytest.raises(Invalid, match="roster_names_together"):
        columns.places(["TCKN", "Adı Soyadı", "Cep", "Mail"])
