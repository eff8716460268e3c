"""What stages, lanes and their reasons are called: the same words in the picture, the table and on the status page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from divit.stages.names import Lane, Reason, Stage

STAGES: Mapping[Stage, Any] = {  # lazy texts; Django's stubs know no public type for them
    Stage.PHONE: _("Telefonun doğrulanması"),
    Stage.FEE: _("Ücretin ödenmesi"),
    Stage.APPROVAL: _("Kurum onayı"),
    Stage.FORM: _("İmzalı formun teslimi"),
    Stage.CLOSING: _("Eski sertifikanın kapatılması"),
    Stage.CONDITIONS: _("Koşulların tamamlanması"),
    Stage.QUEUE: _("Üretim sırası"),
    Stage.MAKING: _("Kartın üretilmesi ve denetlenmesi"),
    Stage.PACKING: _("Kuryeye verilmesi"),
    Stage.TRAVEL: _("Kuryeyle teslim"),
    Stage.PIN: _("PIN kodunun alınması"),
    Stage.TOTAL: _("Başvurudan teslime toplam"),
}
MEANINGS: Mapping[Stage, Any] = {
    Stage.PHONE: _("Başvurunun gönderilmesinden telefonun doğrulanmasına"),
    Stage.FEE: _("Ödemenin açılmasından ücretin ödenmesine"),
    Stage.APPROVAL: _("Başvurunun gönderilmesinden kurum yetkilisinin onayına"),
    Stage.FORM: _("Başvurunun gönderilmesinden imzalı formun teslim alınmasına"),
    Stage.CLOSING: _("Başvurunun gönderilmesinden eski sertifikanın kapatılmasına"),
    Stage.CONDITIONS: _("Başvurunun gönderilmesinden üretime verilmesine; yukarıdakiler bu sürede birlikte ilerler"),
    Stage.QUEUE: _("Üretime verilmesinden kartın üretime alınmasına"),
    Stage.MAKING: _("Kartın üretime alınmasından ikinci kişinin denetimine"),
    Stage.PACKING: _("Denetimden kuryeye verilmesine"),
    Stage.TRAVEL: _("Kuryeye verilmesinden kimlik kontrolüyle teslimine"),
    Stage.PIN: _("Teslimden PIN kodunun alınmasına"),
    Stage.TOTAL: _("Başvurunun gönderilmesinden kartın teslimine"),
}
LANES: Mapping[Lane, Any] = {Lane.NORMAL: _("Normal Süreç"), Lane.DELAYED: _("Gecikmeli Süreç")}
SHORT_LANES: Mapping[Lane, Any] = {Lane.NORMAL: _("Normal"), Lane.DELAYED: _("Gecikmeli")}
TOGETHER = _("İki süreç birlikte")
REASONS: Mapping[Reason, Any] = {
    Reason.FORM_RETURNED: _("imzalı form geri verildiyse"),
    Reason.PAYMENT_UNCLEAR: _("ödemenin sonucu bankaya soruldu ve geç öğrenildiyse"),
    Reason.CARD_SPOILED: _("kart bozuk çıkıp yenisi üretildiyse"),
    Reason.PARCEL_RETURNED: _("gönderi teslim edilemeyip geri döndüyse"),
    Reason.SLOW: _("bir aşama, o masanın hedef süresinden uzun sürdüyse"),
}
