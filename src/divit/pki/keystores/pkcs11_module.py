"""A PKCS#11 library in this process, loaded for several threads at once, and again after a fork.

python-pkcs11 says to a library that one thread alone will use it; SoftHSM, for one, then leaves out its locks. So it is
initialised here, with CKF_OS_LOCKING_OK. And login and token information are asked for here, because there the one
leaks a session with every PIN that does not fit and the other leaves out how many sessions a token bears.
"""

import ctypes
import os
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import pkcs11
from pkcs11 import _pkcs11

CKR_OK = 0x000
CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE = 0x0A0, 0x0A1, 0x0A2
CKR_PIN_EXPIRED, CKR_PIN_LOCKED = 0x0A3, 0x0A4
CKR_USER_ALREADY_LOGGED_IN = 0x100
CKR_USER_PIN_NOT_INITIALIZED = 0x102
_CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191
_CKF_OS_LOCKING_OK = 0x2
_CKU_USER = 1
_LOGGED_IN = (1, 3)  # CKS_RO_USER_FUNCTIONS, CKS_RW_USER_FUNCTIONS
_UNKNOWN, _ENDLESS = (1 << 8 * ctypes.sizeof(ctypes.c_ulong)) - 1, 0

_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_ulong)

_LOADED: dict[str, tuple["Module", int]] = {}
_LOADING = threading.Lock()


@dataclass(frozen=True)
class TokenInfo:
    """What a token says of itself; `most_sessions` is None where it sets no limit, or does not say."""

    flags: int
    most_sessions: int | None
    sessions: int | None


class _Arguments(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("create", "destroy", "lock", "unlock")),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    ]


class _Functions(ctypes.Structure):
    """CK_FUNCTION_LIST up to C_Login (PKCS#11 2.40, section 4.7)."""

    _fields_ = [
        ("version", ctypes.c_ubyte * 2),
        *(
            (name, ctypes.c_void_p)
            for name in (
                "C_Initialize", "C_Finalize", "C_GetInfo", "C_GetFunctionList", "C_GetSlotList", "C_GetSlotInfo",
                "C_GetTokenInfo", "C_GetMechanismList", "C_GetMechanismInfo", "C_InitToken", "C_InitPIN", "C_SetPIN",
                "C_OpenSession", "C_CloseSession", "C_CloseAllSessions", "C_GetSessionInfo", "C_GetOperationState",
                "C_SetOperationState", "C_Login",
            )
        ),
    ]  # fmt: skip


class _TokenInfo(ctypes.Structure):
    _fields_ = [
        ("label", ctypes.c_char * 32), ("manufacturer", ctypes.c_char * 32), ("model", ctypes.c_char * 16),
        ("serial", ctypes.c_char * 16), ("flags", ctypes.c_ulong), ("most_sessions", ctypes.c_ulong),
        ("sessions", ctypes.c_ulong), *((f"rest{number}", ctypes.c_ulong) for number in range(8)),
        ("versions", ctypes.c_ubyte * 4), ("time", ctypes.c_char * 16),
    ]  # fmt: skip


class _SessionInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulong) for name in ("slot", "state", "flags", "error")]


class Module(_pkcs11.lib):
    """python-pkcs11's library, but with a beginning and an end of our own."""

    def initialize(self) -> None:
        """Once in each process. Raises `pkcs11.PKCS11Error`."""
        arguments = _Arguments(flags=_CKF_OS_LOCKING_OK)
        answer = self._call("C_Initialize", ctypes.byref(arguments))
        if answer == _CKR_CRYPTOKI_ALREADY_INITIALIZED:  # what a forked child took over is its parent's
            self.finalize()
            answer = self._call("C_Initialize", ctypes.byref(arguments))
        _check(answer)

    def finalize(self) -> None:
        """Every session of this process ends with it. Raises `pkcs11.PKCS11Error`."""
        _check(self._call("C_Finalize", None))

    def token_info(self, slot_id: int) -> TokenInfo:
        """Raises `pkcs11.PKCS11Error`."""
        info = _TokenInfo()
        _check(self._call("C_GetTokenInfo", ctypes.c_ulong(slot_id), ctypes.byref(info)))
        return TokenInfo(
            flags=info.flags,
            most_sessions=None if info.most_sessions in (_UNKNOWN, _ENDLESS) else info.most_sessions,
            sessions=None if info.sessions == _UNKNOWN else info.sessions,
        )

    def is_logged_in(self, session: Any) -> bool:
        """Whether this process's login is there, as the session sees it. Raises `pkcs11.PKCS11Error`."""
        info = _SessionInfo()
        _check(self._call("C_GetSessionInfo", ctypes.c_ulong(session.handle), ctypes.byref(info)))
        return info.state in _LOGGED_IN

    def log_in(self, session: Any, pin: str) -> int:
        """The CKR_… that the token answers; it counts wrong PINs."""
        octets = pin.encode()
        return self._call(
            "C_Login", ctypes.c_ulong(session.handle), ctypes.c_ulong(_CKU_USER), octets, ctypes.c_ulong(len(octets))
        )

    def _call(self, name: str, *arguments: Any) -> int:
        return int(_FUNCTION(getattr(_functions(self.so), name))(*arguments))


def load(path: str) -> Module:
    """The library, initialised in this very process: C_Initialize does not survive a fork.

    Raises `pkcs11.PKCS11Error`.
    """
    with _LOADING:
        module, pid = _LOADED.get(path, (None, 0))
        if module is None:
            module = Module(path)
        elif pid != os.getpid():
            module.initialize()
        _LOADED[path] = (module, os.getpid())
        return module


def reload(path: str) -> None:
    """End and begin again, so that tokens made or plugged in since are seen; all sessions end. As `load`."""
    with _LOADING:
        _LOADED[path][0].reinitialize()


@cache
def _functions(path: str) -> _Functions:
    table = ctypes.POINTER(_Functions)()
    _check(ctypes.CDLL(path).C_GetFunctionList(ctypes.byref(table)))
    return table.contents


def _check(answer: int) -> None:
    if answer != CKR_OK:
        raise pkcs11.PKCS11Error(f"CKR {answer:#x}")


def _after_fork() -> None:
    """A lock that another thread of the parent held would never be given back."""
    global _LOADING
    _LOADING = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
