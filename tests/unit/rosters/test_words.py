"""Every fault in words, as a good clerk would say it, in both languages."""

import ast
import re

import pytest
from django.utils import translation

from divit.launcher.texts import PACKAGE
from divit.rosters.checks import WHOLE_FILE, Fault
from divit.rosters.columns import Column
from divit.rosters.words import REFUSALS, said

ROOM = PACKAGE / "rosters"


def test_every_code_that_the_room_names_has_words() -> None:
    """Codes stand in constants and arguments too, where the search for raised ones does not look."""
    named = {
        node.value
        for file in ("packages", "cells", "workbooks", "delimited", "reading", "columns", "judging", "checks")
        for node in ast.walk(ast.parse((ROOM / f"{file}.py").read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"roster_[a-z_]+[a-z]", node.value)
    }
    named |= {f"roster_{column}_twice" for column in (Column.TCKN, Column.PHONE, Column.EMAIL)}
    assert named - set(REFUSALS) == set()


@pytest.mark.parametrize(
    ("fault", "turkish", "english"),
    [
        (
            Fault(number=5, column=Column.TCKN, code="roster_tckn_digits", facts={"count": 10}),
            "5. satır: T.C. kimlik numarası 11 haneli olmalı; burada 10 hane var.",
            "Row 5: A T.C. identity number must have 11 digits; this one has 10.",
        ),
        (
            Fault(number=9, column=Column.TCKN, code="roster_tckn_twice", facts={"other": 4}),
            "9. satır: Bu T.C. kimlik numarası 4. satırda da var. Kişiyi bir kez yazın.",
            "Row 9: This T.C. identity number also stands in row 4. Write each person once.",
        ),
        (
            Fault(
                number=WHOLE_FILE,
                column=None,
                code="roster_quota_exceeded",
                facts={"left": 2, "wanted": 5, "beyond": 3},
            ),
            "Kotanızda 2 yer kaldı, listede hatasız 5 kişi var. Son 3 satıra yer yok.",
            "Your quota has 2 places left; the list has 5 people without a fault. "
            "There is no place for the last 3 rows.",
        ),
    ],
)
def test_a_fault_is_said_with_its_row(fault: Fault, turkish: str, english: str) -> None:
    for language, words in (("tr", turkish), ("en", english)):
        with translation.override(language):
            assert said(fault, REFUSALS[fault.code]) == words


def test_facts_cannot_speak_for_the_house() -> None:
    """What is quoted from a file is put in, never expanded."""
    fault = Fault(number=2, column=Column.UNIT, code="roster_text_letter", facts={"letter": "{"})
    assert "«{»" in said(fault, REFUSALS[fault.code])
