from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.pki_authority import House, house

__all__ = ["folder", "house"]


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Path:
    """The authority's public files, as a stranger would have fetched them: root, sub, ocsp, tsa (PEM and DER), ARL."""
    names = {"root": "root", "sub": "issuing", "ocsp": "ocsp", "tsa": "tsa", "seal": "seal"}
    for name, made in names.items():
        write(tmp_path, name, house.authority.certificate_of(made))
    (tmp_path / "chain.pem").write_bytes((tmp_path / "sub.pem").read_bytes() + (tmp_path / "root.pem").read_bytes())
    (tmp_path / "arl.der").write_bytes((house.folder / "ca" / "crl" / "root.crl").read_bytes())
    return tmp_path


def write(folder: Path, name: str, certificate: bytes) -> None:
    """A certificate in both forms."""
    (folder / f"{name}.der").write_bytes(certificate)
    (folder / f"{name}.pem").write_bytes(x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM))
