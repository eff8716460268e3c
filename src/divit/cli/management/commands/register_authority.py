"""`divit register_authority`: let the service issue under the newest authority that a ceremony made."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from divit import wiring
from divit.certificates import authorities
from divit.certificates.services import issuer_of
from divit.flows import pin_release, status_publication


class Command(BaseCommand):
    help = "Record the authorities, make the key that PIN envelopes are sealed to, and ask for their CRLs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        pin_release.prepare_recipient(keystore=wiring.keystore(), folder=settings.DIVIT.ca)
        # A copy that slept for long, or was given a past, could not answer any more.
        status_publication.renew_delegates(keystore=wiring.keystore())
        status_publication.renew_root_list(keystore=wiring.keystore())
        with transaction.atomic():
            for authority in authorities.family():
                status_publication.publish_soon(issuer_of(authority).pk)
        self.stdout.write(f"Issuing under: {authorities.newest().name}")
