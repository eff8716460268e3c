"""What the status page says of the future: the dates, why it takes longer, what would make it go faster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from divit.flows.expected_dates import Outlook
from divit.stages.names import Reason, Stage

_FASTER: Mapping[Stage, Any] = {  # lazy texts; Django's stubs know no public type for them
    Stage.PHONE: _("Cep telefonunuzu doğrulamanız"),
    Stage.FEE: _("Ücreti ödemeniz"),
    Stage.APPROVAL: _("Kurumunuzun yetkilisine onayı hatırlatmanız"),
    Stage.FORM: _("İmzalı formu teslim etmeniz; verdiyseniz teslim alınıp alınmadığını sormanız"),
    Stage.CLOSING: _("Eski sertifikanızı askıya almanız ya da iptal etmeniz"),
    Stage.TRAVEL: _("Kurye geldiğinde kimliğinizle adreste bulunmanız"),
}
_WHY: Mapping[Reason, Any] = {
    Reason.FORM_RETURNED: _("İmzalı formunuz geri verildi; yeniden teslim edilmesi bekleniyor."),
    Reason.PAYMENT_UNCLEAR: _("Ödemenizin sonucu bankaya soruluyor; yanıt gelince başvurunuz kendiliğinden ilerler."),
    Reason.CARD_SPOILED: _("Hazırlanan kart bozuk çıktı; sizin için yenisi üretiliyor."),
    Reason.PARCEL_RETURNED: _("Gönderiniz teslim edilemeyip merkeze döndü; yeniden gönderilmesi gerekiyor."),
}
_SLOW = _("Bu aşama beklenenden uzun sürüyor; bekleten masa bunu gecikenler arasında görür.")
_SLOW_CONDITIONS = _("Beklenenlerin tamamlanması benzer başvurulardakinden uzun sürüyor.")


@dataclass(frozen=True, kw_only=True)
class OutlookTold:
    """The outlook with its sentences."""

    seen: Outlook
    why: tuple[Any, ...]
    faster: tuple[Any, ...]


def outlook_told(outlook: Outlook) -> OutlookTold:
    """The outlook in words."""
    slow = _SLOW_CONDITIONS if outlook.stage is Stage.CONDITIONS else _SLOW
    helpful = (*outlook.open, outlook.stage)
    return OutlookTold(
        seen=outlook,
        why=tuple(_WHY.get(reason, slow) for reason in outlook.why),
        faster=tuple(_FASTER[stage] for stage in helpful if stage in _FASTER),
    )
