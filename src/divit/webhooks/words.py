"""What is said of addresses of institutions' programs, and why something cannot be done with them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.webhooks.events import TEST, Topic
from divit.webhooks.lifecycle import State
from divit.webhooks.models import DeliveryState

TOPICS: dict[str, str | Promise] = {
    Topic.ROSTER: _("Sertifika listeleri"),
    Topic.REQUEST: _("Kişiler için yapılan talepler"),
    Topic.APPLICATION: _("Kurum ödemeli başvurular"),
    Topic.CERTIFICATE: _("Sertifikalar"),
    Topic.CONSIGNMENT: _("Kart kolileri"),
    Topic.STATEMENT: _("Hesap özetleri"),
}
STATES: dict[str, str | Promise] = {
    State.OPEN: _("Açık"),
    State.CLOSED: _("Kapalı"),
}
EVENTS: dict[str, str | Promise] = {
    "roster.checked": _("Liste denetlendi"),
    "roster.taken_in": _("Listedeki herkes davet edildi"),
    "roster.discarded": _("Listeden vazgeçildi"),
    "request.created": _("Sertifika istendi"),
    "request.answered": _("Kişi başvuruya başladı"),
    "request.approved": _("Talep onaylandı"),
    "request.refused": _("Talep reddedildi"),
    "request.withdrawn": _("Talep geri çekildi"),
    "request.declined": _("Kişi sertifikayı istemedi"),
    "request.expired": _("Talebin süresi doldu"),
    "application.submitted": _("Başvuru gönderildi"),
    "application.form_received": _("Form teslim alındı"),
    "application.form_returned": _("Form geri çevrildi"),
    "application.released": _("Başvuru üretime verildi"),
    "application.produced": _("Kart üretildi"),
    "application.delivered": _("Kart teslim edildi"),
    "application.closed": _("Başvuru tamamlandı"),
    "application.withdrawn": _("Başvurudan vazgeçildi"),
    "application.rejected": _("Başvuru kabul edilmedi"),
    "application.dismissed": _("Ayrılan personelin başvurusu sonlandırıldı"),
    "application.lapsed": _("Başvurunun süresi doldu"),
    "certificate.issued": _("Sertifika üretildi"),
    "certificate.suspended": _("Sertifika askıya alındı"),
    "certificate.reinstated": _("Sertifika askıdan indirildi"),
    "certificate.revoked": _("Sertifika iptal edildi"),
    "consignment.announced": _("Koli kuryeye verildi"),
    "consignment.delivered": _("Koli teslim edildi"),
    "consignment.returned": _("Koli geri geldi"),
    "consignment.received": _("Koli sayılıp teslim alındı"),
    "statement.ready": _("Hesap özeti hazırlandı"),
    TEST: _("Deneme"),
}
DELIVERY_STATES: dict[str, str | Promise] = {
    DeliveryState.WAITING: _("Bekliyor"),
    DeliveryState.DELIVERED: _("Ulaştı"),
    DeliveryState.FAILED: _("Ulaşmadı, vazgeçildi"),
    DeliveryState.DROPPED: _("Adres kapatıldı, gönderilmedi"),
}
# `NeighbourFailed.how`, and what else can stand in the way of a try.
PROBLEMS: dict[str, str | Promise] = {
    "down": _("Bağlanılamadı"),
    "slow": _("Süresinde yanıt vermedi"),
    "garbage": _("Yanıtı anlaşılmadı"),  # a failure that nobody foresaw
    "refused": _("Adres iç ağa çıkıyor, gönderilmedi"),
    "secret": _("İmza anahtarı okunamadı; anahtarı yenileyin"),
}
REFUSALS = {
    "webhook_address_inside": _(
        "Bu adrese bildirim gönderilemez: internette açık bir alan adı yazın; iç ağdaki adreslere ve alışılmadık "
        "bağlantı noktalarına gönderilmez."
    ),
    "webhook_address_not_https": _("Adres https:// ile başlamalı."),
    "webhook_address_required": _("Bildirimlerin gönderileceği adresi yazın."),
    "webhook_address_strange": _("Adres anlaşılmadı. https://ornek.gov.tr/bildirim gibi yazın."),
    "webhook_address_too_long": _("Adres en çok {longest} karakter olabilir."),
    "webhook_already_there": _("Bu adres zaten ekli."),
    "webhook_not_by_deputy": _(
        "Vekâleten işlem yapıyorsunuz: bildirim adresini kurumun kendi yetkilileri ekler ve anahtarını yeniler."
    ),
    "webhook_not_kept": _("Bildirimler {days} gün saklanır; daha eskisi yeniden gönderilemez."),
    "webhook_secret_changed": _("Anahtar bu sayfa açıldıktan sonra yenilenmiş. Sayfayı yenileyip yeniden bakın."),
    "webhook_secret_unreadable": _("İmza anahtarı okunamadı; anahtarı yenileyin."),
    "webhook_test_waits": _("Önceki deneme henüz ulaşmadı; sonucunu bekleyin."),
    "webhook_too_many": _("En çok {most} açık adres olabilir. Yenisi için kullanmadığınız birini kapatın."),
    "webhook_topics_required": _("Neyin bildirileceğini seçin; en az birini işaretleyin."),
}
