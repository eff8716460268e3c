"""Which names may stand in a certificate: Turkish letters, composed, bounded, and nothing that looks like them.

A name comes from the population register, never from a keyboard; all the same, a certificate is for decades, so what
does not pass here is not encoded at all. Nothing is changed silently: no case folding, no trimming, no cutting.
"""

import re
import unicodedata

from divit.kernel.errors import Invalid

MOST_LETTERS = 64  # ub-common-name, RFC 5280 appendix A.1
_LETTERS = frozenset("abcçdefgğhıijklmnoöpqrsştuüvwxyzâîûABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZÂÎÛ")
_JOINTS = frozenset(" '-")
_OPEN = _LETTERS | _JOINTS
_DOUBLED = re.compile("[ '-]{2}")


def check_person_name(text: str, *, field: str = "name") -> str:
    """The same text, if it may be a person's given names, surname or both.

    Raises `Invalid`: name_empty, name_not_normal (not NFC), name_letter (with `letter`), name_joint, name_length.
    """
    if not text or text.isspace():
        raise Invalid("name_empty", field)
    if not unicodedata.is_normalized("NFC", text):
        raise Invalid("name_not_normal", field)
    if not _OPEN.issuperset(text):
        letter = next(letter for letter in text if letter not in _OPEN)
        raise Invalid("name_letter", field, letter=f"U+{ord(letter):04X}")
    if text[0] in _JOINTS or text[-1] in " -" or _DOUBLED.search(text):
        raise Invalid("name_joint", field)
    if len(text) > MOST_LETTERS:
        raise Invalid("name_length", field, most=MOST_LETTERS)
    return text


def common_name(given_names: str, surname: str) -> str:
    """Ad Soyad, as it stands in the certificate; both parts and the whole are checked."""
    whole = f"{check_person_name(given_names, field='given_names')} {check_person_name(surname, field='surname')}"
    return check_person_name(whole, field="common_name")


def check_title(text: str, *, field: str) -> str:
    """The name of an authority or a service: printable, composed, of the Latin script, within bounds.

    Raises `Invalid`: title_empty, title_not_normal, title_letter, title_length.
    """
    if not text.strip() or text != text.strip():
        raise Invalid("title_empty", field)
    if not unicodedata.is_normalized("NFC", text):
        raise Invalid("title_not_normal", field)
    for letter in text:
        if letter not in _LETTERS and not (letter.isascii() and letter.isprintable()) and letter not in "–":
            raise Invalid("title_letter", field, letter=f"U+{ord(letter):04X}")
    if len(text) > MOST_LETTERS:
        raise Invalid("title_length", field, most=MOST_LETTERS)
    return text
