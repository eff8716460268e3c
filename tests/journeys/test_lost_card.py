"""The emergency: from the home page to a closed certificate and its proof, by keyboard alone, and back."""

import pytest

from tests.journeys import roads, settle
from tests.journeys.conftest import Open

pytestmark = [pytest.mark.journey, pytest.mark.service]


def test_lost_card_by_keyboard(browse: Open) -> None:
    with browse(by_keyboard=True) as walker:
        roads.sign_in(walker, settle.KEYS_ONE)
        walker.open("/")
        walker.clicks = 0
        walker.follow("Kartım kayıp veya çalındı", within="section.page-alarm")
        walker.press("Askıya al").expect("Sertifika askıya alındı")
        assert walker.clicks <= 3
        roads.see_proof(walker)
        with walker.page.expect_download() as download:
            walker.press_key_on(walker.link("Mühürlü ve zaman damgalı belgeyi indir"))
        assert download.value.path().read_bytes().startswith(b"%PDF")
