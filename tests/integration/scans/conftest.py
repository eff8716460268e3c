"""A form desk with a document scanner: paper goes in, pages wait on the desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from divit.applications import content
from divit.applications.form.render import Destination, Signer, form_pdf
from divit.applications.models import Application
from divit.flows import scan_upload
from divit.identity import selectors as people
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from divit.scans import selectors
from divit.scans.models import Scan
from tests import paper
from tests.factories.people import log_in
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, reference_data, representative_of, treasury, way
from tests.integration.console.conftest import at_desk, make_staff
from tests.integration.intake.conftest import main_of, words

__all__ = ["at_desk", "make_staff", "ministry", "reference_data", "representative_of", "treasury", "way"]


def printed(row: Application) -> Image.Image:
    """The form as the person printed, signed and scanned it, in the application's present state."""
    row.refresh_from_db()
    pdf = form_pdf(
        row,
        signer=Signer(tckn=row.person.tckn, name=row.person.name),
        destination=Destination(to_institution=True),
        institution=row.institution.name,
    )
    return paper.sheet(pdf, dpi=130)


def mark_of(row: Application) -> str:
    row.refresh_from_db()
    return content.mark(row.reference, row.content_hash)


@dataclass
class ScanDesk:
    """A browser at the desk."""

    client: Client
    page: str
    answer: Any = field(default=None)

    def send(self, *files: tuple[str, bytes]) -> str:
        """Upload files; what the page says."""
        told = [SimpleUploadedFile(name, octets) for name, octets in files]
        self.answer = self.client.post(self.page, {"scans": told})
        return self._arrive()

    def read(self, *files: tuple[str, bytes]) -> list[Scan]:
        """Upload and have it read; the pages that wait now."""
        self.send(*files)
        assert self.answer.status_code == 200, words(self.answer)
        self.read_all()
        return list(Scan.objects.filter(state="waiting").order_by("upload__uploaded_at", "number"))

    def read_all(self) -> None:
        """What the worker does."""
        for upload_id in selectors.unread():
            scan_upload.read(upload_id)

    def look(self, scan: Scan | str) -> str:
        self.answer = self.client.get(self._at(scan))
        return words(self.answer)

    def act(self, scan: Scan, act: str, **more: str) -> str:
        """Press a button of the page that is shown."""
        ticket = main_of(self.answer).select_one("input[name=ticket]")
        told = {"act": act, "ticket": ticket["value"] if ticket else "", **more}
        self.answer = self.client.post(self._at(scan), told)
        return self._arrive()

    def picture(self, scan: Scan, **query: str) -> Any:
        return self.client.get(f"{self._at(scan)}resim/", query)

    def _at(self, scan: Scan | str) -> str:
        return scan if isinstance(scan, str) else f"{self.page}{scan.pk}/"

    def _arrive(self) -> str:
        if self.answer.status_code == 303:
            self.answer = self.client.get(self.answer.headers["Location"])
        return words(self.answer)


@pytest.fixture
def desk_of() -> Callable[[Actor, Institution], ScanDesk]:
    def make(by: Actor, institution: Institution) -> ScanDesk:
        client = log_in(Client(), people.person(by.id))
        page = reverse("console:representative_scans", kwargs={"institution_id": institution.pk})
        return ScanDesk(client, page)

    return make


@pytest.fixture
def centre(at_desk: Callable[..., Client]) -> ScanDesk:
    return ScanDesk(at_desk("registrar"), reverse("console:registration_scans"))
