"""İletişim bilgileri: e-mail and channel change at once, and the person hears of it where they were reached before."""

from django.db import transaction

from divit.flows.notices import tell
from divit.identity import selectors, services
from divit.identity.models import Person
from divit.identity.services import Channel
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.phone import Phone


def change(person: Person, *, email: str, channel: Channel, by: Actor) -> Person:
    """Keep them; nothing is said when nothing changes. Raises `Invalid("channel_unknown")`."""
    with transaction.atomic():
        known = selectors.person(person.pk)
        if (known.email, known.channel) == (email, channel):
            return known
        if known.email or known.phone:
            # To the old address, with the act: whoever took over a session cannot keep it quiet (threat T6).
            tell(
                person=known,
                notice="contact_changed",
                subject=("person", str(known.pk)),
                dedupe=f"contact_changed:{known.pk}:{clock.now().isoformat()}",
            )
        phone = Phone(known.phone) if known.phone else None
        return services.change_contact(known, email=email, phone=phone, channel=channel, by=by)
