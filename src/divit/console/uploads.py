"""How much a page takes in: most take little, a few say that they take more, and then only of who stands at a desk."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from divit.identity.models import Person
from divit.institutions import selectors as institutions

View = TypeVar("View", bound=Callable[..., Any])


def takes(octets: int) -> Callable[[View], View]:
    """A view to which files of so many octets together may be sent."""

    def mark(view: View) -> View:
        view.takes = octets  # type: ignore[attr-defined]
        return view

    return mark


def most_octets(request: HttpRequest) -> int:
    """How large a request may be for the page that it is sent to."""
    usual: int = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    match = request.resolver_match
    wanted = getattr(match.func, "takes", usual) if match is not None else usual
    return wanted if wanted <= usual or _at_a_desk(request) else usual


def _at_a_desk(request: HttpRequest) -> bool:
    """Staff, or somebody who acts for an institution today; which desk it is, the view asks."""
    person: Person | None = getattr(request, "person", None)
    return request.user.is_authenticated or (person is not None and bool(institutions.appointments_of(person.pk)))


def left_out(request: HttpRequest) -> bool:
    """Whether something was sent that is too large to be taken in at all."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > most_octets(request)


class InMemory(MemoryFileUploadHandler):
    """Files hold people's data: they stay in memory, and more than the page takes is not taken in at all."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Decide before the first octet is read."""
        self.activated = self.request is not None and content_length <= most_octets(self.request)
