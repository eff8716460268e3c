"""What can be bought, by its name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LINES: dict[str, Promise] = {
    "nes-1y": _("Nitelikli elektronik sertifika, 1 yıl"),
    "nes-2y": _("Nitelikli elektronik sertifika, 2 yıl"),
    "nes-3y": _("Nitelikli elektronik sertifika, 3 yıl"),
    "reader-mini": _("Mini kart okuyucu"),
}
