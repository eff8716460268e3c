"""Reasons: the names of RFC 5280, and who may give which."""

import pytest
from cryptography import x509

from divit.kernel.actors import Role
from divit.pki import reasons
from divit.pki.reasons import Reason


def test_names_are_those_of_the_standard() -> None:
    assert {reason.text for reason in Reason} <= {flag.value for flag in x509.ReasonFlags} | {"unspecified"}
    assert all(Reason.from_text(reason.text) is reason for reason in Reason)


def test_a_reason_we_do_not_publish_is_no_reason() -> None:
    with pytest.raises(ValueError, match="removeFromCRL"):
        Reason.from_text("removeFromCRL")


def test_only_those_who_close_certificates_have_reasons() -> None:
    assert Reason.KEY_COMPROMISE in reasons.open_to(Role.HOLDER)
    assert Reason.SUPERSEDED not in reasons.open_to(Role.HOLDER)
    assert Reason.KEY_COMPROMISE not in reasons.open_to(Role.OFFICER)
    assert reasons.open_to(Role.REGISTRAR) == frozenset(Reason) - {Reason.CA_COMPROMISE}
    for role in (Role.VISITOR, Role.COURIER, Role.BANK, Role.PRODUCER, Role.AUDITOR):
        assert reasons.open_to(role) == frozenset()
