"""The command `divit`: start and look after the house."""

import importlib
import os
import sys

from divit.launcher.home import home
from divit.launcher.processes import environment_file, read_environment

# Commands that must work before there is a database, or without Django at all.
_PLAIN = {
    "demo": ("divit.launcher.demo", "start everything on this machine, with simulated neighbours and demo people"),
    "run": ("divit.launcher.processes", "become one process: database, web, worker, signer, validation or world"),
    "ceremony": ("divit.cli.ceremony", "make the certification authority from a reviewed YAML file, and its next keys"),
    "tsa-account": ("divit.cli.tsa_account", "who may have time-stamps, and how many: add, credit, close, list"),
    "keystore": ("divit.cli.keystore", "`divit keystore check`: whether keys and tokens can do what will be asked"),
    "simulate": ("divit.launcher.simulate", "live a year of an institution's life, in a data folder of its own"),
    "compromise-drill": ("divit.launcher.drill", "rehearse the loss of an issuing authority's key, on a copy"),
    "probe": ("divit.cli.probe", "look at OCSP, CRL, certificates and time-stamps from outside, as a stranger would"),
    "walk": ("divit.cli.walk", "walk the whole lost-card journey against the running demo"),
}
_DJANGO = {
    "prepare": "bring the database up to date: tables, laws, roles, reference data",
    "work": "run the jobs of one queue",
    "ledger": "`divit ledger verify`: check every entry of the ledger",
    "recheck": "look again at every certificate, and at what the world is told of them",
    "staff": "accounts of the staff: asked for by one operator, confirmed by another",
    "compromise": "stop an issuing authority whose key is compromised, and revoke all of its certificates",
    "revoke_service": "close the former certificate of OCSP, time-stamps or seal for good",
    "seed": "add the demo people and their certificates",
}


def main() -> None:
    """Entry point of the `divit` command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    if name in _PLAIN:
        sys.exit(importlib.import_module(_PLAIN[name][0]).main(sys.argv[2:]))
    if name in ("help", "--help", "-h"):
        _help()
        return
    _use_demo_environment()
    # Only here: most processes pass through this command and become something else, without Django.
    importlib.import_module("django.core.management").execute_from_command_line(["divit", *sys.argv[1:]])


def _use_demo_environment() -> None:
    """Where the environment names no database, the demo in the data folder is meant."""
    file = environment_file(home(), "owner")
    if "DATABASE_URL" not in os.environ and file.exists():
        os.environ.update(read_environment(file))


def _help() -> None:
    described = {name: words for name, (_, words) in _PLAIN.items()} | _DJANGO
    for name, words in described.items():
        print(f"  divit {name:<16} {words}")
