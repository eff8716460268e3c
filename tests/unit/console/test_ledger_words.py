"""The auditor reads words: no code of a law, of a thing or of a role stands on the page."""

import re

from django.utils import translation

from divit.console.ledger_words import ROLES, SUBJECTS, what_happened
from divit.kernel.actors import Role
from divit.launcher.texts import PACKAGE
from divit.project.laws import LAWS

_SOURCES = [file.read_text() for file in sorted(PACKAGE.rglob("*.py"))]


def _written(pattern: str) -> set[str]:
    return {name for source in _SOURCES for name in re.findall(pattern, source)}


def test_every_act_has_words() -> None:
    acts = {f"{law.name}.{act}" for law in LAWS for _source, act, _target in law.moves()}
    acts |= {f"{law.name}.begin" for law in LAWS} | {"staff.factor_added", "staff.factor_removed"}
    acts |= _written(r'\bact="([a-z_.]+\.[a-z_]+|look)"') | _written(r'"(staff\.[a-z_]+)", by=')
    assert len(acts) > 80
    missing = sorted(act for act in acts if what_happened(act) == act)
    assert not missing, missing


def test_every_thing_and_every_role_has_a_name() -> None:
    things = {law.name for law in LAWS} | _written(r'\bsubject=\("([a-z_]+)", (?!")')
    assert things - SUBJECTS.keys() == set()
    assert set(Role) - ROLES.keys() == set()


def test_the_law_may_say_it_in_its_own_way() -> None:
    with translation.override("tr"):
        assert what_happened("card_order.begin") == "Başlatıldı"
        assert what_happened("phone_code.begin") == "Gönderildi"
        assert what_happened("no_law.no_act") == "no_law.no_act"
