"""Other systems, each in an environment of its own: from PyPI in a venv, from Debian by apt where one may install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".build" / "bench"
_PACKAGES = {
    "nginx": "nginx-light",
    "wrk": "wrk",
    "cfssl": "golang-cfssl",
    "ocsptool": "gnutls-bin",
    "openssl": "openssl",
}


def peer(*requirements: str) -> Path | None:
    """The Python of a venv in which these packages are; None, and a line that says so, when they cannot be had."""
    name = "-".join(one.partition("==")[0].partition("[")[0] for one in requirements)
    folder = _FOLDER / name
    python = folder / "bin" / "python"
    told = folder / "installed.txt"
    if told.exists() and told.read_text() == "\n".join(requirements):
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *requirements], check=True)
    except subprocess.CalledProcessError:
        print(f"left out: {' '.join(requirements)} could not be installed")
        return None
    told.write_text("\n".join(requirements))
    return python


def tool(name: str) -> Path | None:
    """A command from Debian; installed when we are root, else None and a line that says what is missing."""
    found = _which(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", _PACKAGES[name]]
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        found = _which(name)
    if found is None:
        print(f"left out: {name} is not here (Debian: {_PACKAGES[name]})")
    return found


def _which(name: str) -> Path | None:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    return Path(found) if found else None
