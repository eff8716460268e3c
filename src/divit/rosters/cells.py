"""One cell, however it was written: its text made plain, and a mark where it cannot be taken as text."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from divit.kernel.turkish import nfc

LONGEST = 500
# What makes a cell unfit to be judged by its text; each is the code of a fault.
FORMULA = "roster_cell_formula"
FORMULA_TEXT = "roster_cell_formula_text"
DATE = "roster_cell_date"
ERROR = "roster_cell_error"
LETTERS_BROKEN = "roster_cell_letters_broken"
TOO_LONG = "roster_cell_too_long"

# Turkish letters in UTF-8 that some program took for Windows-1254: «Ã§» for «ç», «Åž» for «Ş».
_BROKEN = re.compile("�|Ã[§¼¶‡–œ¢®»]|Ä[Ÿž±°]|Å[Ÿž]")
_APOSTROPHE = re.compile(r"'[=+@\d-]")
_PLAIN_NUMBER = re.compile(r"-?\d{1,40}")
_MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell (one line, NFC, bounded), and a code when it is not what its text says."""

    text: str = field(repr=False)
    mark: str = ""


def cell(text: str, mark: str = "") -> Cell:
    """A cell of what a file holds; whatever the text, the result can be written into a spreadsheet and read again."""
    plain = _plain(text[: LONGEST * 4])
    if len(plain) > LONGEST or len(text) > LONGEST * 4:
        plain, mark = _trimmed(plain[:LONGEST]), mark or TOO_LONG
    if not mark and _BROKEN.search(plain):
        mark = LETTERS_BROKEN
    if not mark and _formula(plain):
        mark = FORMULA_TEXT
    return Cell(plain, mark)


def _plain(text: str) -> str:
    """Lines and other spaces become single spaces; what hides at the edges goes; what no XML may hold becomes �."""
    if text.isascii() and text.isprintable():
        line = " ".join(text.split())
    else:
        line = _trimmed(" ".join("".join(map(_writable, nfc(text))).split()))
    # An apostrophe in front is how spreadsheets are told «this is text»; it is not part of the text.
    return line[1:].strip() if _APOSTROPHE.match(line) else line


def _trimmed(text: str) -> str:
    first, last = 0, len(text)
    while first < last and _edge(text[first]):
        first += 1
    while first < last and _edge(text[last - 1]):
        last -= 1
    return text[first:last]


def _edge(letter: str) -> bool:
    return letter == " " or unicodedata.category(letter) == "Cf"


def _writable(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Cc":
        return " "
    return "�" if category == "Cs" or ord(letter) & 0xFFFE == 0xFFFE else letter


def _formula(text: str) -> bool:
    """Whether a spreadsheet would take this text for a formula; a lone dash is none, and neither is +90 505…"""
    return len(text) > 1 and text[0] in "=+-@" and not re.fullmatch(r"\+[\d ()/.-]+", text)


def number(raw: str) -> str:
    """A number as the file's XML has it, as a person would type it: 1.0000000146E10 is 10000000146."""
    text = raw[:200].strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        return text
    if value == value.to_integral_value():
        return str(int(value))
    return f"{value.normalize():f}"[: _MOST_DIGITS * 2]
