"""Prices, charges, attempts to pay them and the journal."""
