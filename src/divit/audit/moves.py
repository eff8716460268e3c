"""The one way in which a state moves: the law is asked, the trigger checks again, the ledger remembers."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

from divit.audit import ledger
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.kernel.lifecycle import Lifecycle


def move(
    row: models.Model,
    act: Any,
    *,
    law: Lifecycle[Any],
    by: Actor,
    facts: Any,
    changes: dict[str, object] | None = None,
    note: dict[str, Any] | None = None,
) -> None:
    """Carry out one act on a row that the caller has locked; `changes` are columns that go with the new state.

    Raises `Refused` when the law says no, or `changed_meanwhile` when the row is no longer as it was read.
    """
    state = row.state  # type: ignore[attr-defined]
    source = law.states(state)
    target = law.decide(act, role=by.role, state=source, facts=facts)
    new = {"state": target, **(changes or {})}
    with connection.cursor() as cursor:
        _announce(cursor, act=str(act), actor=str(by))
        moved = type(row)._base_manager.filter(pk=row.pk, state=source).update(**new)
        _announce(cursor, act="", actor="")
    if moved != 1:
        raise Refused("changed_meanwhile", law=law.name, act=str(act))
    for name, value in new.items():
        setattr(row, name, value)
    _record(row, law=law, act=str(act), by=by, note={"from": str(source), "to": str(target), **(note or {})})


def move_all(
    rows: Sequence[models.Model],
    act: Any,
    *,
    law: Lifecycle[Any],
    by: Actor,
    facts: Callable[[Any], Any],
    changes: dict[str, object] | None = None,
    note: Callable[[Any], dict[str, Any]],
) -> None:
    """The same act on many locked rows of one table that stand in one state; `changes` are alike for all.

    The law is asked about each row and the trigger looks at each; where one of them is refused, none moves. The ledger
    is locked until the transaction ends: some hundred rows at a time, no more.
    """
    if not rows:
        return
    (state,) = {row.state for row in rows}  # type: ignore[attr-defined]
    source = law.states(state)
    (target,) = {law.decide(act, role=by.role, state=source, facts=facts(row)) for row in rows}
    new = {"state": target, **(changes or {})}
    model = type(rows[0])
    with connection.cursor() as cursor:
        _announce(cursor, act=str(act), actor=str(by))
        moved = model._base_manager.filter(pk__in=[row.pk for row in rows], state=source).update(**new)
        _announce(cursor, act="", actor="")
    if moved != len(rows):
        raise Refused("changed_meanwhile", law=law.name, act=str(act))
    for row in rows:
        for name, value in new.items():
            setattr(row, name, value)
    step = {"from": str(source), "to": str(target)}
    ledger.record_all([_line(row, law=law, act=str(act), note=step | note(row)) for row in rows], by=by)


def born(row: models.Model, *, law: Lifecycle[Any], by: Actor, note: dict[str, Any] | None = None) -> None:
    """Record the birth of a row that has just been created in one of the law's first states."""
    _record(row, law=law, act="begin", by=by, note=note or {})


def born_all(
    rows: Iterable[models.Model],
    *,
    law: Lifecycle[Any],
    by: Actor,
    note: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
) -> None:
    """The same for many rows that one act has created; `note` is alike for all, or made for each."""
    ledger.record_all(
        [_line(row, law=law, act="begin", note=note(row) if callable(note) else note or {}) for row in rows], by=by
    )


def _person_of(row: models.Model) -> str:
    return str(getattr(row, "person_id", None) or getattr(row, "holder_id", None) or "")


def _record(row: models.Model, *, law: Lifecycle[Any], act: str, by: Actor, note: dict[str, Any]) -> None:
    ledger.record_all([_line(row, law=law, act=act, note=note)], by=by)


def _line(row: models.Model, *, law: Lifecycle[Any], act: str, note: dict[str, Any]) -> ledger.Line:
    return ledger.Line(act=f"{law.name}.{act}", subject=(law.name, str(row.pk)), person_id=_person_of(row), facts=note)


def _announce(cursor: Any, *, act: str, actor: str) -> None:
    cursor.execute("SELECT set_config('divit.act', %s, true), set_config('divit.actor', %s, true)", [act, actor])
