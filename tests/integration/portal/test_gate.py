"""What holds for every view: its access is stated, GET never writes, errors become pages, looks are written down."""

from collections.abc import Iterator

import pytest
from django.db import InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.urls import include as include_urls

from divit.audit import selectors as audit
from divit.identity.models import Person
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.portal.access import public, writes_on_get
from divit.project import urls as root
from tests.factories import people

pytestmark = pytest.mark.django_db
STAFF = Actor(role=Role.AUDITOR, id="42", name="Denetçi")


@public
def write(request: HttpRequest) -> HttpResponse:
    people.person()
    return HttpResponse("written")


@public
@writes_on_get
def allowed(request: HttpRequest) -> HttpResponse:
    people.person()
    return HttpResponse("written")


@public
def look(request: HttpRequest) -> HttpResponse:
    subject = request.GET["of"]
    request.looks.append(  # type: ignore[attr-defined]
        {"by": STAFF, "person_id": subject, "purpose": "audit", "subject": ("person", subject)}
    )
    return HttpResponse("seen")


@public
def fall(request: HttpRequest) -> HttpResponse:
    raise {
        "missing": NotFound(),
        "refused": Refused("login_cancelled"),
        "invalid": Invalid("tckn_invalid"),
        "known": NeighbourFailed("bank", "down", outcome_known=True),
        "unknown": NeighbourFailed("bank", "slow", outcome_known=False),
        "database": OperationalError("gone"),
        "bug": RuntimeError("a bug"),
    }[request.GET["how"]]


urlpatterns = [
    path("t/write/", write),
    path("t/allowed/", allowed),
    path("t/look/", look),
    path("t/fall/", fall),
    path("", include_urls("divit.project.urls")),
]
handler400 = root.handler400
handler403 = root.handler403
handler404 = root.handler404
handler500 = root.handler500


@pytest.fixture(autouse=True)
def _urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def test_a_get_that_writes_is_stopped_by_the_database() -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        Client().get("/t/write/")
    assert not Person.objects.exists()


def test_a_post_and_a_marked_return_may_write(client: Client) -> None:
    assert client.get("/t/allowed/").status_code == 200
    assert client.post("/t/write/").status_code == 200


def test_a_look_is_in_the_ledger_after_the_page(client: Client) -> None:
    someone = people.person()
    assert client.get(f"/t/look/?of={someone.pk}").status_code == 200
    [entry] = audit.entries_about(str(someone.pk))
    assert (entry.act, entry.role, entry.facts) == ("look", "auditor", {"purpose": "audit"})
    own = people.log_in(client, someone).get("/verilerim/").content.decode()
    assert "Sertifika merkezi, defter masası" in own
    assert "Kayıtlarınız denetim için incelendi" in own


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("missing", 404, "Bu sayfa yok"),
        ("refused", 409, "iptal ettiniz"),
        ("invalid", 400, "11 rakamdan"),
        ("known", 503, "İşleminiz yapılmadı"),
        ("unknown", 503, "hemen yeniden denemeyin"),
        ("database", 503, "bakım arası"),
        ("bug", 500, "Bir şeyler ters gitti"),
    ],
)
def test_every_fall_has_a_page_in_plain_words(client: Client, how: str, status: int, words: str) -> None:
    answer = client.get("/t/fall/", {"how": how})
    text = answer.content.decode()
    assert (answer.status_code, words in text) == (status, True)
    for jargon in ("Traceback", "a bug", "bank", "gone", "login_cancelled", "tckn_invalid"):
        assert jargon not in text.replace("bankacılığı", "").replace("banka", "")


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


def test_every_page_of_the_portal_says_who_may_open_it() -> None:
    unsaid = [
        route
        for route, pattern in views(get_resolver("divit.project.urls"))
        if (pattern.lookup_str.startswith("divit.portal.")) and not hasattr(pattern.callback, "access")
    ]
    assert not unsaid
