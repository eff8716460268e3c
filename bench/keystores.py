#!/usr/bin/env python
"""Signatures per second of each kind of key store, by one, two and four threads.

Ours verifies every signature and has a time limit on every call; beside it stand the same token through python-pkcs11
alone (one session, one thread, nothing verified), the library's C interface (as bare as Python's ctypes can call it),
and what OpenSSL signs on one core. Needs softhsm2 and openssl; makes its own tokens in a temporary folder.
"""

import ctypes
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pkcs11 import Mechanism, ObjectClass
from table import ROUNDS, Row, arguments, interleaved, show

from divit.pki.keystores import Algorithm, SigningKey, open_keystore
from divit.pki.keystores.pkcs11_module import _functions
from divit.pki.keystores.pkcs11_sessions import Session
from divit.pki.signatures import scheme_of

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "correct-horse-battery"
ALGORITHMS = (Algorithm.EC_P256, Algorithm.EC_P384, Algorithm.RSA_2048)
OPENSSL = {"ec-p256": "ecdsap256", "ec-p384": "ecdsap384", "rsa-2048": "rsa2048"}
DATA = b"what an authority signs: some hundreds of octets " * 8


@contextmanager
def token() -> Iterator[tuple[str, Path]]:
    """The address of a token that nobody else has, and a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
        make = ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--so-pin", PIN, "--pin", PIN]
        subprocess.run(make, check=True, capture_output=True)
        yield f"pkcs11:{MODULE}?token=bench&sessions=8", folder


def rate(sign: Callable[[], object], *, threads: int, seconds: float) -> float:
    """How many a second, all threads together, for about so long."""

    def work(until: float) -> int:
        made = 0
        while time.perf_counter() < until:
            sign()
            made += 1
        return made

    begun = time.perf_counter()
    if threads == 1:
        return work(begun + seconds) / (time.perf_counter() - begun)
    with ThreadPoolExecutor(threads) as pool:
        made = sum(pool.map(work, [begun + seconds] * threads))
    return made / (time.perf_counter() - begun)


def openssl(algorithm: Algorithm, *, seconds: float) -> float:
    """Signatures a second of one process of the openssl on this machine."""
    command = ["openssl", "speed", "-mr", "-seconds", str(max(1, round(seconds))), OPENSSL[algorithm]]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (line,) = re.findall(r"^\+F[24]:\d+:\d+:([\d.e-]+):", said, re.MULTILINE)
    figure = float(line)
    return figure if figure > 1 else 1 / figure  # older ones print seconds for each


def bare(session: Session, label: str, algorithm: Algorithm) -> Callable[[], object]:
    """C_SignInit and C_Sign on one session, from this thread, and nothing else."""
    functions = _functions(MODULE)
    addresses = ctypes.cast(ctypes.pointer(functions), ctypes.POINTER(ctypes.c_void_p))
    call = ctypes.CFUNCTYPE(ctypes.c_ulong)
    sign_init, sign = (call(addresses[place]) for place in (_SIGN_INIT, _SIGN))
    key = session.handle.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
    handle, object_handle = ctypes.c_ulong(session.handle.handle), ctypes.c_ulong(key.handle)
    kind = Mechanism.RSA_PKCS if algorithm.is_rsa else Mechanism.ECDSA
    mechanism = (ctypes.c_ulong * 3)(int(kind), 0, 0)
    block = bytes(51 if algorithm.is_rsa else 32)
    out, length = ctypes.create_string_buffer(1024), ctypes.c_ulong()

    def once() -> None:
        length.value = len(out)
        if sign_init(handle, mechanism, object_handle) or sign(
            handle, block, ctypes.c_ulong(len(block)), out, ctypes.byref(length)
        ):
            raise RuntimeError("the token did not sign")

    return once


_SIGN_INIT, _SIGN = 43, 44  # places in CK_FUNCTION_LIST, counted in pointers with the version as the first


def library_alone(session: Session, label: str, algorithm: Algorithm) -> Callable[[], object]:
    """python-pkcs11 with a key that was looked up before."""
    key = session.handle.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
    mechanism = Mechanism.RSA_PKCS if algorithm.is_rsa else Mechanism.ECDSA
    return partial(key.sign, bytes(51 if algorithm.is_rsa else 32), mechanism=mechanism)


def runs(key: SigningKey, software: SigningKey, store: Any, algorithm: Algorithm, seconds: float) -> dict[str, Any]:
    """Who is measured, by name."""
    digest = scheme_of(key.public_key).digest
    measured: dict[str, Any] = {"openssl speed": partial(openssl, algorithm, seconds=seconds)}
    quick = software.quick_signer(digest)
    measured["software, answers (one in 64 verified)"] = partial(rate, partial(quick, DATA), threads=1, seconds=seconds)
    measured["software, verified"] = partial(rate, partial(software.sign, DATA, digest), threads=1, seconds=seconds)
    for name, make in (("softhsm, C alone", bare), ("softhsm, python-pkcs11 alone", library_alone)):

        def alone(session: Session, make: Any = make) -> float:
            return rate(make(session, key.label, algorithm), threads=1, seconds=seconds)

        measured[name] = partial(store.sessions().run, alone, times=20)
    for threads in (1, 2, 4):
        measured[f"softhsm, verified, {threads} thread{'s' * (threads > 1)}"] = partial(
            rate, partial(key.sign, DATA, digest), threads=threads, seconds=seconds
        )
    return measured


def main() -> int:
    """Print the table."""
    options = arguments(__doc__).parse_args()
    seconds, rounds = (0.2, 2) if options.quick else (2.0, ROUNDS)
    rows = []
    with token() as (address, folder):
        store: Any = open_keystore(address, secret=PIN)
        files = open_keystore(f"software:{folder / 'keys'}", secret=PIN)
        for algorithm in ALGORITHMS:
            key, software = store.generate(algorithm, algorithm), files.generate(algorithm, algorithm)
            found = interleaved(runs(key, software, store, algorithm, seconds), rounds=rounds)
            peer = found["softhsm, C alone"]
            for who, value in found.items():
                note = f"{value / peer:.2f} × C alone" if who.startswith("softhsm") else ""
                rows.append(Row("key stores", who, algorithm, value, "signatures/s", note=note))
    show(
        "Key stores",
        rows,
        [
            "«verified» is what `SigningKey.sign` does: hash, sign, verify, within a time limit.",
            "SoftHSM is a library in this process: it signs with the same processor.",
        ],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
