"""`divit keystore check`: whether the key stores can do what will be asked of them."""

import argparse
import os
import sys
from pathlib import Path

from divit.kernel.errors import NotFound
from divit.launcher.home import home
from divit.launcher.processes import environment_file, read_environment
from divit.pki.authority import Authority
from divit.pki.keystore_probe import Finding, Grade, examine
from divit.pki.keystores import open_keystore

_VARIABLES = {"signer": "DIVIT_KEYSTORE", "validation": "DIVIT_VALIDATION_KEYSTORE", "root": "DIVIT_ROOT_KEYSTORE"}
_CERTIFICATES = {"signer": ("seal",), "validation": ("ocsp", "tsa"), "root": ("root",)}


def main(arguments: list[str]) -> int:
    """0: all of them are fit. 1: something is missing. 2: no key store is named."""
    parser = argparse.ArgumentParser(
        prog="divit keystore",
        description="Looks at the token or folder, at the attributes of every key, and has every key sign once. The "
        "stores are named by DIVIT_KEYSTORE (signer), DIVIT_VALIDATION_KEYSTORE and DIVIT_ROOT_KEYSTORE, each with "
        "its …_SECRET_FILE; where the environment names none, those of the demo in the data folder are meant.",
    )
    parser.add_argument("action", choices=["check"])
    parser.add_argument("stores", nargs="*", help=f"which of {', '.join(_VARIABLES)}; by default all that are named")
    parser.add_argument(
        "--spend-a-try", action="store_true", help="log in although the token says that a PIN was wrong before"
    )
    options = parser.parse_args(arguments)
    if not set(options.stores) <= set(_VARIABLES):
        parser.error(f"the stores are {', '.join(_VARIABLES)}")
    chosen = {name: found for name in options.stores or _VARIABLES if (found := _named(name))}
    if not chosen:
        sys.stderr.write("No key store is named: set DIVIT_KEYSTORE and DIVIT_KEYSTORE_SECRET_FILE.\n")
        return 2
    fit = True
    for name, environment in chosen.items():
        findings = _examine(name, environment, spend_a_try=options.spend_a_try)
        bad = sum(finding.grade is Grade.BAD for finding in findings)
        print(f"{name}: {environment[_VARIABLES[name]]}")
        for finding in findings:
            print(f"  {finding}")
        print(f"  {'NOT FIT: ' + str(bad) + ' things must be put right' if bad else 'fit'}\n")
        fit = fit and not bad
    return 0 if fit else 1


def _named(name: str) -> dict[str, str]:
    """The environment that names the store, or nothing."""
    if _VARIABLES[name] in os.environ:
        return dict(os.environ)
    file = environment_file(home(), name)
    kept = read_environment(file) if file.exists() else {}
    return kept if _VARIABLES[name] in kept else {}


def _examine(name: str, environment: dict[str, str], *, spend_a_try: bool) -> list[Finding]:
    variable = _VARIABLES[name]
    try:
        secret = Path(environment[f"{variable}_SECRET_FILE"]).read_text(encoding="utf-8").strip()
        store = open_keystore(environment[variable], secret=secret, spend_a_try=spend_a_try)
        certificates = _certificates(name, environment)
    except KeyError as missing:
        return [Finding(Grade.BAD, f"the environment has no {missing.args[0]}")]
    except (OSError, ValueError) as problem:
        return [Finding(Grade.BAD, str(problem))]
    found = examine(store, certificates=certificates)
    if not certificates:
        found.append(
            Finding(Grade.NOTE, "no ceremony was held yet: that its certificates have their keys is not known")
        )
    return found


def _certificates(name: str, environment: dict[str, str]) -> dict[str, bytes]:
    """What the ceremony certified of the keys of this store; nothing before it was held."""
    folder = environment.get("DIVIT_CA_DIR") or Path(environment.get("DIVIT_HOME") or home()) / "ca"
    try:
        authority = Authority.load(Path(folder))
        wanted = {label: authority.certificate_of(label) for label in _CERTIFICATES[name]}
    except NotFound:
        return {}
    return wanted | ({authority.name: authority.certificate} if name == "signer" else {})
