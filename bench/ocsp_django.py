"""django-ca's cached answers: its Python comes from here, what it needs to serve has to be set up by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocsp_world import Server


@contextmanager
def django_ca(folder: Path) -> Iterator[tuple[Server, Path] | None]:
    """None, and a line that says so: its set-up (database, authority, certificates, cache) is not written yet."""
    print(f"left out: django-ca is not set up by this benchmark ({folder.name})")
    yield None
