"""`divit tsa-account`: who may have time-stamps, and how many; run on the machine of the validation service."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from divit.kernel import clock
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.launcher.home import home
from divit.validation.stamp_accounts import Account, StampAccounts, Unavailable


def main(arguments: list[str]) -> int:
    """Add, credit, close or list accounts in the validation service's state folder."""
    parser = argparse.ArgumentParser(
        prog="divit tsa-account",
        description="The folder is DIVIT_VALIDATION_STATE, or validation in the data folder. Running workers see every "
        "change at once.",
    )
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="open an account; its secret is shown once")
    add.add_argument("name")
    add.add_argument("--credit", type=int, default=0, help="how many stamps it may have (0)")
    add.add_argument("--unlimited", action="store_true", help="stamps are counted and never run out")
    add.add_argument("--kamusm", action="store_true", help="for clients of Kamu SM's protocol too: it gets a number")
    credit = acts.add_parser("credit", help="add stamps to an account")
    credit.add_argument("name")
    credit.add_argument("stamps", type=int)
    close = acts.add_parser("close", help="no more stamps for an account")
    close.add_argument("name")
    acts.add_parser("list", help="all accounts, what is left and what was used")
    options = parser.parse_args(arguments)
    try:
        accounts = StampAccounts(state_folder())
        _ACTS[options.act](accounts, options)
    except (Invalid, Refused) as problem:
        sys.stderr.write(f"Nothing was changed: {problem}\n")
        return 1
    except NotFound:
        sys.stderr.write("Nothing was changed: there is no such account\n")
        return 1
    except (Unavailable, OSError) as problem:
        sys.stderr.write(f"Nothing was changed: the accounts cannot be reached ({problem})\n")
        return 1
    return 0


def state_folder() -> Path:
    """Where the validation service keeps what it must remember."""
    return Path(os.environ.get("DIVIT_VALIDATION_STATE") or home() / "validation")


def _add(accounts: StampAccounts, options: argparse.Namespace) -> None:
    given = None if options.unlimited else options.credit
    account, secret = accounts.add(options.name, credit=given, now=clock.now(), with_number=options.kamusm)
    print(_line(account))
    print(f"secret: {secret}   (shown this once)")


def _credit(accounts: StampAccounts, options: argparse.Namespace) -> None:
    print(_line(accounts.credit(options.name, more=options.stamps)))


def _close(accounts: StampAccounts, options: argparse.Namespace) -> None:
    print(_line(accounts.close(options.name, now=clock.now())))


def _list(accounts: StampAccounts, _options: argparse.Namespace) -> None:
    accounts.settle(now=clock.now())
    for account in accounts.all():
        print(_line(account))


_ACTS: dict[str, Callable[[StampAccounts, argparse.Namespace], None]] = {
    "add": _add,
    "credit": _credit,
    "close": _close,
    "list": _list,
}


def _line(account: Account) -> str:
    left = "unlimited" if account.credit is None else f"{account.credit} left"
    number = f", number {account.number}" if account.number else ""
    closed = f", closed {account.closed_at}" if account.closed_at else ""
    return f"{account.name}: {left}, {account.used} used{number}, since {account.opened_at}{closed}"
