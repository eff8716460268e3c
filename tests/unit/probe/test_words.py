"""Staff read of each finding what the command says, in their own language."""

from string import Formatter

from django.utils import translation

from divit.probe.findings import MEANINGS, Service
from divit.watching.words import SERVICES, TROUBLES


def placeholders(text: str) -> set[str | None]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text)} - {None}


def test_every_finding_has_its_turkish_and_the_same_english() -> None:
    assert TROUBLES.keys() == MEANINGS.keys()
    assert SERVICES.keys() == set(Service)
    for code, meaning in MEANINGS.items():
        with translation.override("en"):
            assert str(TROUBLES[code]) == meaning.text
        with translation.override("tr"):
            assert placeholders(str(TROUBLES[code])) == placeholders(meaning.text), code
