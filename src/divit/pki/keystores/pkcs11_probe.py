"""What a token says of itself and of its keys, in the words of an operator."""

from dataclasses import dataclass
from typing import Any

import pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass

from divit.pki.keystores import pkcs11_module as cryptoki
from divit.pki.keystores.base import Use
from divit.pki.keystores.pkcs11 import Pkcs11KeyStore
from divit.pki.keystores.pkcs11_sessions import Session

_NEEDED = {
    Mechanism.ECDSA: "sign with EC keys (CKM_ECDSA)",
    Mechanism.EC_KEY_PAIR_GEN: "make EC keys (CKM_EC_KEY_PAIR_GEN)",
    Mechanism.ECDH1_DERIVE: "agree on a secret, as the key of sealed PINs does (CKM_ECDH1_DERIVE)",
}
_FOR_RSA = {
    Mechanism.RSA_PKCS: "sign with RSA keys (CKM_RSA_PKCS)",
    Mechanism.RSA_PKCS_KEY_PAIR_GEN: "make RSA keys (CKM_RSA_PKCS_KEY_PAIR_GEN)",
}
_MUST_BE = {
    Attribute.SENSITIVE: (True, "CKA_SENSITIVE is false: its value can be shown in the clear"),
    Attribute.EXTRACTABLE: (False, "CKA_EXTRACTABLE is true: it can be taken out of the token"),
    Attribute.ALWAYS_AUTHENTICATE: (False, "CKA_ALWAYS_AUTHENTICATE is true: it wants the PIN with every signature"),
}
_SHOULD_BE = {
    Attribute.LOCAL: (True, "CKA_LOCAL is false: it was made elsewhere and brought here"),
    Attribute.ALWAYS_SENSITIVE: (True, "CKA_ALWAYS_SENSITIVE is false: it could be shown once"),
    Attribute.NEVER_EXTRACTABLE: (True, "CKA_NEVER_EXTRACTABLE is false: there may be another copy"),
    Attribute.TOKEN: (True, "CKA_TOKEN is false: it is gone with the session"),
    Attribute.DECRYPT: (False, "it may also decrypt"),
    Attribute.UNWRAP: (False, "it may also unwrap other keys"),
}


@dataclass(frozen=True)
class TokenFacts:
    """`missing…`: what it cannot do, each as the end of «the token cannot …»."""

    name: str
    missing: tuple[str, ...]
    missing_for_rsa: tuple[str, ...]
    most_sessions: int | None


@dataclass(frozen=True)
class KeyFacts:
    """`problems` must not be; `remarks` are for a person to judge."""

    label: str
    id: bytes
    uses: frozenset[Use]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def token_facts(store: Pkcs11KeyStore) -> TokenFacts:
    """Raises `NeighbourFailed`."""

    def look(session: Session) -> TokenFacts:
        token = session.handle.token
        module = cryptoki.load(store.module)
        can = token.slot.get_mechanisms()
        version = ".".join(map(str, module.library_version))
        return TokenFacts(
            name=f"token {token.label}: {token.manufacturer_id} {token.model}, library {version}",
            missing=tuple(words for mechanism, words in _NEEDED.items() if mechanism not in can),
            missing_for_rsa=tuple(words for mechanism, words in _FOR_RSA.items() if mechanism not in can),
            most_sessions=module.token_info(token.slot.slot_id).most_sessions,
        )

    return store.sessions().run(look)


def key_facts(store: Pkcs11KeyStore) -> tuple[KeyFacts, ...]:
    """Of every private key. Raises `NeighbourFailed`."""

    def look(session: Session) -> tuple[KeyFacts, ...]:
        found = session.handle.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        return tuple(_facts(session, key) for key in list(found))

    return store.sessions().run(look)


def _facts(session: Session, key: Any) -> KeyFacts:
    label = str(key.label)
    public = list(session.handle.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: label}))
    problems = [words for name, (right, words) in _MUST_BE.items() if _read(key, name) is (not right)]
    if len(public) != 1:
        problems.append(f"{len(public)} public halves have its label, one is needed")
    uses = {Use.SIGN: Attribute.SIGN, Use.AGREE: Attribute.DERIVE}
    remarks = [words for name, (right, words) in _SHOULD_BE.items() if _read(key, name) is (not right)]
    may = frozenset(use for use, name in uses.items() if _read(key, name))
    if len(may) == len(uses):
        remarks.append("it may sign and agree on secrets, one of the two would do")
    return KeyFacts(label, bytes(_read(key, Attribute.ID) or b""), may, tuple(problems), tuple(remarks))


def _read(key: Any, name: Attribute) -> Any:
    """None where the token does not know the attribute (as some do not)."""
    try:
        return key[name]
    except (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive, pkcs11.FunctionFailed):
        return None
