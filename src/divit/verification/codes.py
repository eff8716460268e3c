"""The six digits: derived from the row's id and a server secret, so that they rest nowhere readable.

A copy of the database (rows, jobs, backups) yields no code without the server's secret.
"""

from django.utils.crypto import constant_time_compare, salted_hmac

from divit.kernel.errors import Invalid

_DIGITS = 6
_SPACES = str.maketrans("", "", " \u00a0\t\r\n-")


def code_of(code_id: object) -> str:
    """The clear code of a row: 256 pseudo-random bits mod 10^6, whose bias is below 2^-236."""
    bits = salted_hmac("divit.verification.code", str(code_id), algorithm="sha256").digest()
    return f"{int.from_bytes(bits) % 10**_DIGITS:0{_DIGITS}d}"


def bound(code: str, *, code_id: object, sent_to: str, purpose: str, subject_id: str, session: str) -> str:
    """HMAC over the code and everything it is bound to; each part is preceded by its length."""
    parts = [code, str(code_id), sent_to, purpose, subject_id, session]
    return salted_hmac(
        "divit.verification.bound", "".join(f"{len(part)}:{part}" for part in parts), algorithm="sha256"
    ).hexdigest()


def session_digest(session: str) -> str:
    """What is stored of a session key."""
    return salted_hmac("divit.verification.session", session, algorithm="sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling by time where they differ."""
    return constant_time_compare(one, other)


def typed(text: str) -> str:
    """The code as a person types or pastes it; raises `Invalid("code_format")`. Costs no try."""
    digits = str(text)[:40].translate(_SPACES)
    if not (len(digits) == _DIGITS and digits.isascii() and digits.isdigit()):
        raise Invalid("code_format", field="code")
    return digits
