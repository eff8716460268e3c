"""Who is told of a payment: the person who owed it, or the officers of the institution that did."""

from divit.flows.notices import tell
from divit.institutions import selectors as institutions
from divit.payments.models import Charge


def tell_payer(charge: Charge, notice: str, once: str, **facts: str) -> None:
    """Queue a notice about a charge, once for each `once`, in the transaction of the act."""
    told = facts | {"reference": charge.reference}
    subject, dedupe = ("charge", str(charge.id)), f"{notice}:{charge.id}:{once}"
    if charge.person is not None:
        tell(person=charge.person, notice=notice, subject=subject, dedupe=dedupe, **told)
    if charge.statement is not None:
        for officer in institutions.officers_of(charge.statement.institution_id):
            tell(
                person=officer.person,
                notice=f"statement_{notice}",
                subject=subject,
                dedupe=f"{dedupe}:{officer.person_id}",
                **told,
            )
