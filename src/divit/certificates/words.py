"""Why an act on a certificate was refused, in words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "crl_unreadable": _("İptal listesi veritabanından okunamadı. Durum kayda geçti; merkez inceliyor."),
    "crl_overtaken": _("Bu arada daha yeni bir iptal listesi yayımlandı."),
    "not_your_certificate": _("Bu sertifika size ait değil."),
    "certificate_expired": _("Sertifikanın süresi dolmuş; artık üzerinde işlem yapılamaz."),
    "reason_not_open_to_asker": _("Bu gerekçeyi siz seçemezsiniz."),
    "hold_is_no_revocation": _("Geçici kapatma bir iptal gerekçesi değildir; bunun için sertifikayı askıya alın."),
    "suspended_by_someone_else_for_cause": _(
        "Bu sertifikayı kurumunuz veya merkez askıya almış; askıdan indirilmesi için onlara başvurun."
    ),
    "not_held_for_the_institution": _("Bu sertifikayı kurumunuz askıya almamış; kaldırılacak bir kurum gerekçesi yok."),
    "waived_for_oneself": _(
        "Kendi sertifikanızın askı gerekçesini siz kaldıramazsınız; başka bir yetkili kaldırabilir."
    ),
    "already_suspended": _("Bu sertifika zaten askıda; kalıcı olarak kapatmak için iptal edin."),
    "already_revoked": _("Bu sertifika zaten iptal edilmiş; yapılacak bir şey yok."),
    "could_not_be_written": _("Bir aksaklık oldu; bu kayıtta hiçbir şey değişmedi. Biraz sonra yeniden deneyin."),
    "step_up_missing": _(
        "Sertifikayı yeniden açmak için yeni bir giriş ve telefonunuza gönderilen doğrulama kodu gerekir."
    ),
    "caller_not_proven": _("Arayan kişinin kimliği doğrulanmadan sertifika askıya alınamaz."),
    "second_person_missing": _("Bir sertifikayı yeniden açmak için ikinci bir görevlinin onayı gerekir."),
    "signed_something_else": _("İmzalanan sertifika hazırlananla aynı değil; üretim durduruldu."),
    "issuance_under_way": _("Bu kart için bir sertifika zaten hazırlanıyor."),
    "certificate_already_issued": _("Bu kart siparişinin geçerli bir sertifikası zaten var."),
    "intent_not_to_be_signed": _("Bu sertifika hazırlığından vazgeçilmiş; imzalanamaz."),
    "issuing_halted": _("Sertifika üretimi güvenlik nedeniyle durduruldu; yeni imza anahtarı hazır olunca sürecek."),
    "service_in_use": _("Bu hizmet sertifikası kullanımda; önce hizmete yeni bir anahtar verilmelidir."),
    "issuer_not_ours": _("Bu kayıt başka bir yayımcıya ait."),
    "reason_tells_a_number": _("Gerekçeye T.C. kimlik numarası yazmayın; bu metin sahibine SMS ile gider."),
    "last_day_implausible": _("Son çalışma günü bugünden en çok bir yıl önce ya da sonra olabilir."),
    "reason_missing": _("İptal gerekçesini seçin."),
    "asked_by_yourself": _("Bu isteği siz yaptınız; kararı başka bir görevli verir."),
    "not_asked_by_yourself": _("Bu isteği siz yapmadınız; geri almak yerine gerekçesiyle reddedebilirsiniz."),
    "asker_left_the_desk": _(
        "İsteği yapan görevli artık kayıt masasında değil. Sertifika açılacaksa isteği yeniden yapın."
    ),
    "hold_is_over": _("Sertifika bu arada askıdan çıkmış; karar verilecek bir şey kalmadı."),
    "ask_waits_too_long": _("İsteğin üzerinden çok zaman geçti. Durumu yeniden inceleyip yeniden isteyin."),
    "ask_still_good": _("İstek hâlâ geçerli."),
    "already_settled": _("Bu bulgu bu arada kapatılmış."),
    "already_asked": _("Bu sertifika için karar bekleyen bir istek zaten var."),
}

STATES = {
    "valid": _("Geçerli"),
    "suspended": _("Askıda"),
    "revoked": _("İptal edilmiş"),
    "expired": _("Süresi dolmuş"),
}

ACTS = {
    "issue": _("Sertifika üretildi"),
    "suspend": _("Sertifika askıya alındı"),
    "reinstate": _("Sertifika askıdan indirildi"),
    "revoke": _("Sertifika iptal edildi"),
}

# By the names of RFC 5280, as they stand in the database.
REASONS = {
    "keyCompromise": _("Kart kayıp veya çalıntı"),
    "affiliationChanged": _("Kurumdan ayrılma"),
    "superseded": _("Yenisi üretildi"),
    "cessationOfOperation": _("Artık kullanılmıyor"),
    "certificateHold": _("Geçici olarak kapatma"),
    "unspecified": _("Belirtilmedi"),
}

ACTORS = {
    "holder": _("Sertifika sahibi"),
    "officer": _("Kurum yetkilisi"),
    "program": _("Kurumun programı"),
    "registrar": _("Merkez görevlisi"),
    "producer": _("Merkez görevlisi"),
    "system": _("Divit (kendiliğinden)"),
}

# What looking again is called, by the kind of finding.
FOUND_BY = {
    "pkilint": _("Sertifika biçimi denetimi"),
    "profile": _("Saklanan sertifikanın denetimi"),
    "ocsp": _("Çevrim içi durum sorgusu"),
    "list": _("İptal listesi"),
}

SEEN = {"good": _("geçerli"), "revoked": _("geçerli değil")}

# «O anda geçerli miydi?»
VERDICTS = {
    "valid": _("Evet, geçerliydi"),
    "suspended": _("Hayır, askıdaydı"),
    "revoked": _("Hayır, iptal edilmişti"),
    "expired": _("Hayır, süresi dolmuştu"),
    "not_yet": _("Hayır, henüz geçerli değildi"),
    "never_issued": _("Bu numarayla sertifika üretilmedi"),
    "given_up": _("Bu numarayla sertifika üretilmedi; üretiminden vazgeçildi"),
}

EXPLAINED = {
    "valid": _("Sertifika o anda yürürlükteydi; askıda ya da iptal edilmiş değildi."),
    "suspended": _("Sertifika o anda geçici olarak kapalıydı. Askıdayken atılan imzaya güvenilmez."),
    "revoked": _("Sertifika o andan önce kalıcı olarak kapatılmıştı."),
    "expired": _("Sertifikanın süresi o andan önce kendiliğinden bitmişti."),
    "not_yet": _("Sertifika o andan sonra üretildi ya da yürürlüğe girdi."),
    "never_issued": _(
        "Bu yayımcı, belgenin dayandığı ana kadar bu seri numarasıyla kimseye nitelikli elektronik sertifika üretmedi."
    ),
    "given_up": _(
        "Bu numaranın imzalanmasına başlandı, sonra vazgeçildi; kimseye böyle bir sertifika verilmedi. Durum "
        "hizmetleri numarayı geçerli değil olarak bildirir."
    ),
}

REFUSALS |= {
    "serial_unreadable": _("Seri numarasını sertifikada yazdığı gibi, yalnız 0-9 ve A-F ile yazın."),
    "past_status_in_future": _("Bu an henüz gelmedi; sertifikanın o zamanki durumunu kimse bilemez."),
    "past_status_too_soon": _(
        "Bu an çok yeni: son iki dakikanın durumu kesinleşmemiş olabilir. Birkaç dakika sonra yeniden sorun."
    ),
    "past_statuses_too_many": _("Kısa sürede çok fazla soru soruldu. Saat {until} sonrasında yeniden deneyin."),
}
