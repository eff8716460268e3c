"""What one authority adds to a profile: its name and key, its addresses, its policy identifiers and its texts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything in a certificate that neither the profile nor the subject decides.

    `issuer_name` is the issuer's subject as encoded in its own certificate; `issuer_spki` its SubjectPublicKeyInfo.
    An address that is empty is not written. `notice` is the explicit text of the policy's user notice, `statement`
    the text inside the regulator's NES statement; `pds` pairs a language with an https address. `issuer_ends` is when
    the issuer's own certificate ends; None for a root, which is its own issuer.
    """

    issuer_name: bytes
    issuer_spki: bytes
    issuer_ends: datetime | None
    crl_url: str = ""
    ca_url: str = ""
    ocsp_url: str = ""
    policy: str = ""
    cps_url: str = ""
    notice: str = ""
    statement: str = ""
    pds: tuple[tuple[str, str], ...] = ()
    test: bool = True
    notified_eshs: bool = False
