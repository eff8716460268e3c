"""`divit ceremony`: make the certification authority from one reviewed YAML file."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

from divit.kernel import clock
from divit.kernel.errors import Coded, NotFound, Refused
from divit.pki import ceremony
from divit.pki.keystores import KeyStore, open_keystore


def main(arguments: list[str]) -> int:
    """Hold the ceremony; the key stores are named by the environment, everything else by the plan."""
    parser = argparse.ArgumentParser(
        prog="divit ceremony",
        description="Key stores: DIVIT_KEYSTORE (issuing, seal), DIVIT_ROOT_KEYSTORE (root; by default the same), "
        "DIVIT_VALIDATION_KEYSTORE (OCSP, TSA), each with its …_SECRET_FILE.",
    )
    parser.add_argument("--plan", type=Path, required=True, help="the reviewed YAML file")
    parser.add_argument("--out", type=Path, required=True, help="folder for certificates and transcript; never keys")
    parser.add_argument("--validation-url", help="where OCSP and CRL will be reached, if not as in the plan")
    parser.add_argument("--resume", action="store_true", help="go on with keys that a broken-off ceremony left behind")
    parser.add_argument("--held-at", type=datetime.fromisoformat, help="an instant in the past; of a TEST plan only")
    options = parser.parse_args(arguments)
    try:
        issuing = _store("DIVIT_KEYSTORE")
        root = _store("DIVIT_ROOT_KEYSTORE") if "DIVIT_ROOT_KEYSTORE" in os.environ else issuing
        stores = ceremony.Stores(root=root, issuing=issuing, validation=_store("DIVIT_VALIDATION_KEYSTORE"))
        plan = ceremony.load_plan(options.plan, validation_url=options.validation_url)
        if options.held_at and not plan.test:
            raise Refused("ceremony_not_now")
        now = options.held_at or clock.now()
        held = ceremony.perform(plan, stores=stores, out=options.out, now=now, resume=options.resume)
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
    print(held.transcript_text)
    return 0


def _store(variable: str) -> KeyStore:
    secret = Path(os.environ[f"{variable}_SECRET_FILE"]).read_text().strip()
    return open_keystore(os.environ[variable], secret=secret)
