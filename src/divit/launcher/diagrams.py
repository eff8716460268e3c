"""`make diagrams`: draw docs/lifecycles from the laws."""

import importlib

from divit.launcher.home import CHECKOUT


def drawings() -> dict[str, str]:
    """File name → Mermaid text, one per law."""
    laws = importlib.import_module("divit.project.laws").LAWS
    return {f"{law.name}.mmd": law.mermaid() for law in laws}


def main() -> None:
    """Write them all."""
    folder = CHECKOUT / "docs" / "lifecycles"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in drawings().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
