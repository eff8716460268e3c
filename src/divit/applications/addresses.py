"""İl, ilçe and mahalle/köy of Türkiye from the open address data that the build lays down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from divit.kernel.errors import Invalid
from divit.kernel.turkish import tr_upper

CENTRAL = "Merkez"


@dataclass(frozen=True)
class Place:
    """A mahalle or köy that exists, with its postal code."""

    province: str
    district: str
    neighbourhood: str
    postal_code: str


class Addresses:
    """The tree of places; names are those of the data, in Turkish order."""

    def __init__(self, tree: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._tree = tree

    def provinces(self) -> list[str]:
        """The 81 provinces."""
        return list(self._tree)

    def districts(self, province: str) -> list[str]:
        """The districts of a province; none when there is no such province."""
        return list(self._tree.get(province, {}))

    def neighbourhoods(self, province: str, district: str) -> list[str]:
        """Mahalleler and köyler of a district; none when there is no such district."""
        return list(self._tree.get(province, {}).get(district, {}))

    def place(self, *, province: str, district: str, neighbourhood: str) -> Place:
        """The place so named. Raises `Invalid` naming the first part that does not exist."""
        if province not in self._tree:
            raise Invalid("province_unknown", field="province")
        if district not in self._tree[province]:
            raise Invalid("district_unknown", field="district")
        code = self._tree[province][district].get(neighbourhood)
        if code is None:
            raise Invalid("neighbourhood_unknown", field="neighbourhood")
        return Place(province, district, neighbourhood, code)


def district_label(province: str, district: str) -> str:
    """As people write it: the central district carries the province's name, «ERZİNCAN MERKEZ»."""
    return f"{tr_upper(province)} MERKEZ" if district == CENTRAL else district


@lru_cache(maxsize=2)
def read_addresses(path: Path) -> Addresses:
    """Read once per process; the file is made by `python frontend/build.py`."""
    return Addresses(json.loads(path.read_text(encoding="utf-8")))
