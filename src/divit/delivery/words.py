"""What delivery says to people: states, refusals and troubles in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.delivery.lifecycle import ConsignmentState, State

STATES: dict[str, str | Promise] = {
    State.PACKED: _("Paketlendi, gönderi numarası bekleniyor"),
    State.HANDED_OVER: _("Kuryeye bildirildi"),
    State.ON_THE_WAY: _("Dağıtımda"),
    State.ENCLOSED: _("Kurumun kolisinde"),
    State.WITH_REPRESENTATIVE: _("E-imza temsilcisinde, sahibini bekliyor"),
    State.MISSING: _("Koliden çıkmadı"),
    State.RETURNING: _("Temsilci merkeze geri gönderdi"),
    State.DELIVERED: _("Kimlik kontrolüyle teslim edildi"),
    State.RETURNED: _("Teslim edilemedi, geri geldi"),
    State.COLLECTED: _("Merkezden elden alındı"),
    State.LOST: _("Karttan vazgeçildi, yenisi üretilecek"),
}
CONSIGNMENT_STATES: dict[str, str | Promise] = {
    ConsignmentState.PACKED: _("Kapatıldı, gönderi numarası bekleniyor"),
    ConsignmentState.HANDED_OVER: _("Kuryeye verildi"),
    ConsignmentState.ON_THE_WAY: _("Dağıtımda"),
    ConsignmentState.ARRIVED: _("Temsilciye ulaştı, sayılmayı bekliyor"),
    ConsignmentState.RECEIVED: _("Teslim alındı ve sayıldı"),
    ConsignmentState.RETURNED: _("Teslim edilemedi, geri geldi"),
    ConsignmentState.UNPACKED: _("Merkezde açıldı"),
    ConsignmentState.LOST: _("Kayboldu"),
}
# Why a representative sends a card back; the code stands in the table.
RETURNED_WHY: dict[str, str | Promise] = {
    "left": _("Kurumdan ayrıldı"),
    "never_came": _("Almaya gelmedi"),
    "elsewhere": _("Başka bir birimde ya da şehirde çalışıyor"),
    "damaged": _("Kart zarar görmüş"),
    "closed": _("Karttaki sertifika kapatılmış"),
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
    "consignment_identity_not_checked": _("Koli, temsilcinin kimliği kontrol edilmeden teslim edilmiş sayılmaz."),
    "card_of_another_institution": _(
        "Bu kart başka bir kurumun; yalnızca kendi kurumunuzun kartlarını verebilirsiniz."
    ),
    "consignment_of_another_institution": _("Bu koli başka bir kuruma ait."),
    "consignment_not_opened": _("Koli henüz size ulaşmadı; kartlar koli geldikten sonra teslim alınır."),
    "consignment_still_under_way": _("Koli yolda ya da kurumda; içinden tek bir kart merkezde işlem göremez."),
    "own_card_needs_another": _(
        "Bu kart sizin. Kimse kendi kimliğini kendisi onaylayamaz; kartınızı kurumunuzun başka bir e-imza temsilcisi "
        "teslim etsin."
    ),
    "certificate_closed_meanwhile": _(
        "Bu karttaki sertifika kapatılmış; kart artık kimseye verilmez ve gönderilmez. Kurumdaysa merkeze geri "
        "gönderin, merkezdeyse karttan vazgeçin."
    ),
    "card_of_another_person": _("Kartın nereye gideceğini yalnızca sahibi söyleyebilir."),
    "courier_takes_it_already": _("Kurye kartı bu adrese götürüyor; yoldaki kartın adresi değiştirilemez."),
    "no_address_of_holder": _(
        "Bu kart tek başına gönderilemez: başvuruda kişinin adresi yok. Kartı kurumun yeni bir kolisine koyun."
    ),
    "pieces_not_counted": _("Her kart için koliden çıkıp çıkmadığını söyleyin."),
    "representative_no_longer": _(
        "Kolinin gönderildiği kişi artık bu kurumun e-imza temsilcisi değil. Koliyi açıp kartları yeni temsilciye "
        "gönderin."
    ),
    "consignment_empty": _("Koliye en az bir kart koyun."),
    "consignment_too_full": _("Bir koliye en çok {most} kart konur. Kalanları ikinci bir koliye koyun."),
    "representative_not_chosen": _("Koliyi teslim alacak e-imza temsilcisini seçin."),
    "representative_without_phone": _(
        "Bu temsilcinin kayıtlı cep telefonu yok; kurye onu arayamaz. Başka bir temsilci seçin."
    ),
    "goes_to_representative": _("Bu kurumun kartları topluca e-imza temsilcisine gider. Kartı kurumun kolisine koyun."),
    "return_reason_unknown": _("Kartın neden geri gönderildiğini seçin."),
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
    "consignment_identity_not_checked": _(
        "Kurye koliyi kimlik kontrolü yapmadan bıraktığını bildirdi. Firmayı arayın."
    ),
    "address_refused": _("Kurye firması gönderiyi kabul etmedi: adresi kontrol edin, sonra yeniden deneyin."),
    "not_in_the_box": _("Temsilci bu kartın koliden çıkmadığını bildirdi. Arayın, bulunmazsa kayıp sayın."),
    "pieces_missing": _("Koliden çıkmayan kart var."),
    "turned_up": _("Kayıp sayılan koliden kurye yeniden haber verdi. Firmayı arayıp koliyi geri isteyin."),
}
