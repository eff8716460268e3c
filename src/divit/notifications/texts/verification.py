"""The messages that carry a one-time code.

An SMS begins with the code and ends with `@host #code`, the form by which browsers fill it in on the right site only
(WICG origin-bound one-time codes). They are no notices: nobody chooses their channel, and no copy is kept.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CodeWords:
    """The words of one language; placeholders: {code} {purpose} {until} {host}."""

    purposes: dict[str, str]
    sms: str
    mail_subject: str
    mail: str


CODE = {
    "tr": CodeWords(
        purposes={
            "application": "sertifika başvurusu",
            "reinstate": "sertifikayı askıdan indirme",
            "pin_release": "kart PIN kodunu görme",
            "phone_change": "telefon numarası değişikliği",
        },
        sms="{code} doğrulama kodunuz. İşlem: {purpose}. Son saat: {until}. Kimseyle paylaşmayın.\n\n@{host} #{code}",
        mail_subject="Doğrulama kodunuz",
        mail=(
            "Doğrulama kodunuz: {code}\n\nİşlem: {purpose}\nKodun geçerli olduğu son saat: {until}\n\n"
            "Bu işlemi siz başlatmadıysanız kodu kimseyle paylaşmayın ve bize haber verin."
        ),
    ),
    "en": CodeWords(
        purposes={
            "application": "certificate application",
            "reinstate": "reopening your certificate",
            "pin_release": "showing your card PIN",
            "phone_change": "changing your phone number",
        },
        sms="{code} is your code. For: {purpose}. Valid until {until}. Share it with nobody.\n\n@{host} #{code}",
        mail_subject="Your verification code",
        mail=(
            "Your verification code: {code}\n\nFor: {purpose}\nThis code is valid until {until}.\n\n"
            "If you did not start this, share the code with nobody and let us know."
        ),
    ),
}
