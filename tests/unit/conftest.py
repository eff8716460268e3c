from tests.softhsm import fresh_token, token, tokens

__all__ = ["fresh_token", "token", "tokens"]
