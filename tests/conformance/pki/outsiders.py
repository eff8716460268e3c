"""Other people's programs, asked by their command lines."""

import subprocess
import sys
from pathlib import Path

_BIN = Path(sys.executable).parent


def run(*command: str, folder: Path, fails: bool = False) -> str:
    """What the program said, on both its outputs; `fails` when it is meant to object."""
    name = command[0]
    program = str(_BIN / name) if (_BIN / name).exists() else name
    done = subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert (done.returncode != 0) is fails, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
    return said
