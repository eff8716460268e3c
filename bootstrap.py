"""Make this clone ready: virtual environment, packages, styles, texts. Needs Python 3.11 and nothing else.

python3 bootstrap.py demo    what running the service needs
python3 bootstrap.py test    that, and what the tests need (as root it installs the Debian packages too)
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = {"demo": ROOT / "requirements" / "runtime.txt", "test": ROOT / "requirements" / "dev.txt"}
# Program or file that shows that a Debian package is there → the package.
FOR_TESTS = {
    "/usr/bin/chromium": "chromium",
    "/usr/lib/softhsm/libsofthsm2.so": "softhsm2",
    "/usr/bin/pkcs11-tool": "opensc",
    "/usr/bin/certtool": "gnutls-bin",
    "/usr/bin/openssl": "openssl",
    "/usr/bin/pdfsig": "poppler-utils",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf": "fonts-noto-core",
}


def stop(words: str) -> None:
    """End with an explanation."""
    sys.exit(f"\n{words}")


def run(command: list[str], *, failing: str) -> None:
    """Run a command with its output in view; explain when it fails."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        free = shutil.disk_usage(ROOT).free >> 20
        hint = f"The disk has only {free} MB left." if free < 1500 else "Is there a network? Its words stand above."
        stop(f"{failing} {hint}")


def make_environment() -> None:
    """A virtual environment of our own, in .venv."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    print("• virtual environment", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode == 0:
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if os.getuid() == 0 and shutil.which("apt-get"):
        apt([package])
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(VENV)], failing="The virtual environment could not be made.")
        return
    stop(f"Python's venv module is incomplete here. Install it with:  sudo apt install {package}\n{made.stdout}")


def apt(packages: list[str]) -> None:
    """Install Debian packages; only root comes here."""
    print(f"• Debian packages: {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        if subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            stop(f"`{' '.join(words)}` failed; its words stand above.")


def digest(kind: str) -> str:
    """What an installation follows from."""
    return hashlib.sha256(LOCK[kind].read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def install(kind: str) -> None:
    """The hash-pinned packages, and Divit itself as an editable install; nothing when nothing changed."""
    for name in {kind, "test"}:  # what the tests need holds all that the service needs
        marker = VENV / f"installed-{name}"
        if marker.exists() and marker.read_text() == digest(name):
            return
    print("• Python packages (about half a minute the first time)", flush=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--require-hashes", "-r", str(LOCK[kind])], failing="The Python packages could not be installed.")
    run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], failing="Divit itself could not be installed.")
    (VENV / f"installed-{kind}").write_text(digest(kind))


def check_tools() -> None:
    """The Debian packages that the tests drive."""
    missing = [package for shown_by, package in FOR_TESTS.items() if not Path(shown_by).exists()]
    if not missing:
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        apt(missing)
        return
    stop(
        f"The tests need Debian packages that are not here. Install them with:\n  sudo apt install {' '.join(missing)}"
    )


def main() -> None:
    """Prepare for `demo` or `test`."""
    kind = sys.argv[1] if len(sys.argv) == 2 and sys.argv[1] in LOCK else stop(__doc__ or "")
    if sys.version_info < (3, 11):
        stop(f"Divit needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try:  make PYTHON=python3.11 …")
    make_environment()
    install(str(kind))
    if kind == "test":
        check_tools()
    run([str(PYTHON), "frontend/build.py"], failing="The styles could not be built.")
    run([str(PYTHON), "-m", "divit.launcher.texts", "compile"], failing="The translations could not be compiled.")


if __name__ == "__main__":
    main()
