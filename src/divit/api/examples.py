"""Examples that can be run as they stand: the page shows them, and a test runs each of them.

`$DIVIT` is the service's address, `$CLIENT_ID` and `$CLIENT_SECRET` what the officer's page told, `$TOKEN` what the
first example answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Example:
    """One call with curl; `operation` is the id of its operation in the description."""

    operation: str
    command: str
    status: int = 200


_AUTH = '-H "Authorization: Bearer $TOKEN"'
_ONCE = '-H "Idempotency-Key: $(openssl rand -hex 16)"'
_JSON = '-H "Content-Type: application/json"'


def _get(operation: str, path: str) -> Example:
    return Example(operation=operation, command=f'curl {_AUTH} \\\n  "$DIVIT/api/v1{path}"')


def _post(operation: str, path: str, body: str = "", *, status: int = 200, once: bool = True) -> Example:
    lines = [f"curl -X POST {_AUTH}", *([_ONCE] if once else [])]
    if body:
        lines += [_JSON, f"--data '{body}'"]
    lines.append(f'"$DIVIT/api/v1{path}"')
    return Example(operation=operation, command=" \\\n  ".join(lines), status=status)


_PEOPLE = """{"people": [{
    "tckn": "10000000146", "given_names": "Ayşe Işıl", "surname": "Öğüt",
    "phone": "0505 123 45 67", "email": "ayse.ogut@kurum.example", "kind": "first"
  }]}"""

EXAMPLES = (
    Example(
        operation="token",
        command='curl --user "$CLIENT_ID:$CLIENT_SECRET" \\\n  --data grant_type=client_credentials \\\n'
        '  "$DIVIT/api/v1/oauth/token"',
    ),
    _get("who_am_i", "/self"),
    _post("upload_people", "/rosters", _PEOPLE, status=201),
    Example(
        operation="upload_file",
        command=f'curl -X POST {_AUTH} \\\n  {_ONCE} \\\n  --form file=@liste.csv \\\n  "$DIVIT/api/v1/rosters/file"',
        status=201,
    ),
    _get("rosters", "/rosters?limit=20"),
    _get("roster", "/rosters/$ROSTER"),
    _get("faults", "/rosters/$ROSTER/faults"),
    _post("discard", "/rosters/$OTHER_ROSTER/discard"),
    _post("confirm", "/rosters/$ROSTER/confirm"),
    _get("requests", "/requests?roster_id=$ROSTER&state=proposed"),
    _get("one_request", "/requests/$REQUEST"),
    _post("withdraw", "/requests/$REQUEST/withdraw", '{"reason": "Kurumdan ayrıldı"}'),
    _get("applications", "/applications?state=open"),
    _get("application", "/applications/$APPLICATION"),
    _get("certificates", "/certificates?limit=100"),
    _post("find", "/certificates/find", '{"tckn": "10000000146"}', once=False),
    _get("certificate", "/certificates/$CERTIFICATE"),
    _post("leave", "/leavers", '{"certificates": ["\'$CERTIFICATE\'"], "reason": "Kurumdan ayrıldı"}'),
    _get("contract", "/contract"),
    _get("statements", "/statements"),
    _get("statement", "/statements/$STATEMENT"),
)


def of(operation: str) -> Iterator[Example]:
    """The examples of one operation."""
    return (one for one in EXAMPLES if one.operation == operation)
