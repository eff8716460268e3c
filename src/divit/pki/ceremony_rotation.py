"""New keys while everything goes on: another issuing authority under the same root, another key for a service.

What others read changes in one step, by the rename of one file: the record of the new authority, or the certificate of
the service, which tells which key is in use.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from divit.pki import ceremony_record, delegates, issuance, profiles
from divit.pki.authority import Authority, family
from divit.pki.ceremony_issuing import (
    SERVICES,
    Place,
    files_of,
    make_service,
    make_services,
    prepare_issuing,
    refuse_unfit,
    service_terms,
    store_of,
)
from divit.pki.ceremony_plan import CeremonyPlan, KeyKind, load_plan
from divit.pki.ceremony_presence import Present, gather, made_up
from divit.pki.ceremony_table import ROOT, Stores, Table, write_into
from divit.pki.keystores.base import Algorithm
from divit.pki.signatures import spki_of


def rotate_issuing(
    plan: CeremonyPlan,
    *,
    stores: Stores,
    folder: Path,
    now: datetime,
    resume: bool = False,
    present: Sequence[Present] = (),
) -> Authority:
    """The next issuing authority, with services of its own, where the root's key is at hand; it issues from now on.

    Those present are judged by the plan in force; the new plan is in force afterwards. Raises `Refused`:
    plan_of_another_root, issuer_name_taken, key_exists, lint_failed, and what `gather` raises.
    """
    now, before, judge = now.astimezone(UTC), family(folder), ceremony_record.in_force(folder)
    place, table = Place(len(before) + 1), Table(plan, now, resume)
    refuse_unfit(plan, table, family=before)
    people = present or made_up(judge)
    presence = gather(judge, people, kinds=KeyKind, plan=plan, what=f"issuing authority {place.issuing}", now=now)
    key = table.key(place.issuing, Algorithm.EC_P384, store=stores.issuing)
    root, root_key = before[0].root, stores.root.open(ROOT)
    prepared = prepare_issuing(table, root=root, spki=spki_of(key.public_key))
    table.take(place.issuing, issuance.sign(issuance.lint(prepared), key=root_key), profiles.ISSUING)
    make_services(table, place=place, stores=stores, issuing_key=key)
    number = ceremony_record.numbers(folder)[-1] + 1
    files = files_of(table, place=place, root=root)
    files |= ceremony_record.files_of(table, presence=presence, number=number)
    write_into(folder, files, last=place.file)
    return Authority.load(folder)


def next_plan(file: Path, *, folder: Path) -> CeremonyPlan:
    """The reviewed plan of the next authority; a TEST one answers where the first does. Raises `Invalid`."""
    plan, first = load_plan(file), ceremony_record.plan_of(folder, 1)
    return load_plan(file, validation_url=first.validation_url) if plan.test and first.test else plan


def rotate_delegate(
    service: str, *, stores: Stores, folder: Path, now: datetime, present: Sequence[Present] = (), of: str = ""
) -> bytes:
    """A new key for `ocsp`, `tsa` or `seal` of an authority (`of`: its name; the one that issues), and its certificate.

    Judged by the plan in force, and made as it says. Raises what `gather` raises.
    """
    now, plan, every = now.astimezone(UTC), ceremony_record.in_force(folder), family(folder)
    place, authority = next(
        (Place(number), one) for number, one in reversed([*enumerate(every, 1)]) if of in ("", one.name)
    )
    people, name, what = present or made_up(plan), place.of(service), f"new key for {place.of(service)}"
    presence = gather(plan, people, kinds=[KeyKind.DELEGATES], plan=plan, what=what, now=now)
    table, profile, store = Table(plan, now), SERVICES[service], store_of(service, stores)
    make_service(
        table,
        name,
        delegates.next_label(store.labels(), service),
        profile,
        terms=service_terms(plan, profile, issuing=authority.certificate, record=authority.record),
        store=store,
        issuing_key=stores.issuing.open(authority.key_label),
    )
    number = ceremony_record.numbers(folder)[-1] + 1
    files = table.certificate_files() | ceremony_record.files_of(table, presence=presence, number=number)
    write_into(folder, files, last=f"certificates/{name}.der")
    return table.certificates[name]
