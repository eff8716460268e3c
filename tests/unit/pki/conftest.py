from tests.pki_authority import house
from tests.softhsm import fresh_token, token, tokens

__all__ = ["fresh_token", "house", "token", "tokens"]
