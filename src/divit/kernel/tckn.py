"""National numbers: of a person (T.C. kimlik no) and of a taxpayer (vergi kimlik no)."""

from stdnum.tr import tckimlik, vkn

from divit.kernel.errors import Invalid


class Tckn(str):
    """An 11-digit T.C. kimlik no whose check digits hold; its `repr`, which tracebacks show, is masked."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Tckn":
        digits = "".join(str(text).split())
        if not (digits.isascii() and tckimlik.is_valid(digits)):
            raise Invalid("tckn_invalid")
        return super().__new__(cls, digits)

    @property
    def masked(self) -> str:
        """All but the last four digits hidden."""
        return "•••••••" + self[-4:]

    def __repr__(self) -> str:
        return f"Tckn({self.masked})"


class Vkn(str):
    """A 10-digit vergi kimlik no whose check digit holds."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Vkn":
        digits = "".join(str(text).split())
        if not (digits.isascii() and vkn.is_valid(digits)):
            raise Invalid("vkn_invalid")
        return super().__new__(cls, digits)
