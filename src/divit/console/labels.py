"""Names of things as the desks show them."""

from django.utils.translation import gettext_lazy as _

from divit.applications.lifecycle import State
from divit.certificates.lifecycle import AskState, HoldCause
from divit.flows.registry_reports import Report
from divit.flows.registry_search import Fact
from divit.flows.renewal import Stands
from divit.kernel.actors import Role

DESKS = {
    Role.REGISTRAR: _("Kayıt masası"),
    Role.LIAISON: _("Kurum masası"),
    Role.PRODUCER: _("Üretim masası"),
    Role.INSPECTOR: _("Denetim masası"),
    Role.DISPATCHER: _("Sevkiyat masası"),
    Role.AUDITOR: _("Defter masası"),
    Role.REPRESENTATIVE: _("E-imza temsilcisi masası"),
    Role.OFFICER: _("Kurum yetkilisi masası"),
    Role.VIEWER: _("Görüntüleyici masası"),
}
WHAT_FOR = {
    Role.REGISTRAR: _("Kişi arayın, merkeze gelen formu teslim alın, raporlara bakın, askı isteklerine karar verin."),
    Role.LIAISON: _(
        "Kurumların sözleşmesini, kuralını ve görevlilerini görün; değişiklik önerin, öneriye karar verin."
    ),
    Role.PRODUCER: _("Sıradaki kartları üretime alın."),
    Role.INSPECTOR: _("Üretilen kartları ikinci kişi olarak denetleyin."),
    Role.DISPATCHER: _("Denetlenen kartları kuryeye hazırlayın, geri gelenleri yeniden gönderin."),
    Role.AUDITOR: _("Kimin ne zaman ne yaptığını okuyun."),
    Role.REPRESENTATIVE: _(
        "Kurumunuzdaki başvuruların formlarını teslim alın, sertifika listesi yükleyin, gelen kartları teslim edin."
    ),
    Role.OFFICER: _("Sertifika listesi yükleyin, talepleri onaylayın, ayrılanların sertifikalarını kapatın."),
    Role.VIEWER: _("Kurumunuzun sözleşmesini, kotasını ve başvurularının durumunu okuyun."),
}
APPLICATION_STATES = {
    State.DRAFT: _("Taslak"),
    State.OPEN: _("Koşullar tamamlanıyor"),
    State.RELEASED: _("Üretime verildi"),
    State.PRODUCED: _("Üretildi"),
    State.DELIVERED: _("Teslim edildi"),
    State.CLOSED: _("Tamamlandı"),
    State.WITHDRAWN: _("Vazgeçildi"),
    State.REJECTED: _("Reddedildi"),
    State.LAPSED: _("Süresi doldu"),
}
REQUIREMENTS = {
    "phone_proven": _("Telefon doğrulaması"),
    "fee_paid": _("Ödeme"),
    "approved": _("Kurumun onayı"),
    "form_received": _("İmzalı form"),
    "no_certificate_open": _("Önceki sertifikaların kapatılması"),
    "renewal_window": _("Yenileme zamanı"),
}
RENEWALS = {
    Stands.NOT_BEGUN: _("Başvuru yok"),
    Stands.ON_HOLD: _("Askıda; askıdayken yenilenmez"),
    Stands.UNDER_WAY: _("Başvurdu, koşullar tamamlanıyor"),
    Stands.IN_PRODUCTION: _("Üretime verildi"),
    Stands.RENEWED: _("Yenisi üretildi"),
}
# Why a person's file is opened: who opens it says so, and the person reads it (portal.account.acts.LOOKS).
PURPOSES = {
    "file_request": _("Kişi istedi: telefonda ya da karşımda"),
    "file_application": _("Başvurusunu yürütüyorum"),
    "file_certificate": _("Sertifikasıyla ilgili bir işlem var"),
    "file_delivery": _("Kartının teslimatını araştırıyorum"),
    "file_official": _("Bir şikâyeti ya da resmî yazıyı yanıtlıyorum"),
}
FACTS = {
    Fact.TCKN: _("T.C. kimlik no"),
    Fact.PHONE: _("telefon"),
    Fact.EMAIL: _("e-posta"),
    Fact.REFERENCE: _("başvuru numarası"),
    Fact.CERTIFICATE: _("sertifika seri no"),
    Fact.CARD: _("kart seri no"),
    Fact.TRACKING: _("gönderi numarası"),
    Fact.NAME: _("ad soyad"),
}
HOLDS = {
    HoldCause.HOLDER: _("Sahibinin isteği"),
    HoldCause.BIRTH: _("Kart eline geçene kadar; sahibi açar"),
    HoldCause.INSTITUTION: _("Kurumun gerekçesi"),
    HoldCause.CENTRE: _("Merkezin gerekçesi"),
}
ASKS = {
    AskState.ASKED: _("Karar bekliyor"),
    AskState.AGREED: _("Onaylandı, sertifika açıldı"),
    AskState.DECLINED: _("Onaylanmadı"),
    AskState.TAKEN_BACK: _("Geri alındı"),
    AskState.LAPSED: _("Düştü"),
}
MESSAGE_STATES = {
    "queued": _("Gönderilecek"),
    "sent": _("Gönderildi"),
    "unconfirmed": _("Gönderildi, onayı gelmedi"),
    "failed": _("Gönderilemedi"),
}
CHANNELS = {"sms": _("SMS"), "email": _("E-posta"), "portal": _("Mesajlarım sayfası")}
REPORTS = {
    Report.ENDING: _("Süresi dolacak sertifikalar"),
    Report.WAITING: _("Bekleyen başvurular"),
    Report.FORMS_RETURNED: _("Geri verilen formlar"),
    Report.PARCELS_RETURNED: _("Geri gelen gönderiler"),
}
SPOILED_WHY = [
    ("damaged", _("Kartta gözle görülen kusur var")),
    ("print_wrong", _("Kartın üzerindeki bilgiler yanlış basılmış")),
    ("card_silent", _("Kart okuyucuda yanıt vermiyor")),
    ("not_made", _("Kart istasyonda üretilemiyor")),
    ("certificate_closed", _("Karttaki sertifika kapatılmış")),
]
