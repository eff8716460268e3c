"""Mobile numbers of Türkiye, kept in E.164."""

import phonenumbers

from divit.kernel.errors import Invalid


class Phone(str):
    """A Turkish mobile number as `+905XXXXXXXXX`, from any way a person types it."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Phone":
        typed = str(text)
        if len(typed) > 30:
            raise Invalid("phone_invalid")
        try:
            number = phonenumbers.parse(typed, "TR")
        except phonenumbers.NumberParseException:
            raise Invalid("phone_invalid") from None
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not (e164.startswith("+905") and len(e164) == 13) or number.extension:
            raise Invalid("phone_invalid")
        return super().__new__(cls, e164)

    @property
    def last4(self) -> str:
        """What a page may show of it."""
        return self[-4:]

    @property
    def national(self) -> str:
        """As people write it: 0505 123 45 67."""
        digits = self[3:]
        return f"0{digits[:3]} {digits[3:6]} {digits[6:8]} {digits[8:]}"

    def __repr__(self) -> str:
        return f"Phone(…{self.last4})"
