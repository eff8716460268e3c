"""What people type into one line of a form: cleaned, bounded, and refused where it is not ordinary writing."""

import re
import unicodedata

from divit.kernel.errors import Invalid
from divit.kernel.turkish import nfc

# The longest that forms, rosters and paper have room for.
UNIT = 80
JOB_TITLE = 60

_LONGEST_FILE_NAME = 80

# Beside letters and digits, what a Turkish address or job title is written with. No < > = { } | \ ^ ` $ " on purpose:
# they say nothing in an address and much in other languages (HTML, templates, shells, spreadsheets).
_MARKS = frozenset(" .,;:'’()-–/&+#!?%*°ºª№“”«»")
# A spreadsheet takes a cell that begins like this for a formula (T12).
_FORMULA = ("=", "+", "-", "@")
_ALSO_SPACE = str.maketrans({"\t": " ", "\u00a0": " ", "\u202f": " ", '"': "”", "`": "’", "\u00b4": "’", "\u2018": "’"})


def line(typed: str, *, field: str, longest: int, required: bool = True) -> str:
    """One line of ordinary writing, NFC, inner spaces single.

    Raises `Invalid` with `text_required`, `text_too_long` (fact `longest`) or `text_strange` (fact `letter`).
    """
    # Bounded before anything else is done to it: normalising a megabyte is work that a stranger should not order.
    if len(typed) > longest * 8:
        raise Invalid("text_too_long", field=field, longest=longest)
    text = " ".join(nfc(typed).translate(_ALSO_SPACE).split(" ")).strip()
    text = " ".join(part for part in text.split(" ") if part)
    for letter in text:
        if not _ordinary(letter):
            raise Invalid("text_strange", field=field, letter=shown(letter))
    if text.startswith(_FORMULA):
        raise Invalid("text_strange", field=field, letter=text[0])
    if not text and required:
        raise Invalid("text_required", field=field)
    if text and not any(letter.isalnum() for letter in text):
        raise Invalid("text_strange", field=field, letter=text[0])
    if len(text) > longest:
        raise Invalid("text_too_long", field=field, longest=longest)
    return text


def _ordinary(letter: str) -> bool:
    if letter in _MARKS or ("0" <= letter <= "9"):
        return True
    # Latin only: a Cyrillic «а» looks the same to the courier and is another letter to every machine (T14).
    return letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN ") and letter.isprintable()


def file_name(typed: str, *, otherwise: str) -> str:
    """An uploaded file's name as it may be kept: no path, no digits that could be somebody's number."""
    name = re.split(r"[/\\]", nfc(typed))[-1]
    printable = "".join(letter for letter in name if letter.isprintable())
    return re.sub(r"\d([ .-]?\d){6,}", "•••", printable)[-_LONGEST_FILE_NAME:] or otherwise


def shown(letter: str) -> str:
    """A letter as a message may show it; what has no shape of its own, or would change its surroundings, as �."""
    return letter if letter.isprintable() and not unicodedata.category(letter).startswith(("C", "M")) else "�"
