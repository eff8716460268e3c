"""Where the pages of a form desk are: an institution's, or the centre's."""

import uuid
from dataclasses import dataclass

from django.urls import reverse

from divit.console.access import DeskRequest


@dataclass(frozen=True, kw_only=True)
class Place:
    """The addresses of one desk."""

    desk: str
    here: dict[str, uuid.UUID]

    @property
    def page(self) -> str:
        """The pile."""
        return self._at("intake")

    @property
    def summary(self) -> str:
        """Its end."""
        return self._at("intake_summary")

    @property
    def back(self) -> str:
        """The desk that it belongs to."""
        return reverse(f"console:{self.desk}", kwargs=self.here)

    @property
    def scans(self) -> str:
        """Scanned forms."""
        return self._at("scans")

    @property
    def scans_live(self) -> str:
        """How far their reading is."""
        return self._at("scans_live")

    def scan(self, scan_id: uuid.UUID) -> str:
        """One page."""
        return self._at("scan", scan_id=scan_id)

    def picture(self, scan_id: uuid.UUID) -> str:
        """What can be seen on it."""
        return self._at("scan_picture", scan_id=scan_id)

    def _at(self, page: str, **more: uuid.UUID) -> str:
        return reverse(f"console:{self.desk}_{page}", kwargs={**self.here, **more})


CENTRE = Place(desk="registration", here={})


def of_institution(request: DeskRequest) -> Place:
    """The desk of the institution in the address."""
    return Place(desk="representative", here={"institution_id": request.institution.pk})
