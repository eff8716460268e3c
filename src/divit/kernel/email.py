"""E-mail addresses that any mail server takes: no quotes, no brackets, no letters beyond ASCII."""

import re

from divit.kernel.errors import Invalid

LONGEST = 100
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# A top-level name is letters alone, or a coded one; with digits it would be the address of a machine.
_TOP = re.compile(r"[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,58}[A-Za-z0-9]")


class Email(str):
    """An address as `name@domain.tld` (RFC 5321 dot-string), kept as it was typed; no longer than `LONGEST`."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Email":
        typed = str(text).strip()
        if len(typed) > LONGEST:
            raise Invalid("email_invalid")
        local, _at, domain = typed.rpartition("@")
        labels = domain.split(".")
        if not (
            len(local) <= _LONGEST_LOCAL
            and _LOCAL.fullmatch(local)
            and len(labels) > 1
            and all(_LABEL.fullmatch(label) for label in labels)
            and _TOP.fullmatch(labels[-1])
        ):
            raise Invalid("email_invalid")
        return super().__new__(cls, typed)

    def __repr__(self) -> str:
        return f"Email(…@{self.rpartition('@')[2]})"
