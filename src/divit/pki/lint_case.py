"""What a lint looks at: a to-be-signed certificate as another parser (pyca) reads it, and as it is written."""

from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from divit.pki import der, profiles
from divit.pki.profiles import Profile
from divit.pki.terms import Terms

SUBJECT_OIDS = {
    "country": NameOID.COUNTRY_NAME,
    "organisation": NameOID.ORGANIZATION_NAME,
    "organisation_identifier": NameOID.ORGANIZATION_IDENTIFIER,
    "common_name": NameOID.COMMON_NAME,
    "surname": NameOID.SURNAME,
    "given_names": NameOID.GIVEN_NAME,
    "serial_number": NameOID.SERIAL_NUMBER,
}


@dataclass(frozen=True)
class Written:
    """Octets of a to-be-signed certificate: signature algorithm and issuer, the key, the extensions."""

    origin: bytes
    spki: bytes
    extensions: der.Element


@dataclass(frozen=True)
class Case:
    """What a lint looks at; each part is read once, when the first lint asks for it."""

    profile: Profile
    terms: Terms
    tbs: bytes
    certificate: x509.Certificate

    @cached_property
    def written(self) -> Written:
        """The parts as they are written."""
        reader = der.whole(self.tbs, der.SEQUENCE).inside()
        reader.take(0xA0)
        reader.take(der.INTEGER)
        algorithm, issuer, _validity, _subject, spki = (reader.take(der.SEQUENCE).whole for _ in range(5))
        return Written(algorithm + issuer, spki, reader.take(0xA3))

    @cached_property
    def key(self) -> CertificatePublicKeyTypes:
        """The certified key."""
        return self.certificate.public_key()

    @cached_property
    def spki(self) -> bytes:
        """The certified key, written again from what was read."""
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def extensions(self) -> dict[str, x509.ExtensionType]:
        """The parsed values, in the order in which they stand."""
        return {extension.oid.dotted_string: extension.value for extension in self.certificate.extensions}

    def extension(self, oid: str) -> x509.ExtensionType | None:
        """The parsed value of an extension, if it is there."""
        return self.extensions.get(oid)

    @cached_property
    def attributes(self) -> list[tuple[x509.ObjectIdentifier, str]]:
        """What the subject says, in the order in which it stands."""
        return [(attribute.oid, str(attribute.value)) for attribute in self.certificate.subject]

    def subject(self, attribute: str) -> list[str]:
        """Every value of an attribute of the subject."""
        wanted = SUBJECT_OIDS[attribute]
        return [text for oid, text in self.attributes if oid == wanted]

    def statements(self) -> list[tuple[str, bytes]]:
        """The qualified-certificate statements: identifier and information, in order."""
        value = self.extension(profiles.QC_STATEMENTS)
        if not isinstance(value, x509.UnrecognizedExtension):
            return []
        found = []
        for item in der.whole(value.value, der.SEQUENCE).inside().all(der.SEQUENCE):
            reader = item.inside()
            identifier = der.read_oid(reader.take(der.OID))
            info = reader.any().whole if reader else b""
            reader.end()
            found.append((identifier, info))
        return found

    def policies(self) -> list[x509.PolicyInformation]:
        """The certificate policies, in order."""
        value = self.extension(profiles.CERTIFICATE_POLICIES)
        return list(value) if isinstance(value, x509.CertificatePolicies) else []

    def notices(self) -> list[str]:
        """The explicit texts of all user notices."""
        return [
            qualifier.explicit_text or ""
            for policy in self.policies()
            for qualifier in policy.policy_qualifiers or []
            if isinstance(qualifier, x509.UserNotice)
        ]
