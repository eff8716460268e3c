from tests.pki_authority import house

__all__ = ["house"]
