"""What a program may be allowed to do: each permission (scope, RFC 6749 3.3) by its name on the wire."""

from collections.abc import Iterable
from enum import StrEnum

from divit.kernel.errors import Invalid


class Scope(StrEnum):
    """One permission."""

    ROSTERS_READ = "rosters:read"
    ROSTERS_WRITE = "rosters:write"
    APPLICATIONS_READ = "applications:read"
    CERTIFICATES_READ = "certificates:read"
    LEAVERS_WRITE = "leavers:write"
    STATEMENTS_READ = "statements:read"


def known(told: Iterable[str]) -> list[Scope]:
    """These permissions, each once and in the order of the list above. Raises `Invalid("scope_unknown")`."""
    wanted = set(told)
    if not wanted <= set(Scope):
        raise Invalid("scope_unknown", field="scopes")
    return [scope for scope in Scope if scope in wanted]
