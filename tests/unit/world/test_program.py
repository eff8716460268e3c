"""The simulated program of an institution reads signatures as everybody else's library writes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from divit.world.app import create_app
from divit.world.context import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the scheme's own example
BODY = '{"type":"endpoint.test","data":{}}'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(state=tmp_path / "world.sqlite3"))) as client:
        yield client


def call(world: TestClient, *, secret: str = SECRET, at: datetime | None = None, **more: str) -> int:
    instant = at or datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", instant, BODY),
    }
    return int(world.post("/program/hook", content=BODY, headers=headers | more).status_code)


def verdicts(world: TestClient) -> list[tuple[str, int]]:
    told: list[dict[str, Any]] = world.get("/program.json").json()["calls"]
    return [(one["verdict"], one["times"]) for one in told]


def test_it_says_whether_a_signature_holds(world: TestClient) -> None:
    assert call(world) == 204
    for wrong in ("no secret", "whsec_%%%"):
        world.post("/program/secret", data={"secret": wrong})
    world.post("/program/secret", data={"secret": SECRET})
    assert call(world) == 204
    assert call(world, at=datetime.now(UTC) - timedelta(minutes=6)) == 204
    assert call(world, **{"webhook-signature": "v1,AAAA v2,x"}) == 204
    assert call(world, **{"webhook-signature": ""}) == 204
    assert [verdict for verdict, _times in verdicts(world)] == ["unsigned", "unknown", "old", "holds", "unknown"]
    assert verdicts(world)[0][1] == 5
    assert "İmza tutuyor" in world.get("/program/").text


@pytest.mark.parametrize(
    ("failure", "status", "kept"), [("busy", 429, 0), ("gone", 410, 0), ("down", 500, 0), ("taken_but_500", 500, 1)]
)
def test_it_fails_as_it_is_told_to(world: TestClient, failure: str, status: int, kept: int) -> None:
    world.post("/failures", json={"neighbour": "program", "failure": failure})
    assert call(world) == status
    assert len(verdicts(world)) == kept
    assert call(world) == 204
