"""Products as production understands them: the price code says how long the certificate lives."""

import re

from divit.kernel.errors import Invalid

_NES = re.compile(r"nes-([1-5])y")


def validity_years(product: str) -> int:
    """Whole years of validity of a price code such as `nes-3y`. Raises `Invalid("product_unknown")`."""
    match = _NES.fullmatch(product)
    if match is None:
        raise Invalid("product_unknown", product=product)
    return int(match.group(1))
