"""What delivery says to people: states, refusals and troubles in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.delivery.lifecycle import State

STATES: dict[str, str | Promise] = {
    State.PACKED: _("Paketlendi, gönderi numarası bekleniyor"),
    State.HANDED_OVER: _("Kuryeye bildirildi"),
    State.ON_THE_WAY: _("Dağıtımda"),
    State.DELIVERED: _("Kimlik kontrolüyle teslim edildi"),
    State.RETURNED: _("Teslim edilemedi, geri geldi"),
    State.COLLECTED: _("Merkezden elden alındı"),
    State.LOST: _("Karttan vazgeçildi, yenisi üretilecek"),
}
_UNREADABLE_PIN = _(
    "Bu kartın PIN'i açılamıyor; hata sizde değil. Sayfanın altındaki destek adresine başvuru numaranızı yazın, "
    "kartınız yenisiyle değiştirilsin."
)
REFUSALS: dict[str, str | Promise] = {
    "producer_cannot_hand_over": _("Bu kartı siz ürettiniz. Teslimi başka bir çalışanın yapması gerekir."),
    "envelope_malformed": _UNREADABLE_PIN,
    "envelope_not_for_us": _UNREADABLE_PIN,
    "envelope_of_another_card": _UNREADABLE_PIN,
    "envelope_recipient": _("PIN zarflarının anahtarı uygun türde değil."),
    "identity_not_checked": _("Kart, kimlik kontrolü yapılmadan teslim edilmiş sayılmaz."),
    "card_not_delivered": _("PIN, kartınız size teslim edildikten sonra gösterilir."),
    "proof_not_fresh": _("PIN'i görmek için yeniden giriş yapmanız ve telefonunuza gelen kodu girmeniz gerekir."),
    "shown_too_often": _("PIN'iniz izin verilen sayıda gösterildi; artık yeniden gösterilemez."),
    "nothing_shown": _("PIN'iniz henüz gösterilmedi."),
    "already_shown": _("PIN'iniz gösterildi; bu işlem artık yapılamaz."),
    "pin_gone": _("PIN'iniz size daha önce verildi ve kayıtlarımızdan silindi. Yeniden gösterilemez."),
}
TROUBLES: dict[str, str | Promise] = {
    "courier_down": _("Kurye firması yanıt vermiyor; kendiliğinden yeniden denenecek."),
    "identity_not_checked": _("Kurye kimlik kontrolü yapmadan bıraktığını bildirdi. Firmayı arayın."),
    "address_refused": _("Kurye firması gönderiyi kabul etmedi: adresi kontrol edin, sonra yeniden deneyin."),
}
