"""What production says to people: states, troubles and refusals in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.production.lifecycle import State

STATES: dict[str, str | Promise] = {
    State.QUEUED: _("Üretim sırasında"),
    State.PERSONALISING: _("Anahtar kartta üretiliyor"),
    State.CERTIFYING: _("Sertifika imzalanıyor"),
    State.LOADING: _("Sertifika karta yazılıyor"),
    State.PRODUCED: _("Üretildi, denetim bekliyor"),
    State.INSPECTED: _("Denetlendi, sevkiyat bekliyor"),
    State.DISPATCHED: _("Kuryeye hazırlandı"),
    State.SPOILED: _("Kart bozuk çıktı"),
    State.CANCELLED: _("Üretim başlamadan vazgeçildi"),
}
REFUSALS: dict[str, str | Promise] = {
    "same_person_twice": _("Bu kartı siz ürettiniz. Denetimi ve sevkiyatı başka bir çalışanın yapması gerekir."),
    "certificate_does_not_stand": _(
        "Bu karttaki sertifika kapatılmış; kart kimseye gönderilmez. Kartı bozuk olarak işaretleyin, yenisi üretilsin."
    ),
    "certificate_still_lives": _(
        "Bozuk karttaki sertifika henüz iptal edilmedi. İptal tamamlanınca yeni kart sıraya alınabilir."
    ),
    "holder_has_left": _(
        "Kurum, kişi ayrıldığı için sertifikayı iptal etti; yerine yeni kart üretilmez. Kartı imha edilmek üzere "
        "ayırın."
    ),
    "certificate_may_still_come": _("Sertifika imzalanmak üzere; kart ancak imza sonuçlanınca bozuk işaretlenebilir."),
    "card_already_taken": _("Kartınızın üretimi başladı; bu aşamadan sonra başvurudan vazgeçilemez."),
    "card_number_other": _("Elinizdeki kart bu başvurunun kartı değil. Kartın üzerindeki son dört haneyi yazın."),
    "card_spoiled": _("Kart istasyonu kartın bozulduğunu bildirdi."),
    "product_unknown": _("Bu ürün üretilemiyor."),
}
TROUBLES: dict[str, str | Promise] = {
    "station_down": _("Kart istasyonu yanıt vermiyor; kendiliğinden yeniden denenecek."),
    "station_refused": _("Kart istasyonu isteği geri çevirdi. İstasyonun ayarlarını ve kartı kontrol edin."),
    "card_spoiled": _("Kart istasyonu kartın bozulduğunu bildirdi."),
    "proof_failed": _("Kart, anahtarın kendisinde olduğunu kanıtlayamadı; kart kullanılamaz."),
    "envelope_unfit": _(
        "Kart istasyonu PIN zarfını bu sistemin anahtarına kapatmamış; zarf açılamazdı, kart kullanılamaz. Yeni kart "
        "üretmeden istasyonun PIN anahtarını kontrol edin."
    ),
    "content_refused": _("Sertifikanın içeriği denetimden geçmedi. Kişi bilgilerini kayıt masasına bildirin."),
    "signer_late": _(
        "Sertifika imzası gecikiyor; kendiliğinden yeniden denenecek. Sürerse sistem yöneticisini arayın."
    ),
    "price_unknown": _(
        "Sertifika hazır, ama bugün için fiyatı tanımlı değil. Kurum masasına bildirin; fiyat girilince sürer."
    ),
    "signing_refused": _("İmza birimi sertifikayı imzalamadı: kurallar ya da imza anahtarı bu arada değişmiş."),
    "card_lost": _("Kart sahibine ulaşmadan kayboldu ya da gönderilemedi; sertifikası iptal edildi."),
    "not_made": _("Kart istasyonda üretilemedi."),
    "certificate_closed": _("Karttaki sertifika, kart yola çıkmadan kapatıldı."),
    "certificate_questioned": _(
        "Sertifika ikinci denetimi bekliyor ya da denetimde bir bulgu çıktı; bu sonuçlanmadan karta yazılmaz. "
        "Beklerken bulgu kayıt masasında incelenir."
    ),
    "damaged": _("Kartta gözle görülen kusur var."),
    "print_wrong": _("Kartın üzerindeki bilgiler yanlış basılmış."),
    "card_silent": _("Kart okuyucuda yanıt vermiyor."),
}
