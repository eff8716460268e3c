"""Judging one cell: what a roster may say of a person, understood or refused with the code of what is wrong."""

import re
import unicodedata

from divit.kernel import email, writing
from divit.kernel.email import Email
from divit.kernel.errors import Invalid
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.pki import names

# «1,00E+10» is what is left of a number that a spreadsheet shortened before it wrote the CSV.
_SHORTENED = re.compile(r"\d([.,]\d*)?[eE]\+?\d{1,2}")
# What people write between digits, and what comes with a number copied from a telephone.
_BETWEEN_DIGITS = re.compile(r"[\s.()/\-‐‑–—\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_NOTHING = frozenset(("-", "–", "—", ".", "yok", "Yok", "YOK"))
_ALSO_APOSTROPHE = str.maketrans("’‘`´ʼ", "'''''")
_ALSO_HYPHEN = str.maketrans("‐‑–—", "----")


def is_empty(text: str) -> bool:
    """Whether a cell says nothing: empty, or one of the marks that people put for «none»."""
    return not text or text in _NOTHING


def tckn(text: str) -> Tckn:
    """Raises `Invalid`: roster_tckn_missing, roster_number_shortened, roster_tckn_letter (fact `letter`),
    roster_tckn_digits (fact `count`), roster_tckn_wrong.
    """
    digits = _digits(text, missing="roster_tckn_missing", letter="roster_tckn_letter")
    if len(digits) != 11:
        raise Invalid("roster_tckn_digits", count=len(digits))
    try:
        return Tckn(digits)
    except Invalid:
        raise Invalid("roster_tckn_wrong") from None


def phone(text: str) -> Phone:
    """A number that lost its first 0, or has 90 without +, is understood.

    Raises `Invalid`: roster_phone_missing, roster_number_shortened, roster_phone_letter (fact `letter`),
    roster_phone_digits (fact `count`), roster_phone_not_mobile.
    """
    plus = text.lstrip("\u202a\u202d\u2066 ").startswith("+")
    rest = text.replace("+", "", 1) if plus else text
    digits = _digits(rest, missing="roster_phone_missing", letter="roster_phone_letter")
    national = digits
    for prefix in ("0090", "90", "0"):
        if len(digits) == len(prefix) + 10 and digits.startswith(prefix):
            national = digits[len(prefix) :]
    if plus and not digits.startswith("90"):
        raise Invalid("roster_phone_not_mobile")
    if len(national) != 10 or national.startswith("0"):
        raise Invalid("roster_phone_digits", count=len(digits))
    try:
        return Phone(f"0{national}")
    except Invalid:
        raise Invalid("roster_phone_not_mobile") from None


def given_names(text: str) -> str:
    """Raises `Invalid`: roster_given_names_missing, and as `surname`."""
    return _name(text, missing="roster_given_names_missing")


def surname(text: str) -> str:
    """Case is kept: the register's spelling will stand in the certificate.

    Raises `Invalid`: roster_surname_missing, roster_name_letter (fact `letter`), roster_name_joint,
    roster_name_too_long (fact `longest`).
    """
    return _name(text, missing="roster_surname_missing")


def address(text: str) -> Email:
    """Raises `Invalid`: roster_email_missing, roster_email_space, roster_email_letter (fact `letter`),
    roster_email_too_long (fact `longest`), roster_email_wrong.
    """
    if is_empty(text):
        raise Invalid("roster_email_missing")
    if len(text) > email.LONGEST:
        raise Invalid("roster_email_too_long", longest=email.LONGEST)
    if " " in text:
        raise Invalid("roster_email_space")
    for letter in text:
        if not letter.isascii():
            raise Invalid("roster_email_letter", letter=_shown(letter))
    try:
        return Email(text)
    except Invalid:
        raise Invalid("roster_email_wrong") from None


def line(text: str, *, longest: int) -> str:
    """One line of ordinary writing, or nothing. Raises `Invalid`: roster_text_letter (fact `letter`),
    roster_text_too_long (fact `longest`).
    """
    try:
        return "" if is_empty(text) else writing.line(text, field="", longest=longest)
    except Invalid as wrong:
        if wrong.code == "text_too_long":
            raise Invalid("roster_text_too_long", longest=longest) from None
        raise Invalid("roster_text_letter", letter=wrong.facts["letter"]) from None


def _digits(text: str, *, missing: str, letter: str) -> str:
    if is_empty(text):
        raise Invalid(missing)
    if _SHORTENED.fullmatch(text):
        raise Invalid("roster_number_shortened")
    digits = _BETWEEN_DIGITS.sub("", text)
    for one in digits:
        if one not in "0123456789":
            raise Invalid(letter, letter=_shown(one))
    return digits


def _name(text: str, *, missing: str) -> str:
    if is_empty(text):
        raise Invalid(missing)
    typed = text.translate(_ALSO_APOSTROPHE).translate(_ALSO_HYPHEN)
    try:
        return names.check_person_name(typed)
    except Invalid as wrong:
        if wrong.code == "name_letter":
            letter = chr(int(str(wrong.facts["letter"])[2:], 16))
            raise Invalid("roster_name_letter", letter=_shown(letter)) from None
        if wrong.code == "name_length":
            raise Invalid("roster_name_too_long", longest=names.MOST_LETTERS) from None
        raise Invalid("roster_name_joint") from None


def _shown(letter: str) -> str:
    """The letter; by its name where it is not Latin (it may look like the right one) or has no shape."""
    shape = writing.shown(letter)
    name = unicodedata.name(letter, "")
    if shape == "�" or (letter.isalpha() and not name.startswith("LATIN ")):
        return f"{shape} U+{ord(letter):04X}"
    return shape
