"""`make documents`: write the documents that follow from the code."""

import importlib
from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from divit.launcher.home import CHECKOUT

_CONFIGURATION = """# Configuration

Everything that the environment decides. This page is written by `make documents`; a test compares it with the code.
`divit demo` sets all of it by itself.

## web, worker, signer

{divit}

Each process gets its own `DATABASE_URL`, so that the database can hold each to the least it needs; only the signer gets
`DIVIT_KEYSTORE`, and only web and worker get `DIVIT_SCAN_KEY`. Whoever loses `DIVIT_SCAN_KEY` loses the kept scans:
it belongs into the same safe as the passphrases.

## validation

One environment for all its processes: the parent hands each child what is for it, the database's address to the
follower alone, the key store's to the workers alone.

### The parent

{parent}

### Workers

{worker}

### The follower

{follower}
"""


def documents() -> dict[str, str]:
    """Path below the checkout → text."""
    laws = importlib.import_module("divit.project.laws").LAWS
    drawn = {f"docs/lifecycles/{law.name}.mmd": law.mermaid() for law in laws}
    divit = importlib.import_module("divit.project.configuration").Configuration
    validation = importlib.import_module("divit.validation.settings")
    follower = importlib.import_module("divit.validation.follower_settings").FollowerSettings
    tables = {
        "divit": _table(divit),
        "parent": _table(validation.ParentSettings),
        "worker": _table(validation.Settings),
        "follower": _table(follower),
    }
    return drawn | {"docs/operations/configuration.md": _CONFIGURATION.format(**tables)}


def _table(settings: type[BaseSettings]) -> str:
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *_rows(settings)])


def _rows(settings: type[BaseSettings]) -> Iterator[str]:
    prefix = settings.model_config.get("env_prefix", "")
    for name, field in settings.model_fields.items():
        variable = field.validation_alias or f"{prefix}{name}".upper()  # ascii
        yield f"| `{variable}` | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is PydanticUndefined:
        return "**required**"
    if str(CHECKOUT) in str(default):
        return f"`{str(default).replace(str(CHECKOUT), 'CHECKOUT')}`"
    shown = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    return f"`{shown}`" if shown not in (None, "") else ""


def main() -> None:
    """Write them all."""
    for name, text in documents().items():
        file = CHECKOUT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main()
