"""The network address of whoever asks, as far as our own proxies vouch for it (threat T26)."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_NOBODY = "unknown"


def client_address(request: HttpRequest) -> str:
    """What limits count by: each trusted proxy appends the address it saw; anything left of those is hearsay.

    An IPv6 network of 64 bits is one household and counts as one.
    """
    hops: int = settings.DIVIT.trusted_proxies
    seen = request.META.get("REMOTE_ADDR", "")
    if hops:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        seen = told[-hops] if len(told) >= hops else told[0]
    try:
        address = ip_address(seen)
    except ValueError:
        return _NOBODY
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64)) + "/64"
    return str(address)
