"""What the description promises is what is answered, whatever is sent: schemathesis finds nothing."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from divit.flows import rate_limits
from divit.project.wsgi import application
from tests.integration.api.conftest import Side

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]

EXAMPLES = 8
# Left out: `positive_data_acceptance`. What has the right shape may still mean nothing (a cursor that nobody was given,
# a T.C. kimlik no whose check digits do not hold) and is refused with 422, as described.


@pytest.fixture
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are tested elsewhere; here they would hide everything behind 429."""
    many = {"most": 100_000, "seconds": 60}
    monkeypatch.setattr(
        rate_limits, "program_limit", lambda program_id, writes: rate_limits.Limit(name="x", of=program_id, **many)
    )
    monkeypatch.setattr(rate_limits, "token_limits", lambda client_id, address: [])


@pytest.mark.usefixtures("_no_limit")
def test_every_operation_answers_as_described(sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) == 21
    for operation in operations:
        _try(operation, GenerationMode.POSITIVE, ours, {})
        if operation.body or operation.query or operation.path_parameters or operation.headers:
            _try(operation, GenerationMode.NEGATIVE, ours, {})
        if operation.path_parameters:
            _try(operation, GenerationMode.POSITIVE, ours, ours.ids)


def _try(operation: Any, mode: GenerationMode, ours: Side, ids: dict[str, Any]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    def tried(case: Any) -> None:
        for name in case.path_parameters if ids else ():
            case.path_parameters[name] = str(ids[name])
        # Whose host is wrong is sent away by the house, before anybody asks which of its doors was meant.
        for name in [one for one in case.headers if one.lower() == "host"]:
            del case.headers[name]
        case.call_and_validate(
            headers={"Authorization": f"Bearer {ours.wire.token}"}, excluded_checks=[positive_data_acceptance]
        )

    tried()
