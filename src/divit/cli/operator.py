"""Who sits at the terminal: the operating system's word for it, not the person's own."""

import os
import pwd
from pathlib import Path

from divit.kernel.actors import Actor, Level, Role

_LOGIN = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1


def operator() -> Actor:
    """Named by the account that logged in, which `sudo` and `su` leave as it is; where none is known, who runs this."""
    number = _logged_in()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return Actor(role=Role.SYSTEM, id=f"operator:{name}"[:64], name=name, level=Level.HIGH)


def _logged_in() -> int:
    try:
        number = int(_LOGIN.read_text())
    except (OSError, ValueError):
        return os.getuid()
    return os.getuid() if number == _UNSET else number
