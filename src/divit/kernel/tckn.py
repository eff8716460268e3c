"""National numbers: of a person (T.C. kimlik no) and of a taxpayer (vergi kimlik no)."""

from stdnum.tr import tckimlik, vkn

from divit.kernel.errors import Invalid

# Kept for people who do not exist. Where the check digits hold there are a hundred of them; where neither holds there
# are many more, and nobody can ever have one.
_SYNTHETIC = "1000000"
_PAIRS = 9 * 9  # ways in which both check digits are wrong
INVENTED = 100 * _PAIRS
_accepts_invented = False


def accept_invented(yes: bool = True) -> None:
    """From now on this process takes invented numbers too: a demo's, where a simulated year needs thousands of people.

    Never in production; `project.settings` asks for it in a demo.
    """
    global _accepts_invented
    _accepts_invented = yes


def invented(number: int) -> str:
    """A number that nobody can have: neither check digit holds; `number` is less than `INVENTED`."""
    nine, pair = f"{_SYNTHETIC}{number // _PAIRS:02d}", number % _PAIRS
    tenth, eleventh = _right_check_digits(nine)
    return f"{nine}{(tenth + 1 + pair // 9) % 10}{(eleventh + 1 + pair % 9) % 10}"


def _right_check_digits(nine: str) -> tuple[int, int]:
    digits = [int(digit) for digit in nine]
    tenth = (sum(digits[0::2]) * 7 - sum(digits[1::2])) % 10
    return tenth, (sum(digits) + tenth) % 10


def _is_invented(digits: str) -> bool:
    if not (digits.startswith(_SYNTHETIC) and len(digits) == 11 and digits.isdecimal()):
        return False
    right = _right_check_digits(digits[:9])
    return int(digits[9]) != right[0] and int(digits[10]) != right[1]


class Tckn(str):
    """An 11-digit T.C. kimlik no whose check digits hold; its `repr`, which tracebacks show, is masked."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Tckn":
        digits = "".join(str(text).split())
        known = digits.isascii() and (tckimlik.is_valid(digits) or (_accepts_invented and _is_invented(digits)))
        if not known:
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
