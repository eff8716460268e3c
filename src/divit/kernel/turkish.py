"""Turkish letters: case, folding for search, and the order of the alphabet.

Python's own `str.upper` and `str.lower` do not know that i ↔ İ and ı ↔ I are pairs.
"""

import unicodedata

_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_LOWER = str.maketrans({"İ": "i", "I": "ı"})
# Which letters are folded to which; a database that is given the same two texts folds as we do.
FOLDING = ("çğıöşüâîûÇĞİÖŞÜÂÎÛI", "cgiosuaiucgiosuaiui")
_FOLD = str.maketrans(*FOLDING)
_ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_ORDER = {letter: chr(0x100 + place) for place, letter in enumerate(_ALPHABET)}


def nfc(text: str) -> str:
    """The composed Unicode form, in which Divit keeps every text."""
    return unicodedata.normalize("NFC", text)


def tr_upper(text: str) -> str:
    """Upper case by Turkish rules: «ışık ipi» → «IŞIK İPİ»."""
    return nfc(text).translate(_UPPER).upper()


def tr_lower(text: str) -> str:
    """Lower case by Turkish rules: «ISPARTA İLİ» → «ısparta ili»."""
    return nfc(text).translate(_LOWER).lower()


def tr_title(text: str) -> str:
    """Each word with a capital: «AYŞE IŞIL» → «Ayşe Işıl»; hyphens and apostrophes begin a word too."""
    out: list[str] = []
    begins = True
    for letter in tr_lower(text):
        out.append(tr_upper(letter) if begins else letter)
        begins = not letter.isalpha()
    return "".join(out)


def tr_fold(text: str) -> str:
    """For searching: lower case without Turkish marks, so that «sisli» finds «Şişli»."""
    return tr_lower(nfc(text).translate(_FOLD)).translate(_FOLD)


def sort_key(text: str) -> str:
    """A key whose plain code-point order is the order of the Turkish alphabet."""
    lowered = tr_lower(text).translate(str.maketrans("âîû", "aiu"))
    return "".join(_ORDER.get(letter, letter) for letter in lowered)
