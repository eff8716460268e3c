"""Printing the hand-over list of a box: its lines as data for the template, and the template as PDF/UA-1."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typst
from django.utils import translation

from divit.delivery.lifecycle import State
from divit.delivery.words import STATES

_TEMPLATE = Path(__file__).with_name("hand_over.typ")
_STILL_TO_SIGN = frozenset({State.ENCLOSED, State.WITH_REPRESENTATIVE})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One card; `card_end` is the end of its number, `given_on` the day on which it was handed over."""

    name: str
    unit: str
    reference: str
    card_end: str
    state: str
    given_on: str


@dataclass(frozen=True, kw_only=True)
class HandOverList:
    """What the list says; no national number stands on it, since the identity card shows that."""

    reference: str
    institution: str
    representative: str
    made_on: str
    lines: Sequence[Line]


def list_pdf(told: HandOverList) -> bytes:
    """The list as A4 pages; in Turkish, since it is signed and kept."""
    with translation.override("tr"):
        data = json.dumps(_data(told), ensure_ascii=False)
    pdf = typst.Compiler(root=_TEMPLATE.parent, ignore_system_fonts=True).compile(
        _TEMPLATE, format="pdf", sys_inputs={"data": data}, pdf_standards="ua-1"
    )
    if not isinstance(pdf, bytes):
        raise TypeError("the list is one document")
    return pdf


def _data(told: HandOverList) -> dict[str, object]:
    return {
        "title": "E-imza kartları teslim listesi",
        "description": f"{told.reference} kolisindeki kartların imza karşılığı teslim listesi",
        "facts": [
            ("Koli", told.reference),
            ("Kurum", told.institution),
            ("E-imza temsilcisi", told.representative),
            ("Kart sayısı", str(len(told.lines))),
            ("Listenin tarihi", told.made_on),
        ],
        "how": "Kartı yalnızca sahibine, kimlik kartını görüp fotoğrafını ve numarasını karşılaştırarak verin; "
        "imzayı kart elden geçtikten sonra alın.",
        "head": ["Sıra", "Ad soyad ve birim", "Başvuru no", "Kart", "Teslim alan: tarih ve imza"],
        "lines": [
            [str(number), one.name, one.unit, one.reference, f"…{one.card_end}" if one.card_end else "–", _last(one)]
            for number, one in enumerate(told.lines, start=1)
        ],
        "sign": ["Teslim eden e-imza temsilcisi", told.representative, "Tarih: …… / …… / ………        İmza:"],
        "page": "Sayfa",
    }


def _last(one: Line) -> str:
    if one.given_on:
        return f"{one.given_on} tarihinde teslim edildi"
    return "" if one.state in _STILL_TO_SIGN else str(STATES[one.state])
