"""The stages on pages: filters, picture and table, the same at the portal and at the desks; ranges of dates."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _

from divit.applications.labels import KINDS, PAYERS
from divit.flows.stage_figures import Answer, Question, period_of
from divit.institutions.models import Institution
from divit.stages.labels import LANES, MEANINGS, REASONS, SHORT_LANES, STAGES, TOGETHER
from divit.stages.models import Block
from divit.stages.names import Stage
from divit.stages.picture import draw

register = template.Library()


@register.inclusion_tag("portal/stages/parts/filters.html")
def stage_filters(
    answer: Answer, question: Question, institutions: Iterable[Institution] = (), institution: str = ""
) -> dict[str, Any]:
    """The choices as a form that asks by GET."""
    everything = [("", _("Hepsi"))]
    periods = [(period_of(block), month_range(block)) for block in answer.periods]
    chosen = period_of(answer.block) if answer.block else ""
    choices: list[tuple[str, str, list[tuple[Any, Any]], str]] = [
        ("odeyen", _("Ücreti ödeyen"), [*everything, *PAYERS.items()], question.payer),
        ("tur", _("Başvuru türü"), [*everything, *KINDS.items()], question.kind),
    ]
    named = [(str(one.id), one.name) for one in institutions]
    if named:
        choices.append(("kurum", _("Kurum"), [*everything, *named], institution))
    if periods:
        choices.append(("donem", _("Dönem"), periods, chosen))
    return {"choices": choices}


@register.inclusion_tag("portal/stages/parts/picture.html")
def stage_picture(answer: Answer) -> dict[str, Any]:
    """The picture, drawn by the server."""
    rows = [(stage, lanes) for stage, lanes in answer.stages if stage is not Stage.TOTAL]
    return {"picture": draw(rows), "answer": answer}


@register.inclusion_tag("portal/stages/parts/table.html")
def stage_table(answer: Answer) -> dict[str, Any]:
    """The same figures in numbers."""
    rows = [(stage, [(lane, lanes.get(lane)) for lane in answer.lanes]) for stage, lanes in answer.stages]
    return {"answer": answer, "rows": rows}


@register.inclusion_tag("portal/stages/parts/method.html")
def stage_method(targets: Mapping[Stage, float]) -> dict[str, Any]:
    """How the figures are made, and when a case counts as delayed."""
    return {"targets": targets.items(), "reasons": REASONS.values(), "meanings": MEANINGS.items()}


@register.filter
def stage_name(stage: str) -> str:
    """What a stage is called."""
    return str(STAGES[Stage(stage)])


@register.filter
def lane_name(lane: str | None) -> str:
    """Normal Süreç, Gecikmeli Süreç, or both together."""
    return str(LANES[lane] if lane else TOGETHER)  # type: ignore[index]


@register.filter
def lane_short(lane: str | None) -> str:
    """The same in a word, beside a bar."""
    return str(SHORT_LANES[lane] if lane else _("İkisi"))  # type: ignore[index]


@register.filter
def days(value: float) -> str:
    """2,5 – working days with one decimal; nothing but a nought below a twentieth."""
    return formats.number_format(value, 0 if value < 0.05 else 1)


@register.filter
def whole_days(value: float) -> int:
    """Working days that are over."""
    return int(value)


@register.filter
def month_range(block: Block) -> str:
    """Kasım 2026, Temmuz – Eylül 2026, Kasım 2025 – Ekim 2026; a year says so."""
    first, last = block.first, block.last
    end = formats.date_format(last, "F Y")
    if (first.year, first.month) == (last.year, last.month):
        return end
    said = f"{formats.date_format(first, 'F' if first.year == last.year else 'F Y')} – {end}"
    return _("Son bir yıl (%(months)s)") % {"months": said} if block.whole else said


@register.simple_tag
def day_range(first: date, last: date) -> str:
    """3–9 Aralık 2026, 28 Kasım – 4 Aralık 2026, 9 Aralık 2026."""
    end = formats.date_format(last, "j F Y")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{formats.date_format(first, 'j F' if first.year == last.year else 'j F Y')} – {end}"
