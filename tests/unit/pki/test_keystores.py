"""Both key stores keep the same promises; the token's keys never leave it."""

import hashlib
import multiprocessing
import secrets
import stat
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from divit.kernel.errors import NeighbourFailed, NotFound, Refused
from divit.pki.keystores import Algorithm, KeyStore, KeyStoreLocked, Pkcs11KeyStore, SoftwareKeyStore, open_keystore
from divit.pki.keystores.pkcs11_sessions import Session
from tests.softhsm import MODULE, Token

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(params=["software", "pkcs11"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "software":
        return open_keystore(f"software:{tmp_path / 'keys'}", secret=PASSPHRASE)
    token: Token = request.getfixturevalue("token")
    return open_keystore(f"{token.address}&sessions=4&seconds=20", secret=token.pin)


def fresh_label() -> str:
    return f"key-{secrets.token_hex(4)}"


def holds(key: Any, signature: bytes, data: bytes, digest: hashes.HashAlgorithm) -> None:
    how = (padding.PKCS1v15(), digest) if isinstance(key.public_key, rsa.RSAPublicKey) else (ec.ECDSA(digest),)
    key.public_key.verify(signature, data, *how)


@pytest.mark.parametrize(
    ("algorithm", "digest", "size"),
    [
        (Algorithm.EC_P256, hashes.SHA256(), 256),
        (Algorithm.EC_P384, hashes.SHA384(), 384),
        (Algorithm.RSA_2048, hashes.SHA256(), 2048),
    ],
)
def test_a_generated_key_signs_and_can_be_opened_again(
    store: KeyStore, algorithm: Algorithm, digest: hashes.HashAlgorithm, size: int
) -> None:
    label = fresh_label()
    made = store.generate(label, algorithm)
    again = store.open(label)
    assert again.label == label
    assert again.public_key == made.public_key
    assert made.public_key.key_size == size
    assert again.in_process == isinstance(store, SoftwareKeyStore)
    holds(made, again.sign(b"data", digest), b"data", digest)
    holds(made, again.sign_hashed(hashlib.new(digest.name, b"data").digest(), digest), b"data", digest)
    for _ in range(2):
        holds(made, again.quick_signer(digest)(b"data"), b"data", digest)
    assert label in store.labels()


def test_a_label_is_taken_once(store: KeyStore) -> None:
    label = fresh_label()
    first = store.generate(label, Algorithm.EC_P256)
    with pytest.raises(Refused, match="key_exists"):
        store.generate(label, Algorithm.EC_P256)
    assert store.open(label).public_key == first.public_key


def test_there_is_no_key_without_a_label(store: KeyStore) -> None:
    with pytest.raises(NotFound):
        store.open("nobody")
    for label in ("", "../root", "a/b", "ğ", "x" * 41):
        with pytest.raises(ValueError, match="label"):
            store.open(label)


def test_software_signatures_are_the_same_each_time(tmp_path: Path) -> None:
    key = SoftwareKeyStore(tmp_path, passphrase=PASSPHRASE).generate("root", Algorithm.EC_P384)
    assert key.sign(b"tbs", hashes.SHA384()) == key.sign(b"tbs", hashes.SHA384())


def test_key_files_are_encrypted_and_private(tmp_path: Path) -> None:
    SoftwareKeyStore(tmp_path / "keys", passphrase=PASSPHRASE).generate("root", Algorithm.EC_P256)
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(KeyStoreLocked):
        SoftwareKeyStore(tmp_path / "keys", passphrase="another passphrase").open("root")


def test_a_short_passphrase_is_no_passphrase(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 characters"):
        SoftwareKeyStore(tmp_path, passphrase="short")


@pytest.mark.parametrize(
    "address",
    [
        "software:relative",
        "file:/tmp/x",
        "pkcs11:lib.so?token=x",
        f"pkcs11:{MODULE}",
        f"pkcs11:{MODULE}?token=x&sessions=0",
        f"pkcs11:{MODULE}?token=x&pin=1",
        "",
    ],
)
def test_an_address_says_which_store_and_where(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        open_keystore(address, secret=PASSPHRASE)


def test_token_keys_cannot_be_taken_out(token: Token) -> None:
    store = token.store()
    name = fresh_label()
    store.generate(name, Algorithm.EC_P384)

    def look(session: Session) -> tuple[bool, bool, bool]:
        key = session.private_key(name)
        names = (pkcs11.Attribute.SENSITIVE, pkcs11.Attribute.EXTRACTABLE, pkcs11.Attribute.NEVER_EXTRACTABLE)
        return tuple(bool(key[attribute]) for attribute in names)  # type: ignore[return-value]

    assert store.sessions().run(look) == (True, False, True)


def test_two_stores_of_one_token_share_the_login(token: Token) -> None:
    one, other = token.store(), token.store()
    name = fresh_label()
    key = one.generate(name, Algorithm.EC_P256)
    holds(key, other.open(name).sign(b"x", hashes.SHA256()), b"x", hashes.SHA256())


def _sign_in_child(token: Token, name: str, answers: Any) -> None:
    answers.put(token.store().open(name).sign(b"from the child", hashes.SHA256()))


def test_a_forked_child_opens_its_own_session(token: Token) -> None:
    store = token.store()
    name = fresh_label()
    key = store.generate(name, Algorithm.EC_P256)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_sign_in_child, args=(token, name, answers))
    child.start()
    signature = answers.get(timeout=30)
    child.join()
    holds(key, signature, b"from the child", hashes.SHA256())
    holds(key, key.sign(b"and here", hashes.SHA256()), b"and here", hashes.SHA256())


def test_a_token_that_is_not_there_is_a_neighbour_that_failed(token: Token) -> None:
    with pytest.raises(NeighbourFailed) as failure:
        Pkcs11KeyStore(MODULE, token="no such token", pin="1234").open("root")
    assert failure.value.outcome_known
    assert isinstance(token.store().labels(), list)
