"""Teslimat hedefi: whether the card goes to its holder, or with others to the institution's representative."""

from divit.applications import services
from divit.applications.models import Application
from divit.institutions import selectors as institutions
from divit.institutions.models import InstitutionRule
from divit.kernel import clock


def settle(row: Application) -> None:
    """Fill in the delivery part of a locked draft where the institution's rule of today leaves nothing to ask."""
    rule = institutions.rule_for(row.institution_id, on=clock.today())
    together = rule.delivery == InstitutionRule.Delivery.REPRESENTATIVE
    services.settle_delivery(row, to_representative=together)
