"""The published figures as pages ask for them: the closest group that may be shown, and what had to be left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from divit.applications.kinds import Kind, Payer
from divit.institutions import selectors as institutions
from divit.institutions.models import Institution
from divit.stages import selectors
from divit.stages.models import Block, Figure
from divit.stages.names import Lane, Stage
from divit.stages.picture import Measured
from divit.stages.services import Whose

YEAR = "12"
_MOST_PERIODS = 24


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody wants to see; blank is everything."""

    payer: str = ""
    kind: str = ""
    period: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What can be shown of it."""

    block: Block | None
    cases: dict[Lane | None, int]
    stages: tuple[tuple[Stage, dict[Lane | None, Measured]], ...]
    periods: tuple[Block, ...] = ()
    dropped: tuple[str, ...] = ()  # what was asked for and cannot be told apart

    @property
    def together(self) -> bool:
        """Whether both lanes are shown as one, because one of them alone is too small."""
        return None in self.cases

    @property
    def lanes(self) -> tuple[Lane | None, ...]:
        """The lanes that are shown; None is both together."""
        return tuple(self.cases)


def asked(told: Mapping[str, str]) -> Question:
    """The question in an address (`odeyen`, `tur`, `donem`); what means nothing is left out."""
    payer, kind = told.get("odeyen", ""), told.get("tur", "")
    return Question(
        payer=payer if payer in set(Payer) else "",
        kind=kind if kind in set(Kind) else "",
        period=told.get("donem", ""),
    )


def period_of(block: Block) -> str:
    """How a period is named in an address."""
    return YEAR if block.whole else f"{block.first:%Y-%m}_{block.last:%Y-%m}"


def figures_for(question: Question, *, whose: Whose) -> Answer:
    """The group that was asked for; where it is too small, the next larger one that contains it."""
    for dims in _tables(question, whose):
        periods = selectors.blocks_of(whose, dims)[:_MOST_PERIODS]
        ordered = sorted(periods, key=lambda block: period_of(block) != question.period)
        for block in ordered:
            found = selectors.figures_of(
                block,
                payer=question.payer if "payer" in dims else "",
                kind=question.kind if "kind" in dims else "",
            )
            if found:
                return _answer(found, block, periods=periods, dropped=_dropped(question, dims, block))
    return Answer(block=None, cases={}, stages=(), dropped=_dropped(question, (), None))


def _tables(question: Question, whose: Whose) -> Iterator[tuple[str, ...]]:
    """The tables to try: with all that was asked, then with less; with two lanes where there are two."""
    if whose.scope == Block.Scope.NAMED:
        yield ()
        return
    asked = [name for name in ("payer", "kind") if getattr(question, name)]
    for names in (asked, *([["kind"], ["payer"]] if len(asked) > 1 else []), *([[]] if asked else [])):
        yield (*names, "lane")
        yield tuple(names)


def _dropped(question: Question, dims: tuple[str, ...], block: Block | None) -> tuple[str, ...]:
    names = tuple(name for name in ("payer", "kind") if getattr(question, name) and name not in dims)
    missed = question.period and (block is None or period_of(block) != question.period)
    return (*names, "period") if missed else names


def _answer(found: list[Figure], block: Block, *, periods: list[Block], dropped: tuple[str, ...]) -> Answer:
    by_stage: dict[Stage, dict[Lane | None, Measured]] = {}
    cases: dict[Lane | None, int] = {}
    for lane in (Lane.NORMAL, Lane.DELAYED, None):
        for figure in found:
            if (Lane(figure.lane) if figure.lane else None) == lane:
                stage = Stage(figure.stage)
                by_stage.setdefault(stage, {})[lane] = Measured(median=figure.median, ninety=figure.ninety)
                cases[lane] = figure.cases
    stages = tuple((stage, by_stage[stage]) for stage in Stage if stage in by_stage)
    return Answer(block=block, cases=cases, stages=stages, periods=tuple(periods), dropped=dropped)


def named_institutions() -> list[Institution]:
    """The institutions that everybody may look at, in the order of the Turkish alphabet."""
    known = set(selectors.named_institutions())
    return [one for one in institutions.active_institutions() if one.id in known]


def named(institution_id: str) -> Whose:
    """The public figures of one institution; those of all when it is not one that may be shown."""
    known = {str(one) for one in selectors.named_institutions()}
    if institution_id in known:
        return Whose(scope=Block.Scope.NAMED, institution_id=UUID(institution_id))
    return Whose(scope=Block.Scope.PUBLIC)
