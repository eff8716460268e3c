"""Every refusal and every text has its words, in Turkish and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from divit.console.desks import report_tables
from divit.console.intake.wording import SCAN_PURPOSES
from divit.console.labels import PURPOSES
from divit.flows.refusals import all_words, explain, rooms_with_words
from divit.kernel.errors import Refused
from divit.launcher import texts
from divit.portal.account.acts import ACTS, LOOKS
from divit.project.laws import LAWS

SOURCE = texts.PACKAGE


def codes() -> Iterator[tuple[str, str]]:
    """Every code that some line raises, or that some law's guard is named after."""
    for file in sorted(SOURCE.rglob("*.py")):
        if file.relative_to(SOURCE).parts[0] in {"world", "validation", "pki", "launcher", "cli"}:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Refused", "Invalid"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value), str(file.relative_to(SOURCE))
    for law in LAWS:
        for rule in law.rules:
            for guard in rule.unless:
                yield guard.__name__, law.name


def test_every_refusal_has_words() -> None:
    assert {(code, where) for code, where in codes() if code not in all_words()} == set()


def test_no_two_rooms_word_one_refusal() -> None:
    seen: dict[str, str] = {}
    doubled = []
    for room in rooms_with_words():
        for code in getattr(room, "REFUSALS", {}):
            if code in seen:
                doubled.append((code, seen[code], room.__name__))
            seen[code] = room.__name__
    assert not doubled


def test_words_are_sentences_without_codes() -> None:
    for code, text in all_words().items():
        with translation.override("tr"):
            said = str(text)
        assert said.rstrip().endswith((".", "?", "!", ":", "»")), (code, said)
        assert not re.search(r"\w_\w", re.sub(r"\{\w+\}", "", said)), (code, said)


def test_a_refusal_is_told_in_the_language_of_the_request() -> None:
    error = Refused("login_cancelled")
    with translation.override("tr"):
        assert explain(error) == "e-Devlet girişini iptal ettiniz. Hiçbir işlem yapılmadı."
    with translation.override("en"):
        assert explain(error) == "You cancelled the e-Devlet login. Nothing was done."


def test_every_text_has_its_english() -> None:
    assert texts.faults([]) == []


def test_every_act_in_the_ledger_is_called_something_in_a_persons_history() -> None:
    ours = {f"{law.name}.{act}" for law in LAWS for _source, act, _target in law.moves()}
    in_no_persons_history = {"staff_change.confirm", "staff_change.withdraw", "bill.begin", "statement.begin"}
    in_no_persons_history |= {"announcement.publish", "announcement.take_back"}
    in_no_persons_history |= {"issuer.halt", "service_certificate.revoke"}
    in_no_persons_history |= {"issuance_batch.judged"}
    in_no_persons_history |= {f"webhook.{act}" for act in ("test", "replay", "rotate", "close", "vanish")}
    literal = {
        name
        for file in SOURCE.rglob("*.py")
        for name in re.findall(r'act="([a-z_]+\.[a-z_]+)"', file.read_text())
        if not name.startswith("institution.")
    }
    of_programs = {name for name in ours | literal if name.startswith("program.")}
    assert (ours | literal) - in_no_persons_history - of_programs - ACTS.keys() == set()


def test_every_look_says_in_plain_words_what_it_was_for() -> None:
    purposes = {
        name
        for room in ("api", "console", "flows", "portal")
        for file in SOURCE.glob(f"{room}/**/*.py")
        if "look" in (text := file.read_text())
        for name in re.findall(r'"?purpose"?\s*[=:]\s*"([a-z_ ]+)"', text)
        if name not in {"application", "reinstate", "pin_release"}  # what a phone code is for
    }
    assert len(purposes) > 5
    chosen = {*PURPOSES, *SCAN_PURPOSES, *report_tables.PURPOSES.values(), report_tables.IN_FILE}
    assert purposes | chosen == LOOKS.keys()


class TestExtraction:
    """The check is only as good as what it finds."""

    @pytest.fixture
    def room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(texts, "PACKAGE", tmp_path)
        (tmp_path / "kitchen" / "locale").mkdir(parents=True)
        return tmp_path / "kitchen"

    def found(self, file: Path) -> list[str | tuple[str, str]]:
        return [message for message, *_rest in texts.texts_in(file)]

    def test_templates(self, room: Path) -> None:
        page = room / "page.html"
        page.write_text(
            "{% load i18n %}{% translate \"bir\" %} düz 'yazı' {% translate \"i'ki\" %}{{ _('üç')|upper }}"
            "{% blocktranslate with x=y %}dört {{ x }}{% endblocktranslate %}"
            "{% blocktranslate count n=n %}beş{% plural %}beşler{% endblocktranslate %}{# {% translate 'yok' %} #}"
            '{% translate "altı" context "sayı" %}{% include "x.html" with a=_("yedi") %}'
        )
        assert self.found(page) == ["bir", "i'ki", "üç", "dört %(x)s", ("beş", "beşler"), "altı", "yedi"]

    def test_python(self, room: Path) -> None:
        code = room / "code.py"
        code.write_text('x = _("bir " "iki")\ny = ngettext("a", "b", n)\nz = pgettext_lazy("c", "d")\nw = _(name)\n')
        assert self.found(code) == ["bir iki", ("a", "b"), "d"]

    def test_a_missing_a_fuzzy_and_a_broken_translation_are_faults(self, room: Path) -> None:
        (room / "code.py").write_text('a = _("bir")\nb = _("iki %(x)s")\nc = _("üç")\n')
        texts.update([])
        po = texts.po_of(room)
        assert len(texts.faults([])) == 3
        text = po.read_text().replace('msgid "bir"\nmsgstr ""', '#, fuzzy\nmsgid "bir"\nmsgstr "one"')
        text = text.replace('msgid "iki %(x)s"\nmsgstr ""', 'msgid "iki %(x)s"\nmsgstr "two"')
        po.write_text(text.replace('msgid "üç"\nmsgstr ""', 'msgid "üç"\nmsgstr "three"'))
        faults = texts.faults([])
        assert len(faults) == 2
        assert "'bir' is fuzzy" in faults[0] + faults[1]
        assert "other placeholders" in faults[0] + faults[1]
        po.write_text(po.read_text().replace("#, fuzzy\n", "").replace('"two"', '"two %(x)s"'))
        assert texts.faults([]) == []
        before = po.read_text()
        texts.update([])
        assert po.read_text() == before
