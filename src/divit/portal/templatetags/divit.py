"""What templates need beyond Django: error summary, step bar, dates as people write them, money."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django import template
from django.forms import BaseForm
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from divit.kernel import clock
from divit.kernel.money import Money

register = template.Library()


class Fault(NamedTuple):
    """One line of the error summary: where to go, and what to do."""

    field_id: str
    text: str


@register.inclusion_tag("portal/parts/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """Every error of the forms, each linked to its field."""
    faults: list[Fault] = []
    for form in forms:
        if form is not None and form.is_bound:
            faults += _faults_of(form)
    return {"faults": faults}


def _faults_of(form: BaseForm) -> list[Fault]:
    faults = [Fault("", str(text)) for text in form.non_field_errors()]
    for bound in form:
        first = bound.id_for_label or bound.auto_id
        if bound.use_fieldset and bound.auto_id:
            first = f"{bound.auto_id}_0"
        if bound.is_hidden:
            first = ""  # nobody can be led there
        faults += [Fault(first, str(text)) for text in bound.errors]
    return faults


@register.simple_tag(takes_context=True)
def failed(context: template.Context) -> bool:
    """Whether the page shows a refused form, so that its title begins with «Hata:»."""
    form = context.get("form")
    return bool(context.get("has_errors") or (isinstance(form, BaseForm) and form.is_bound and form.errors))


@register.inclusion_tag("portal/parts/required_note.html")
def required_note() -> dict[str, Any]:
    """Says what the star means."""
    return {}


# The ending follows the last vowel of the number as it is read: birincisi, üçüncüsü, altıncısı, dokuzuncusu.
_ENDINGS = {1: "si", 2: "si", 3: "sü", 4: "sü", 5: "si", 6: "sı", 7: "si", 8: "si", 9: "su", 10: "su"}


@register.inclusion_tag("portal/parts/steps.html")
def steps(*, current: int, names: Sequence[str]) -> dict[str, Any]:
    """«4 adımdan 2.si» and a bar; `current` counts from 1."""
    states = [
        "done" if place < current else "now" if place == current else "next" for place in range(1, len(names) + 1)
    ]
    place = f"{current}.{_ENDINGS[current]}" if get_language() == "tr" else str(current)
    # Translators: «4 adımdan 2.si».
    said = _("%(total)s adımdan %(place)s") % {"total": len(names), "place": place}
    return {"said": said, "rows": list(zip(names, states, strict=True))}


@register.simple_tag
def timeline_state(state: str) -> str:
    """The state of a time-line entry in words, for those who do not see the sign."""
    words = {"done": _("Tamamlandı:"), "now": _("Şu anda:"), "next": _("Sırada:"), "stopped": _("Durdu:")}
    return words[state]


@register.filter
def day(value: date | datetime) -> str:
    """22.11.2026"""
    return formats.date_format(_day(value), "d.m.Y")


@register.filter
def day_slash(value: date | datetime) -> str:
    """22/11/2026, as certificate tables write it."""
    return formats.date_format(_day(value), "d/m/Y")


@register.filter
def day_long(value: date | datetime) -> str:
    """22 Kasım 2026"""
    return formats.date_format(_day(value), "j F Y")


@register.filter
def moment(value: datetime) -> str:
    """22 Kasım 2026, 14.05 on the clock of Türkiye."""
    local = clock.local(value)
    return f"{formats.date_format(local, 'j F Y')}, {formats.date_format(local, _clock_format())}"


@register.filter
def moment_exact(value: datetime) -> str:
    """The same to the second."""
    local = clock.local(value)
    exact = _clock_format().replace("i", "i.s" if "." in _clock_format() else "i:s")
    return f"{formats.date_format(local, 'j F Y')}, {formats.date_format(local, exact)}"


@register.filter
def hour(value: datetime) -> str:
    """14.05 on the clock of Türkiye."""
    return formats.date_format(clock.local(value), _clock_format())


@register.filter
def lira(value: int | Money) -> str:
    """204,00 TL, from kuruş."""
    return (value if isinstance(value, Money) else Money(value)).tr


def _day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def _clock_format() -> str:
    # Translators: the clock time, in Django's date format letters: 14.05 in Turkish, 14:05 in English.
    return _("H.i")
