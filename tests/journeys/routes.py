"""Which page an address is: ours by the name of its route, the neighbours' by path."""

import re
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def route_of(url: str) -> str:
    """`portal:suspend_one`, or `world:/bank/fim/3d`."""
    parts = urlsplit(url)
    if parts.hostname != "localhost":
        return "world:" + _ID.sub("…", parts.path)
    try:
        return resolve(parts.path).view_name
    except Resolver404:
        return "no such page"
