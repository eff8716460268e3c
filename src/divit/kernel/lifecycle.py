"""The engine of every law: a table of acts, from which gates, buttons, diagrams and SQL are derived.

A rule is one sentence: who may do which act, from which states to which, unless what, on which legal basis.
A guard is a pure function of the law's frozen facts; its name is the refusal code, its docstring the explanation.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from divit.kernel.actors import Role
from divit.kernel.errors import Refused

F = TypeVar("F")
Guard = Callable[[F], bool]


@dataclass(frozen=True)
class Rule(Generic[F]):
    """One row of a law."""

    act: StrEnum
    by: frozenset[Role]
    source: frozenset[StrEnum]
    target: StrEnum
    unless: tuple[Guard[F], ...] = ()
    basis: str = ""


class Lifecycle(Generic[F]):
    """One process as law; `name` is how ledger, database and diagrams call it."""

    def __init__(
        self,
        name: str,
        states: type[StrEnum],
        acts: type[StrEnum],
        *,
        start: StrEnum | Iterable[StrEnum],
        rules: Sequence[Rule[F]],
    ) -> None:
        self.name = name
        self.states = states
        self.acts = acts
        self.starts = frozenset([start] if isinstance(start, StrEnum) else start)
        self.rules = tuple(rules)
        self._refuse_nonsense()

    def _refuse_nonsense(self) -> None:
        for rule in self.rules:
            if not rule.by or not rule.source:
                raise ValueError(f"{self.name}: {rule.act} names nobody, or starts nowhere")
        seen: set[tuple[StrEnum, StrEnum, Role]] = set()
        for rule in self.rules:
            for source in rule.source:
                for role in rule.by:
                    if (rule.act, source, role) in seen:
                        raise ValueError(f"{self.name}: two rules for {rule.act} from {source} by {role}")
                    seen.add((rule.act, source, role))

    def decide(self, act: StrEnum, *, role: Role, state: StrEnum, facts: F) -> StrEnum:
        """The state that the act leads to, or `Refused` with the code of what stands in the way."""
        of_act = [rule for rule in self.rules if rule.act == act and role in rule.by]
        if not of_act:
            raise Refused("not_your_act", law=self.name, act=str(act))
        for rule in of_act:
            if state in rule.source:
                for guard in rule.unless:
                    if guard(facts):
                        raise Refused(guard.__name__, law=self.name, act=str(act))
                return rule.target
        raise Refused("not_from_this_state", law=self.name, act=str(act), state=str(state))

    def allows(self, act: StrEnum, *, role: Role, state: StrEnum, facts: F) -> bool:
        """Whether `decide` would say yes."""
        try:
            self.decide(act, role=role, state=state, facts=facts)
        except Refused:
            return False
        return True

    def open_to(self, *, role: Role, state: StrEnum, facts: F) -> list[StrEnum]:
        """The acts that this role may do now: what the buttons are drawn from."""
        return [act for act in self.acts if self.allows(act, role=role, state=state, facts=facts)]

    def moves(self) -> set[tuple[str, str, str]]:
        """Every (source, act, target) that the law knows: the database refuses all others."""
        return {(str(s), str(rule.act), str(rule.target)) for rule in self.rules for s in rule.source}

    def guards(self) -> set[str]:
        """The refusal codes of this law's guards."""
        return {guard.__name__ for rule in self.rules for guard in rule.unless}

    def final(self) -> set[StrEnum]:
        """States that nothing leads out of."""
        left = {source for rule in self.rules for source in rule.source if rule.target != source}
        return {state for state in self.states if state not in left}

    def mermaid(self) -> str:
        """The law as a Mermaid state diagram; committed under docs/lifecycles and compared by a test."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state in self.states if state in self.starts]
        lines += [
            f"    {source} --> {rule.target}: {rule.act} ({', '.join(sorted(rule.by))})"
            for rule in self.rules
            for source in self.states
            if source in rule.source
        ]
        lines += [f"    {state} --> [*]" for state in self.states if state in self.final()]
        return "\n".join(lines) + "\n"
