"""The steps of a draft (taslak): which there are, what each fills in, and what must come before it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """One page of the way; the value is its name in addresses."""

    INSTITUTION = "kurum-secimi"
    CERTIFICATE = "sertifika"
    CONTACT = "iletisim"
    WORKPLACE = "kurum"
    DELIVERY = "teslimat"
    SUMMARY = "ozet"
    PHONE = "dogrulama"


@dataclass(frozen=True, kw_only=True)
class StepRule:
    """What a step fills in; `part` is its number among the four parts of the form."""

    step: Step
    fields: tuple[str, ...] = ()
    part: int | None = None


RULES = (
    StepRule(step=Step.INSTITUTION, fields=("institution", "kind")),
    StepRule(step=Step.CERTIFICATE, fields=("years", "reader", "publish"), part=1),
    StepRule(step=Step.CONTACT, fields=("email", "phone", "operator", "channel"), part=2),
    StepRule(step=Step.WORKPLACE, fields=("unit", "job_title", "work_phone", "extension"), part=3),
    StepRule(
        step=Step.DELIVERY,
        fields=(
            "address_kind",
            "company",
            "province",
            "district",
            "neighbourhood",
            "street",
            "building",
            "flat",
        ),
        part=4,
    ),
    StepRule(step=Step.SUMMARY, fields=("confirmed",)),
    StepRule(step=Step.PHONE),
)
RULE_OF: Mapping[Step, StepRule] = {rule.step: rule for rule in RULES}
ORDER = tuple(rule.step for rule in RULES)
PARTS = tuple(rule.step for rule in RULES if rule.part)

# What the charge is made of stands still once the application is submitted; where to write and deliver does not.
AMENDABLE = frozenset({Step.WORKPLACE, Step.DELIVERY})


# What the institution's contract and request have fixed is shown, not asked.
FIXED_BY_INSTITUTION = frozenset({"institution", "kind", "years", "reader"})


def first_left(done: Collection[str]) -> Step:
    """Where to go on: the first step that is not done; the phone comes last and is never marked done here."""
    return next((step for step in ORDER[:-1] if step not in done), Step.PHONE)


def reachable(step: Step, done: Collection[str]) -> bool:
    """Whether a step may be opened: all before it are done."""
    return ORDER.index(step) <= ORDER.index(first_left(done))


def missing(done: Collection[str]) -> tuple[Step, ...]:
    """Steps still to do before the phone is proven."""
    return tuple(step for step in ORDER[:-1] if step not in done)


def after_saving(step: Step, done: Collection[str]) -> tuple[str, ...]:
    """The steps done once `step` has been saved: a summary read before a change is no longer a summary."""
    kept = {*done, str(step)}
    if step is not Step.SUMMARY:
        kept.discard(Step.SUMMARY)
    return tuple(str(s) for s in ORDER if s in kept)


def neighbours(step: Step) -> tuple[Step | None, Step | None]:
    """The step before and the step after."""
    at = ORDER.index(step)
    return (ORDER[at - 1] if at else None, ORDER[at + 1] if at + 1 < len(ORDER) else None)
