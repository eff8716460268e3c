"""Ports and addresses of one running copy."""

import os
import socket
from dataclasses import dataclass


class PortTaken(Exception):
    """Nothing can listen where we were asked to; the message says why and what to do."""


_LAST_PORT = 65535
_FIRST_FREE, _BLOCK = 9100, 50


@dataclass(frozen=True)
class Addresses:
    """Where the processes listen; the neighbours live on another host name, as they do in the world."""

    web: int = 8000
    validation: int = 8001
    world: int = 8002
    smtp: int = 8025

    @classmethod
    def from_environment(cls) -> "Addresses":
        """`DIVIT_PORT` moves all of them: web there, the others on the ports that follow."""
        given = os.environ.get("DIVIT_PORT") or "8000"
        first = int(given) if given.isdecimal() else 0
        if not 1 <= first <= _LAST_PORT - 25:
            raise PortTaken(f"DIVIT_PORT is «{given}»; it must be a port number, e.g.: DIVIT_PORT=9000 make demo")
        return cls(web=first, validation=first + 1, world=first + 2, smtp=first + 25)

    @classmethod
    def free(cls) -> "Addresses":
        """As `DIVIT_PORT` says, or the first block of ports on which nothing listens; raises `PortTaken`."""
        if os.environ.get("DIVIT_PORT"):
            asked = cls.from_environment()
            asked.refuse_taken()
            return asked
        for first in range(_FIRST_FREE, _LAST_PORT - 25, _BLOCK):
            found = cls(web=first, validation=first + 1, world=first + 2, smtp=first + 25)
            if found._is_free():
                return found
        raise PortTaken("No free block of ports was found. Choose one: DIVIT_PORT=9000 divit simulate")

    def _is_free(self) -> bool:
        try:
            self.refuse_taken()
        except PortTaken:
            return False
        return True

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.web}"

    @property
    def validation_url(self) -> str:
        # An address in certificates needs a full host name or an IP address (pkilint: localhost is neither).
        return f"http://127.0.0.1:{self.validation}"

    @property
    def world_url(self) -> str:
        return f"http://127.0.0.1:{self.world}"

    def refuse_taken(self) -> None:
        """Raise `PortTaken` with the way out, before anything is started."""
        for name, port in vars(self).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except PermissionError:
                    raise PortTaken(
                        f"Port {port} ({name}) is not for ordinary users. Choose another: DIVIT_PORT=9000 make demo"
                    ) from None
                except OSError:
                    other = 9000 if self.web != 9000 else 9500
                    raise PortTaken(
                        f"Port {port} ({name}) is taken by another program. "
                        f"Stop it, or choose another first port: DIVIT_PORT={other} make demo"
                    ) from None
