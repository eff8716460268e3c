"""Prices, tax rates and institutions: effective-dated data that comes with the code."""

from divit.institutions.services import load_reference_data as load_institutions
from divit.kernel.actors import SYSTEM
from divit.payments.services import load_reference_data as load_prices


def load() -> None:
    """Add what is missing; what is there already stays as it is."""
    load_institutions(by=SYSTEM)
    load_prices()
