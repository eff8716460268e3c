"""Where this copy of Divit keeps what it makes while running."""

import hashlib
import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """The data folder: `DIVIT_HOME`, or `.divit` in the checkout."""
    return Path(os.environ.get("DIVIT_HOME") or CHECKOUT / ".divit").resolve()


def short_name(folder: Path) -> str:
    """Eight hex digits that stand for a folder, for names that must stay short."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:8]


def runtime_folder(folder: Path) -> Path:
    """A short folder for sockets: Unix socket paths end at about 100 bytes."""
    return Path(tempfile.gettempdir()) / f"divit-{os.getuid()}-{short_name(folder)}"


def open_to_others(folder: Path) -> bool:
    """Whether another user of the machine may walk down to this folder."""
    return all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents] if parent.exists())
