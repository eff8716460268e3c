"""What a notice is: the same event as a short message and as a mail, in both languages, with {placeholders}."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

# Letters that the GSM alphabet lacks: with one of them a short message holds 70 characters instead of 160.
_GSM = str.maketrans(
    {"ğ": "g", "Ğ": "G", "ş": "s", "Ş": "S", "ı": "i", "İ": "I", "ç": "c", "â": "a", "î": "i", "û": "u"}
    | {"«": '"', "»": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)
_GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
LONGEST_SMS = 306  # two parts of 153


def gsm(text: str) -> str:
    """The text in the GSM alphabet, as short messages in Türkiye are usually written; the unknown becomes `?`."""
    return "".join(letter if letter in _GSM_ALPHABET else "?" for letter in text.translate(_GSM))


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One event in words; every text may use the same facts."""

    sms_tr: str
    sms_en: str
    subject_tr: str
    subject_en: str
    mail_tr: str
    mail_en: str

    def sms(self, language: str, facts: Mapping[str, object]) -> str:
        """The short message."""
        return gsm(_filled(self.sms_en if language == "en" else self.sms_tr, facts))

    def headline(self, language: str, facts: Mapping[str, object]) -> str:
        """The subject line: one line whatever the facts hold."""
        return " ".join(_filled(self.subject_en if language == "en" else self.subject_tr, facts).split())

    def mail(self, language: str, facts: Mapping[str, object]) -> str:
        """The mail."""
        return _filled(self.mail_en if language == "en" else self.mail_tr, facts)

    def facts_used(self) -> set[str]:
        """The names of the placeholders of all its texts."""
        texts = (self.sms_tr, self.sms_en, self.subject_tr, self.subject_en, self.mail_tr, self.mail_en)
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def _filled(text: str, facts: Mapping[str, object]) -> str:
    # One pass: braces inside a fact are text, not placeholders.
    return text.format_map(facts)
