"""Names of ilçeler and of mahalleler or köyler, for lists that follow from one another."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from divit.applications.addresses import Addresses, district_label, read_addresses
from divit.portal.access import public


def the_addresses() -> Addresses:
    """The data that the build laid down."""
    return read_addresses(settings.DIVIT.build / "data" / "addresses.json")


@public
@require_safe
def names(request: HttpRequest) -> JsonResponse:
    """`?il=` gives its districts, `?il=&ilce=` its mahalleler and köyler, as pairs of value and label."""
    province, district = request.GET.get("il", "")[:100], request.GET.get("ilce", "")[:100]
    known = the_addresses()
    if district:
        pairs = [[name, name] for name in known.neighbourhoods(province, district)]
    else:
        pairs = [[name, district_label(province, name)] for name in known.districts(province)]
    response = JsonResponse({"names": pairs}, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
