"""Where this copy of Divit keeps what it makes while running."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
_LONGEST_SOCKET_FOLDER = 80


def home() -> Path:
    """The data folder: `DIVIT_HOME`, or `.divit` in the checkout."""
    return Path(os.environ.get("DIVIT_HOME") or CHECKOUT / ".divit").resolve()


def short_name(folder: Path) -> str:
    """Eight hex digits that stand for a folder, for names that must stay short."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:8]


def for_sockets(folder: Path) -> Path:
    """This folder, or a stand-in where its path is too long: a Unix socket's path ends at about 100 bytes.

    The stand-in is the second choice: what tidies a temporary folder may take away a socket that is in use.
    """
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"divit-{os.getuid()}-{short_name(folder)}"


def open_to_others(folder: Path) -> bool:
    """Whether another user of the machine may walk down to this folder."""
    return all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents] if parent.exists())


def write_private(file: Path, text: str) -> None:
    """Write a file for its owner alone; a reader, or a start after a crash, finds all of it or none."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    half.replace(file)


def make_private(folder: Path, *, owner: int | None = None) -> None:
    """A folder that only its owner enters; a link, or a folder that somebody else laid there before us, is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), owner}:
        raise PermissionError(f"{folder} belongs to another user of this machine")
    folder.chmod(0o700)
    if owner is not None and found.st_uid != owner:
        os.chown(folder, owner, -1)
