"""Checking a roster: every row and every cell, all faults at once, then what only the whole list can show."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from divit.kernel import writing
from divit.kernel.email import Email
from divit.kernel.errors import Invalid
from divit.kernel.phone import Phone
from divit.kernel.tckn import Tckn
from divit.pki import names
from divit.rosters import cells, judging
from divit.rosters.columns import Column, fold
from divit.rosters.reading import Line, Sheet

WHOLE_FILE = 0  # the row number of a fault that no single row has
_STEP = 250  # rows between two reports of progress
_ORDER = {column: place for place, column in enumerate(Column)}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One faultless row: for whom the institution wants a certificate, and of which kind."""

    number: int
    tckn: Tckn
    given_names: str = field(repr=False)
    surname: str = field(repr=False)
    phone: Phone
    email: Email
    unit: str = ""
    job_title: str = ""
    kind: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a row (with a cell of it, or as a whole) or, with `number` WHOLE_FILE, with the list."""

    number: int
    column: Column | None
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the house knows that the file does not.

    `kinds` maps what may stand in the kind's column to the kind's code; the key "" is what an empty cell means.
    `closed` gives for a T.C. kimlik no the codes that forbid any request; `unfit` for one and a kind the code that
    forbids this kind. `quota_left` is None where nothing is counted.
    """

    kinds: Mapping[str, str]
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    unfit: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    quota_left: int | None = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The rows that can be asked for, and every fault of the others, both in the order of the file."""

    wishes: tuple[Wish, ...]
    faults: tuple[Fault, ...]

    @property
    def faulty_rows(self) -> tuple[int, ...]:
        """The numbers of the rows that have a fault."""
        return tuple(sorted({fault.number for fault in self.faults} - {WHOLE_FILE}))


def check(sheet: Sheet, known: Known, *, progress: Progress | None = None) -> Checked:
    """Every fault of the list, none hiding another; `progress` is told how many of how many rows are judged."""
    kinds = {fold(label): code for label, code in known.kinds.items()}
    total = len(sheet.lines)
    rows: list[_Row] = []
    for done, line in enumerate(sheet.lines, 1):
        rows.append(_judge(line, kinds))
        if progress is not None and (done % _STEP == 0 or done == total):
            progress(done, total)
    for row in rows:
        _compare_with_known(row, known)
    for column in (Column.TCKN, Column.PHONE, Column.EMAIL):
        _find_doubles(rows, column)
    faults, wishes = [fault for row in rows for fault in row.faults], [_wish(row) for row in rows if not row.faults]
    if known.quota_left is not None and len(wishes) > known.quota_left:
        beyond = wishes[max(known.quota_left, 0) :]
        wishes = wishes[: max(known.quota_left, 0)]
        faults += _beyond_quota(beyond, left=max(known.quota_left, 0), wanted=len(wishes) + len(beyond))
    return Checked(wishes=tuple(wishes), faults=tuple(sorted(faults, key=_place)))


def _place(fault: Fault) -> tuple[int, int]:
    return fault.number, -1 if fault.column is None else _ORDER[fault.column]


def people(sheet: Sheet) -> dict[Tckn, tuple[str, ...]]:
    """Whom the list names, and with which folded kinds: what the database must be asked about before `check`."""
    found: dict[Tckn, tuple[str, ...]] = {}
    for line in sheet.lines:
        if Column.TCKN not in line.marks:
            try:
                number = judging.tckn(line.cells.get(Column.TCKN, ""))
            except Invalid:
                continue
            found[number] = (*found.get(number, ()), fold(line.cells.get(Column.KIND, "")))
    return found


@dataclass
class _Row:
    number: int
    understood: dict[Column, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, column: Column | None, code: str, **facts: object) -> None:
        self.faults.append(Fault(number=self.number, column=column, code=code, facts=facts))


_JUDGES: Mapping[Column, Callable[[str], str]] = {
    Column.TCKN: judging.tckn,
    Column.GIVEN_NAMES: judging.given_names,
    Column.SURNAME: judging.surname,
    Column.PHONE: judging.phone,
    Column.EMAIL: judging.address,
    Column.UNIT: lambda text: judging.line(text, longest=writing.UNIT),
    Column.JOB_TITLE: lambda text: judging.line(text, longest=writing.JOB_TITLE),
}


def _judge(line: Line, kinds: Mapping[str, str]) -> _Row:
    row = _Row(line.number)
    for column in Column:
        mark = line.marks.get(column, "")
        text = line.cells.get(column, "")
        # A telephone number may begin with +, and is told better what is wrong with it than that.
        if mark and not (mark == cells.FORMULA_TEXT and column is Column.PHONE and text.startswith("+")):
            row.blame(column, mark, **({"longest": cells.LONGEST} if mark == cells.TOO_LONG else {}))
            continue
        try:
            row.understood[column] = _kind(text, kinds) if column is Column.KIND else _JUDGES[column](text)
        except Invalid as wrong:
            row.blame(column, wrong.code, **wrong.facts)
    both = [row.understood.get(column, "") for column in (Column.GIVEN_NAMES, Column.SURNAME)]
    if all(both) and len(" ".join(both)) > names.MOST_LETTERS:
        row.blame(Column.SURNAME, "roster_names_too_long", longest=names.MOST_LETTERS)
    return row


def _kind(text: str, kinds: Mapping[str, str]) -> str:
    empty = judging.is_empty(text)
    said = "" if empty else fold(text)
    if said in kinds and bool(said) is not empty:
        return kinds[said]
    raise Invalid("roster_kind_missing" if empty else "roster_kind_unknown")


def _compare_with_known(row: _Row, known: Known) -> None:
    number = row.understood.get(Column.TCKN, "")
    for code in known.closed.get(number, ()):
        row.blame(Column.TCKN, code)
    code = known.unfit.get(number, {}).get(row.understood.get(Column.KIND, ""), "")
    if code:
        row.blame(Column.KIND, code)


def _find_doubles(rows: Iterable[_Row], column: Column) -> None:
    """Blame each of two rows that say the same where no two people can, naming the other."""
    same: dict[str, list[_Row]] = {}
    for row in rows:
        if column in row.understood:
            same.setdefault(row.understood[column].lower(), []).append(row)  # ascii
    for first, *others in same.values():
        if others:
            first.blame(column, f"roster_{column}_twice", other=others[0].number)
        for row in others:
            row.blame(column, f"roster_{column}_twice", other=first.number)


def _wish(row: _Row) -> Wish:
    said = row.understood
    return Wish(
        number=row.number,
        tckn=Tckn(said[Column.TCKN]),
        given_names=said[Column.GIVEN_NAMES],
        surname=said[Column.SURNAME],
        phone=Phone(said[Column.PHONE]),
        email=Email(said[Column.EMAIL]),
        unit=said[Column.UNIT],
        job_title=said[Column.JOB_TITLE],
        kind=said[Column.KIND],
    )


def _beyond_quota(beyond: list[Wish], *, left: int, wanted: int) -> Iterator[Fault]:
    """Said once for the list, and marked at each row that finds no place."""
    facts = {"left": left, "wanted": wanted, "beyond": len(beyond)}
    yield Fault(number=WHOLE_FILE, column=None, code="roster_quota_exceeded", facts=facts)
    for wish in beyond:
        yield Fault(number=wish.number, column=None, code="roster_row_beyond_quota")
