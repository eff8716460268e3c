"""`divit ceremony`: make the certification authority from one reviewed YAML file, and what its keys need afterwards."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from getpass import getpass
from pathlib import Path

from divit.kernel import clock
from divit.kernel.errors import Coded, NotFound, Refused
from divit.launcher.home import write_private
from divit.pki import ceremony, ceremony_offline, ceremony_rotation, ceremony_secret, ceremony_verification
from divit.pki.ceremony_presence import Present, unlock
from divit.pki.ceremony_record import in_force, numbers, transcript
from divit.pki.keystores import KeyStore, open_keystore

_STORES = (
    "Key stores: DIVIT_KEYSTORE (issuing, seal), DIVIT_ROOT_KEYSTORE (root; by default the same), "
    "DIVIT_VALIDATION_KEYSTORE (OCSP, TSA), each with its …_SECRET_FILE."
)
Options = argparse.Namespace


def main(arguments: list[str]) -> int:
    """The key stores are named by the environment, everything else by the plan."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options))
    except Coded as problem:
        facts = "".join(f"\n  {name}: {value}" for name, value in problem.facts.items())
        sys.stderr.write(f"The ceremony was not held: {problem}{facts}\n")
        return 1
    except (NotFound, OSError) as problem:
        sys.stderr.write(f"The ceremony was not held: {problem}\n")
        return 1
    except KeyError as problem:
        sys.stderr.write(f"The ceremony was not held: the environment has no {problem.args[0]}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="divit ceremony", description=_STORES)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Options], str], *, told: str, people: bool = True) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=told, description=f"{told}. {_STORES}")
        one.set_defaults(run=run)
        if people:
            who = "somebody who is there: their role in the plan, and the file with their own key; once for each"
            one.add_argument("--custodian", action="append", default=[], metavar="ROLE=FILE", help=who)
        return one

    def with_folder(one: argparse.ArgumentParser, what: str = "the folder that the ceremony made") -> None:
        one.add_argument("--ca", type=Path, required=True, help=what)

    hold = command("hold", _hold, told="make the whole authority; held once")
    hold.add_argument("--plan", type=Path, required=True, help="the reviewed YAML file")
    hold.add_argument("--out", type=Path, required=True, help="folder for certificates and transcript; never keys")
    hold.add_argument("--validation-url", help="of a TEST plan: where OCSP and CRL will be reached, if not as it says")
    hold.add_argument("--resume", action="store_true", help="go on with keys that a broken-off ceremony left behind")
    hold.add_argument("--held-at", type=datetime.fromisoformat, help="an instant in the past; of a TEST plan only")

    rotate = command("rotate-issuing", _rotate_issuing, told="the next issuing authority, with the root's key at hand")
    with_folder(rotate)
    rotate.add_argument("--plan", type=Path, required=True, help="the reviewed YAML file of the next one")
    rotate.add_argument("--resume", action="store_true", help="go on with a key that a broken-off rotation left behind")

    delegate = command("rotate-delegate", _rotate_delegate, told="a new key for OCSP, time-stamps or seal")
    delegate.add_argument("service", choices=("ocsp", "tsa", "seal"))
    with_folder(delegate)
    delegate.add_argument("--of", default="", help="the authority's name, if not the one that issues")

    request = command("request", _request, told="ask the root on its own machine: a certificate, or its list")
    with_folder(request)
    what = request.add_mutually_exclusive_group(required=True)
    what.add_argument("--plan", type=Path, help="of the next issuing authority: its key is made now")
    what.add_argument("--list", action="store_true", help="the root's next list")
    request.add_argument("--revoke", action="append", default=[], metavar="NAME", help="with --list: a compromised one")

    with_folder(
        command("sign", _sign, told="on the root's machine: sign what is asked for"), "the folder on the medium"
    )
    accept = command("accept", _accept, told="put to use what the root has signed")
    with_folder(accept)
    accept.add_argument("--from", dest="medium", type=Path, required=True, help="the folder on the medium")

    revoke = command("revoke", _revoke, told="a compromised authority on the root's list, with the root's key at hand")
    revoke.add_argument("name", help="as in the address of its list")
    with_folder(revoke)

    told = "after a plan with other custodians: seal the passphrase of the root's store to them"
    with_folder(command("reseal", _reseal, told=told))

    verify = command("verify", _verify, told="check every ceremony of a folder", people=False)
    with_folder(verify)
    verify.add_argument("--plan", type=Path, help="the page that was reviewed for the first one")
    return parser


def _hold(options: Options) -> str:
    plan, people = ceremony.load_plan(options.plan, validation_url=options.validation_url), _present(options)
    if options.held_at and not plan.test:
        raise Refused("ceremony_not_now")
    _seal_new_root_secret(plan)
    held = ceremony.perform(
        plan,
        stores=_stores(people),
        out=options.out,
        now=options.held_at or clock.now(),
        resume=options.resume,
        present=people,
    )
    return held.transcript_text


def _rotate_issuing(options: Options) -> str:
    # A TEST authority was held with the address of its machine; the next one answers there too.
    plan, people = ceremony_rotation.next_plan(options.plan, folder=options.ca), _present(options)
    ceremony_rotation.rotate_issuing(
        plan,
        stores=_stores(people),
        folder=options.ca,
        now=clock.now(),
        resume=options.resume,
        present=people,
    )
    return _newest(options.ca)


def _rotate_delegate(options: Options) -> str:
    ceremony_rotation.rotate_delegate(
        options.service,
        stores=_stores(None),
        folder=options.ca,
        now=clock.now(),
        present=_present(options),
        of=options.of,
    )
    return _newest(options.ca)


def _request(options: Options) -> str:
    if options.list:
        ceremony_offline.request_list(options.ca, now=clock.now(), revoke=options.revoke)
    else:
        ceremony_offline.request_issuing(
            ceremony_rotation.next_plan(options.plan, folder=options.ca),
            issuing=_store("DIVIT_KEYSTORE"),
            folder=options.ca,
            now=clock.now(),
            present=_present(options),
        )
    return f"Copy {options.ca} to the medium, and have it signed there: divit ceremony sign --ca MEDIUM"


def _sign(options: Options) -> str:
    store = "DIVIT_ROOT_KEYSTORE" if _root_is_apart() else "DIVIT_KEYSTORE"
    people = _present(options)
    ceremony_offline.sign(options.ca, root=_store(store, people), now=clock.now(), present=people)
    return _newest(options.ca)


def _accept(options: Options) -> str:
    only_list = ceremony_offline.pending(options.ca).kind == "list"
    ceremony_offline.accept(
        options.ca,
        medium=options.medium,
        now=clock.now(),
        stores=None if only_list else _stores(None),
        present=_present(options),
    )
    return _newest(options.ca)


def _revoke(options: Options) -> str:
    people = _present(options)
    root = _stores(people).root
    ceremony_offline.revoke_here(options.ca, options.name, root=root, now=clock.now(), present=people)
    return _newest(options.ca)


def _verify(options: Options) -> str:
    reviewed = ceremony.load_plan(options.plan).sha256 if options.plan else ""
    lines = [
        f"{one.number}. {one.what}{' (TEST)' if one.test else ''}\n"
        f"   signed by {', '.join(one.roles)}\n"
        f"   plan      {one.plan_sha256}"
        for one in ceremony_verification.verify(options.ca, first_plan=reviewed)
    ]
    return "\n".join([*lines, "Everything in the folder is as it was signed."])


def _newest(folder: Path) -> str:
    return transcript(folder, numbers(folder)[-1])


def _present(options: Options) -> list[Present]:
    people = []
    for told in options.custodian:
        role, _, file = told.partition("=")
        people.append(unlock(role, Path(file), passphrase=getpass(f"{role}, the passphrase of your key: ")))
    return people


def _stores(people: Sequence[Present] | None) -> ceremony.Stores:
    """Without people the root's store stays closed: the step has no use for it."""
    issuing = _store("DIVIT_KEYSTORE")
    root = _store("DIVIT_ROOT_KEYSTORE", people) if _root_is_apart() and people is not None else issuing
    return ceremony.Stores(root=root, issuing=issuing, validation=_store("DIVIT_VALIDATION_KEYSTORE"))


def _root_is_apart() -> bool:
    return "DIVIT_ROOT_KEYSTORE" in os.environ


def _store(variable: str, people: Sequence[Present] = ()) -> KeyStore:
    secret = Path(os.environ[f"{variable}_SECRET_FILE"]).read_text().strip()
    if ceremony_secret.is_sealed(secret):
        secret = ceremony_secret.unseal(secret, people)
    return open_keystore(os.environ[variable], secret=secret)


def _seal_new_root_secret(plan: ceremony.CeremonyPlan) -> None:
    """Where the root has a store of its own and no secret yet, one is made that nobody knows."""
    if _root_is_apart() and not (file := Path(os.environ["DIVIT_ROOT_KEYSTORE_SECRET_FILE"])).exists():
        write_private(file, ceremony_secret.seal(ceremony_secret.new_passphrase(), plan))


def _reseal(options: Options) -> str:
    file, people = Path(os.environ["DIVIT_ROOT_KEYSTORE_SECRET_FILE"]), _present(options)
    passphrase = ceremony_secret.unseal(file.read_text(), people)
    write_private(file, ceremony_secret.seal(passphrase, in_force(options.ca)))
    return f"{file} opens for the custodians of the plan in force."
