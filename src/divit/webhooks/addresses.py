"""Where messages may be sent: https in the open internet, and what the configuration allows beside it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from divit.kernel.errors import Invalid

LONGEST = 500
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
# What RFC 3986 lets stand behind the host; anything else is written with % by whoever means it.
_BEHIND = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
# An IPv4 address in the clothes of an IPv6 one (RFC 6052): what counts is where it leads.
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Address:
    """An address as it is kept and called."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port, as the configuration names what it allows."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def read(typed: str) -> Address:
    """The address in its one form, whatever it may lead to. Raises `Invalid` with the field `url`."""
    text = typed.strip()
    if not text:
        raise Invalid("webhook_address_required", field="url")
    if len(text) > LONGEST:
        raise Invalid("webhook_address_too_long", field="url", longest=LONGEST)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise Invalid("webhook_address_strange", field="url") from wrong
    behind = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    sound = _is_ip(host) or _HOST.fullmatch(host)
    # Name and password before the host would be shown on pages and hide the host from whoever reads the address.
    if not sound or "@" in parts.netloc or parts.fragment or not _BEHIND.fullmatch(behind) or not text.isascii():
        raise Invalid("webhook_address_strange", field="url")
    if parts.scheme not in _PORTS:
        raise Invalid("webhook_address_not_https", field="url")
    port = _PORTS[parts.scheme] if port is None else port
    bracketed = f"[{host}]" if ":" in host else host
    plain = "" if port == _PORTS[parts.scheme] else f":{port}"
    return Address(f"{parts.scheme}://{bracketed}{plain}{behind}", parts.scheme, host, port)


def permitted(typed: str, *, allowed: Iterable[str]) -> Address:
    """An address to which messages may be sent, as far as can be seen without asking anybody where its name leads.

    `allowed`: origins that the configuration permits although they are not https or lie inside. Raises `Invalid`.
    """
    address = read(typed)
    if address.origin in set(allowed):
        return address
    if address.scheme != "https":
        raise Invalid("webhook_address_not_https", field="url")
    literal = _is_ip(address.host)
    named = "." in address.host and not address.host.rpartition(".")[2].isdigit()
    # Ports below 1024 belong to other services: nobody makes us knock at a mail server.
    of_others = address.port < 1024 and address.port != _PORTS["https"]
    if of_others or not (literal or named) or (literal and not is_public(address.host)):
        raise Invalid("webhook_address_inside", field="url")
    return address


def is_public(ip: str) -> bool:
    """Whether a numeric address lies in the open internet: not private, loopback, link-local, multicast, reserved."""
    found = ip_address(ip)
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _meant(found))


def _meant(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and any IPv4 address that is wrapped in it."""
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    inner: list[IPv4Address | IPv6Address] = [IPv4Address(int(ip) & 0xFFFFFFFF)] if ip in _NAT64 else []
    inner += [ip.sixtofour] if ip.sixtofour else []
    inner += list(ip.teredo) if ip.teredo else []
    return [*inner] if ip in _NAT64 else [ip, *inner]


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # a zone is a matter of one machine
