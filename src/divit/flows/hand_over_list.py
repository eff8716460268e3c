"""Teslim listesi: every card of a box with a line for the signature of who takes it, as one printed document."""

from divit.delivery import selectors
from divit.delivery.lifecycle import State
from divit.delivery.lists.render import HandOverList, Line, list_pdf
from divit.delivery.models import Consignment, Parcel
from divit.kernel import clock
from divit.production import selectors as production

_GIVEN = frozenset({State.DELIVERED, State.COLLECTED})


def pdf(box: Consignment) -> bytes:
    """The list as it stands now: where a card was handed over, the day stands in the place of the signature."""
    pieces = selectors.pieces_of(box.pk)
    cards = production.living_cards_of(piece.order_id for piece in pieces)
    lines = [
        Line(
            name=piece.person.name,
            unit=piece.application.unit,
            reference=piece.application.reference,
            card_end=cards[piece.order_id].card_serial[-4:] if piece.order_id in cards else "",
            state=piece.state,
            given_on=_given_on(piece),
        )
        for piece in pieces
    ]
    told = HandOverList(
        reference=box.reference,
        institution=box.institution.name,
        representative=box.appointment.person.name,
        made_on=f"{clock.local(clock.now()):%d.%m.%Y}",
        lines=lines,
    )
    return list_pdf(told)


def _given_on(piece: Parcel) -> str:
    return f"{clock.local(piece.changed_at):%d.%m.%Y}" if piece.state in _GIVEN else ""
