"""Staff accounts: nobody signs up, and no password opens anything."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the command line only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
