"""What the services are called, and what can be wrong with them, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.probe.findings import Service
from divit.watching.models import Trouble

SERVICES: dict[Service, str | Promise] = {
    Service.SIGN_IN: _("Giriş"),
    Service.CLOSING: _("Askıya alma ve iptal"),
    Service.OCSP: _("Sertifika durumu sorgulama (OCSP)"),
    Service.CRL: _("İptal listesi (SİL)"),
    Service.TSA: _("Zaman damgası"),
    Service.APPLYING: _("Başvuru ve ödeme"),
    Service.SMS: _("SMS"),
}
REFUSALS: dict[str, str | Promise] = {
    "announcement_backwards": _("Bitiş, başlangıçtan ve şu andan sonra olmalı."),
    "announcement_far": _("En çok {days} gün sonrası duyurulabilir."),
}
# For staff: what is wrong, and what to do. The English is that of `divit.probe.findings`.
TROUBLES: dict[str, str | Promise] = {
    "unreachable": _(
        "{about} yanıt vermiyor ({why}). Sürecin çalıştığına, ağın ve ters vekilin isteği geçirdiğine bakın."
    ),
    "http_status": _("{about} HTTP {status} ile yanıt veriyor. Arkasındaki sürecin günlüğünü okuyun."),
    "garbage": _(
        "{about} adresinden gelen okunamıyor. Arada ne olduğuna (vekil, önbellek), sonra sürecin günlüğüne bakın."
    ),
    "slow": _(
        "{about} {ms} ms sürdü. Makinenin ne kadar meşgul olduğuna ve anahtar deposunun yavaşlayıp yavaşlamadığına "
        "bakın."
    ),
    "ocsp_no_answer": _(
        "OCSP yanıt yerine «{said}» diyor. tryLater: veri tabanını uzun süredir ya da anahtar deposunu göremiyor; "
        "değilse günlüğünü okuyun."
    ),
    "ocsp_other_question": _(
        "OCSP sorulandan başka bir soruyu yanıtlıyor. Bir önbellek yanıtları karıştırıyor olabilir."
    ),
    "ocsp_signature": _("OCSP yanıtlarının imzası tutmuyor. Yanıtlayıcıyı devreden çıkarıp anahtarına bakın."),
    "ocsp_delegate": _(
        "OCSP yanıtlarının imzalandığı sertifika kabul edilemez ({why}). Yetkilendirilmiş sertifikayı yenileyin."
    ),
    "ocsp_delegate_ends": _(
        "OCSP yanıtlarının imzalandığı sertifika {until} günü bitiyor. İmzacı onu her gece yeniler: günlüğünü okuyun."
    ),
    "ocsp_old": _(
        "OCSP {age} saniye önceki yanıtları veriyor; 600 saniyeden eskisini ulusal doğrulama yazılımı kabul etmez. "
        "Yanıtların yenilendiğine ve bir önbelleğin onları tutmadığına bakın."
    ),
    "ocsp_lapsed": _(
        "Bir OCSP yanıtı şimdiye ait değil (thisUpdate {this_update}, nextUpdate {next_update}). Yanıtlayıcının veri "
        "tabanını gördüğüne ve saatlerin uyuştuğuna bakın."
    ),
    "ocsp_nonce": _("OCSP sorudaki nonce'u geri vermiyor. Biri eski yanıtları yineliyor olabilir."),
    "unknown_called_good": _(
        "OCSP hiç üretilmemiş bir seri numarasına ({about}) «good» diyor. Yanıtlayıcıyı durdurun: bu asla olmamalı."
    ),
    "status_wrong": _(
        "OCSP {about} seri numarası için «{said}» diyor, doğrusu «{expected}». Doğrulamanın veri tabanını izlediğine "
        "bakın; o zamana kadar yanıtlarına güvenilmez."
    ),
    "crl_signature": _("{about} adresindeki listenin imzası tutmuyor. Son doğru listeyi geri koyun."),
    "crl_issuer": _(
        "{about} adresindeki liste o makamın listesi değil. Doğru listeyi koyun; onun yerinde başka ne "
        "yayımlandığına bakın."
    ),
    "crl_lapsed": _(
        "{about} adresindeki liste şimdiye ait değil (thisUpdate {this_update}, nextUpdate {next_update}). İmzacıyı "
        "başlatın."
    ),
    "crl_old": _(
        "{about} adresindeki liste {age} dakikalık. İmzacı en geç dört saatte bir liste yapar: çalıştığına ve "
        "doğrulamanın veri tabanını izlediğine bakın."
    ),
    "crl_went_back": _(
        "{about} adresindeki listenin numarası {before} iken {number} oldu. Biri oraya eski bir liste koymuş ya da bir "
        "yedek geri yüklenmiş: hemen yeni liste yayımlayın."
    ),
    "crl_behind": _(
        "{about} adresindeki listenin numarası {number}; {published} çoktan yayımlandı. Doğrulamanın veri tabanını "
        "izlediğine ve bir önbelleğin eskisini tutmadığına bakın."
    ),
    "crl_disagrees": _(
        "Liste {about} seri numarası için «{said}» diyor, doğrusu «{expected}». İmzacının liste yayımladığına bakın."
    ),
    "ca_wrong": _("{about} adresindeki sertifika o makamın sertifikası değil ({why}). Doğrusunu koyun."),
    "ca_ends": _(
        "{about} adresindeki sertifika {until} günü bitiyor. Yerine geçecek olanı planlayın: docs/pki/ceremony.md."
    ),
    "tsa_refused": _(
        "Zaman damgası makamı damga vermiyor ({said}). Günlüğüne bakın: saatinden emin olmayabilir ya da anahtar "
        "deposunu göremiyordur."
    ),
    "tsa_token": _("Bir zaman damgası tutmuyor ({why}). Makamı devreden çıkarıp anahtarına bakın."),
    "tsa_clock": _(
        "Zaman damgaları bu makinenin saatinden {seconds} saniye uzakta. İki saatten hangisinin yanlış olduğuna bakın."
    ),
    "tsa_accuracy": _(
        "Zaman damgaları ne kadar doğru olduklarını söylemiyor ya da yalnızca {seconds} saniyeye kadar. Ayarlarına "
        "bakın."
    ),
    "tsa_ends": _("Zaman damgası makamının sertifikası {until} günü bitiyor. Yerine geçecek olanı planlayın."),
    "neighbour_down": _("{about} yanıt vermiyor ({why}). Oraya sorun; sayfalarımız kişilere söylüyor."),
    "needs_sign_in": _("Kimse giriş yapamadığı için bu da kullanılamıyor. Giriş için söylenene bakın."),
    "sms_waiting": _("{count} iletiyi SMS işletmecisi {minutes} dakikadır almadı. İşletmeciye sorun."),
    "jobs_waiting": _(
        "«{about}» kuyruğunun en eski işi {minutes} dakikadır bekliyor. İşçisini başlatın, günlüğünü okuyun."
    ),
}


def line(trouble: Trouble) -> str:
    """What is wrong and what to do, in the reader's language."""
    return str(TROUBLES[trouble.code]).format(about=trouble.about, **trouble.facts)
