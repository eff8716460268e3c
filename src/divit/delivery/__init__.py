"""Parcels and the release of the PIN."""
