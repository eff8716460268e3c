"""Which addresses messages may be sent to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divit.kernel.errors import Invalid
from divit.webhooks.addresses import Address, is_public, permitted, read

OUTSIDE = [
    ("https://kurum.gov.tr/bildirim", "https://kurum.gov.tr/bildirim"),
    (" HTTPS://Kurum.GOV.tr ", "https://kurum.gov.tr/"),
    ("https://kurum.gov.tr:443/a?b=c%20d", "https://kurum.gov.tr/a?b=c%20d"),
    ("https://kurum.gov.tr:8443/a", "https://kurum.gov.tr:8443/a"),
    ("https://xn--rnek-5qa.gov.tr/", "https://xn--rnek-5qa.gov.tr/"),
    ("https://8.8.8.8/", "https://8.8.8.8/"),
    ("https://[2a00:1450::1]:8443/x", "https://[2a00:1450::1]:8443/x"),
]
REFUSED = {
    "webhook_address_required": ["", "   "],
    "webhook_address_too_long": ["https://kurum.gov.tr/" + "a" * 500],
    "webhook_address_not_https": [
        "http://kurum.gov.tr/",
        "ftp://kurum.gov.tr/",
        "file://kurum.gov.tr/etc",
        "//kurum.gov.tr/",
    ],
    "webhook_address_strange": [
        "kurum.gov.tr",
        "https://",
        "https:///bildirim",
        "https://ali:veli@kurum.gov.tr/",
        "https://kurum.gov.tr\\@127.0.0.1/",
        "https://127.0.0.1#@kurum.gov.tr/",
        "https://kurum.gov.tr/a#b",
        "https://kurum.gov.tr/a b",
        "https://kurum.gov.tr/\r\nHost: ic",
        "https://kurum.gov.tr./",
        "https://kur%75m.gov.tr/",
        "https://kurum.gov.tr:99999/",
        "https://kurum.gov.tr:-1/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://örnek.gov.tr/",
        "https://-kurum.gov.tr/",
        "javascript:alert(1)",
    ],
    "webhook_address_inside": [
        "https://localhost/",
        "https://veritabani/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://kurum.gov.tr:22/",
        "https://kurum.gov.tr:25/",
        "https://kurum.gov.tr:0/",
    ],
}


@pytest.mark.parametrize(("typed", "kept"), OUTSIDE)
def test_what_lies_outside_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert permitted(typed, allowed=()).url == kept
    assert permitted(kept, allowed=()).url == kept


@pytest.mark.parametrize(("code", "typed"), [(code, one) for code, all_of in REFUSED.items() for one in all_of])
def test_everything_else_is_refused(code: str, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        permitted(typed, allowed=())
    assert (caught.value.code, caught.value.field) == (code, "url")


def test_the_configuration_may_allow_one_origin_and_nothing_beside_it() -> None:
    allowed = {"http://127.0.0.1:9000"}
    assert permitted("http://127.0.0.1:9000/x", allowed=allowed) == Address(
        "http://127.0.0.1:9000/x", "http", "127.0.0.1", 9000
    )
    for typed in (
        "http://127.0.0.1:9001/x",
        "https://127.0.0.1:9000/x",
        "http://127.0.0.2:9000/x",
        "http://localhost:9000/",
    ):
        with pytest.raises(Invalid):
            permitted(typed, allowed=allowed)


@given(st.text(max_size=60).map(lambda text: f"https://{text}"))
def test_whatever_is_typed_is_judged_in_the_form_in_which_it_is_called(typed: str) -> None:
    try:
        address = permitted(typed, allowed=())
    except Invalid:
        return
    assert read(address.url) == address
    assert "@" not in address.url.partition("//")[2].partition("/")[0]


def test_numeric_addresses() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2a00:1450::1")
    assert is_public("64:ff9b::808:808")
    for inside in (
        "192.0.2.1",
        "198.51.100.7",
        "198.18.0.1",
        "240.0.0.1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
    ):
        assert not is_public(inside), inside
