"""The columns of a roster (kurum listesi): what they are called in the file, and how a heading is recognised."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from divit.kernel.errors import Invalid
from divit.kernel.turkish import tr_fold


class Column(StrEnum):
    """What a roster says of a person."""

    TCKN = "tckn"  # T.C. kimlik no
    GIVEN_NAMES = "given_names"  # ad
    SURNAME = "surname"  # soyad
    PHONE = "phone"  # cep telefonu
    EMAIL = "email"  # e-posta
    UNIT = "unit"  # çalıştığı birim
    JOB_TITLE = "job_title"  # unvan
    KIND = "kind"  # başvuru türü


HEADINGS: Mapping[Column, str] = {
    Column.TCKN: "T.C. Kimlik No",
    Column.GIVEN_NAMES: "Ad",
    Column.SURNAME: "Soyad",
    Column.PHONE: "Cep Telefonu",
    Column.EMAIL: "e-Posta",
    Column.UNIT: "Birim",
    Column.JOB_TITLE: "Unvan",
    Column.KIND: "Başvuru Türü",
}
REQUIRED = (Column.TCKN, Column.GIVEN_NAMES, Column.SURNAME, Column.PHONE, Column.EMAIL)
# Other headings that mean the same, the likelier ones first: where two columns fit, the earlier synonym wins.
_SYNONYMS: Mapping[Column, Sequence[str]] = {
    Column.TCKN: (
        *("tc kimlik numarası", "tckn", "tc kimlik", "tc no", "tc numarası", "tcno", "kimlik no", "kimlik numarası"),
        *("vatandaşlık no", "vatandaşlık numarası", "tc"),
        *("turkish id no", "turkish id number", "national id", "national id no", "national id number", "id number"),
    ),
    Column.GIVEN_NAMES: (
        *("adı", "isim", "ismi", "ön ad", "adları", "ad (varsa ikinci ad)"),
        *("given names", "given name", "first name", "first names", "forename", "name"),
    ),
    Column.SURNAME: ("soyadı", "soy ad", "soy adı", "soyisim", "soy isim", "surname", "last name", "family name"),
    Column.PHONE: (
        *("cep telefonu no", "cep telefonu numarası", "cep tel", "cep tel no", "cep", "cep no", "cep numarası", "gsm"),
        *("gsm no", "gsm numarası", "mobil telefon", "mobil", "telefon", "telefon no", "telefon numarası", "tel"),
        *("tel no", "mobile phone", "mobile phone number", "mobile", "mobile number", "cell phone", "phone"),
        *("phone number",),
    ),
    Column.EMAIL: (
        *("e-posta adresi", "eposta", "elektronik posta", "elektronik posta adresi", "kurumsal e-posta", "mail"),
        *("kurumsal e-posta adresi", "e-mail", "e-mail adresi", "mail adresi", "email address", "mail address"),
    ),
    Column.UNIT: (
        *("çalıştığı birim", "birimi", "birim adı", "görev yaptığı birim", "görev yeri", "daire", "müdürlük", "şube"),
        *("departman", "bölüm", "unit", "department", "section"),
    ),
    Column.JOB_TITLE: ("ünvanı", "ünvan", "unvanı", "görevi", "görev", "kadro", "job title", "title", "position"),
    Column.KIND: (
        *("tür", "türü", "başvurunun türü", "sertifika türü", "talep türü", "kind", "application kind"),
        *("application type", "type of application", "type"),
    ),
}
# One column with both names: splitting it would be guessing where the given names end.
_BOTH_NAMES = ("ad soyad", "adı soyadı", "ad ve soyad", "adı ve soyadı", "isim soyisim", "full name", "name surname")


def fold(text: str) -> str:
    """A heading or a choice as it is compared: «T.C. Kimlik No:» is «tckimlikno»."""
    return re.sub(r"[\W_]+", "", tr_fold(text))


def _recognised() -> dict[str, tuple[Column, int]]:
    known: dict[str, tuple[Column, int]] = {}
    for column in Column:
        for rank, name in enumerate((HEADINGS[column], column, *_SYNONYMS[column])):
            known.setdefault(fold(name), (column, rank))
    return known


_KNOWN = _recognised()
_BOTH = frozenset(fold(name) for name in _BOTH_NAMES)


def column_of(heading: str) -> Column | None:
    """Which column a heading means; None for one that a roster does not need."""
    found = _KNOWN.get(fold(heading))
    return found[0] if found else None


def recognised(headings: Sequence[str]) -> int:
    """How many different columns these headings name: how a row of headings is told from a title above it."""
    return len({column for heading in headings if (column := column_of(heading))})


def places(headings: Sequence[str]) -> dict[Column, int]:
    """At which place each column stands.

    Raises `Invalid` with `roster_column_twice` (fact `column`), `roster_names_together`, or
    `roster_columns_missing` (fact `columns`).
    """
    best: dict[Column, tuple[int, int]] = {}
    twice: set[Column] = set()
    for place, heading in enumerate(headings):
        column, rank = _KNOWN.get(fold(heading), (None, 0))
        if column is None:
            continue
        if column in best and best[column][0] == rank:
            twice.add(column)
        elif column not in best or rank < best[column][0]:
            best[column] = (rank, place)
            twice.discard(column)
    if twice:
        raise Invalid("roster_column_twice", column=_names([column for column in Column if column in twice]))
    missing = [column for column in REQUIRED if column not in best]
    if missing and set(missing) <= {Column.GIVEN_NAMES, Column.SURNAME} and any(fold(one) in _BOTH for one in headings):
        raise Invalid("roster_names_together")
    if missing:
        raise Invalid("roster_columns_missing", columns=_names(missing))
    return {column: best[column][1] for column in Column if column in best}


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(f"«{HEADINGS[column]}»" for column in columns)
