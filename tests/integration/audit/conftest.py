"""An authority whose time-stamps anchor the ledger."""

from tests.fixtures_pki import authority, ceremony_held

__all__ = ["authority", "ceremony_held"]
