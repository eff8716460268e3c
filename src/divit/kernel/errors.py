"""The one error tree: what can go wrong, said without knowing who will hear it."""

from typing import Literal


class DivitError(Exception):
    """Anything that Divit itself says went wrong."""


class Coded(DivitError):
    """An error with a stable code; each edge turns the code into words in the person's language."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return self.code


class Refused(Coded):
    """A law or a rule says no."""


class Invalid(Coded):
    """What was given is not what was asked for."""

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        super().__init__(code, **facts)
        self.field = field


class NotFound(DivitError):
    """There is no such thing, or it is not yours: the two are never told apart."""


class NeighbourFailed(DivitError):
    """An outside system did not answer as agreed.

    `outcome_known` is False when the neighbour may have done what we asked: ask before asking again.
    """

    def __init__(
        self, neighbour: str, how: Literal["down", "slow", "garbage", "refused"], *, outcome_known: bool
    ) -> None:
        super().__init__(f"{neighbour}: {how}")
        self.neighbour = neighbour
        self.how = how
        self.outcome_known = outcome_known
