"""The ledger in words: who, what happened, to what. Not the holder's own story (portal), which speaks to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.audit.selectors import Told
from divit.console.labels import DESKS
from divit.identity import selectors as identity
from divit.identity.staff import DESKS as STAFFED
from divit.institutions.words import IN_STEAD_OF
from divit.kernel.actors import Role

Words = Mapping[str, str | Promise]

ROLES: Words = {
    **{str(role): name for role, name in DESKS.items()},
    Role.HOLDER: _("Sertifika sahibi"),
    Role.REPRESENTATIVE: _("E-imza temsilcisi"),
    Role.OFFICER: _("Kurum yetkilisi"),
    Role.PROGRAM: _("Kurumun programı"),
    Role.COURIER: _("Kurye"),
    Role.BANK: _("Banka"),
    Role.VISITOR: _("Giriş yapmamış biri"),
    Role.STAFF: _("Çalışan"),
    Role.SYSTEM: _("Divit (kendiliğinden)"),
}
SUBJECTS: Words = {
    "announcement": _("Duyuru"),
    "application": _("Başvuru"),
    "appointment": _("Görevlendirme"),
    "bill": _("Kurumun borcu"),
    "card_order": _("Kart"),
    "certificate": _("Sertifika"),
    "charge": _("Borç"),
    "consignment": _("Koli"),
    "contract": _("Sözleşme"),
    "finding": _("Bulgu"),
    "institution": _("Kurum"),
    "institutions": _("Kurum listesi"),
    "issuance_batch": _("Birlikte imzalanan sertifikalar"),
    "issuance_intent": _("Sertifika içeriği"),
    "issuer": _("Sertifika yayımcısı"),
    "login": _("e-Devlet girişi"),
    "parcel": _("Gönderi"),
    "past_status": _("Geçmiş durum sorusu"),
    "payment_attempt": _("Ödeme"),
    "person": _("Kişi"),
    "phone_code": _("Doğrulama kodu"),
    "pin": _("PIN zarfı"),
    "program": _("Program"),
    "proposal": _("Öneri"),
    "reinstatement": _("Askıdan indirme isteği"),
    "report": _("Rapor"),
    "request": _("Kurum talebi"),
    "roster": _("Sertifika listesi"),
    "scan": _("Form taraması"),
    "scan_upload": _("Tarama dosyası"),
    "service_certificate": _("Hizmet sertifikası"),
    "staff": _("Çalışan hesabı"),
    "statement": _("Hesap özeti"),
    "staff_change": _("Çalışan hesabında değişiklik"),
    "webhook": _("Bildirim adresi"),
}
# An act is said the same way for whatever it happened to, unless it stands here with its law.
_OF_LAW: Words = {
    "announcement.publish": _("Yayımlandı"),
    "appointment.begin": _("Görev verildi"),
    "appointment.take_back": _("Vekâlet sonlandırıldı"),
    "bill.begin": _("Kurumun hesabına işlendi"),
    "certificate.begin": _("Üretildi"),
    "consignment.begin": _("Paketlendi"),
    "consignment.lose": _("Kayıp sayıldı"),
    "consignment.receive": _("Sayılıp teslim alındı"),
    "consignment.retry": _("Kurye firmasına yeniden soruldu"),
    "issuance_intent.begin": _("Hazırlandı"),
    "parcel.begin": _("Paketlendi"),
    "payment_attempt.decline": _("Onaylanmadı"),
    "parcel.collect": _("Merkezden elden alındı"),
    "phone_code.begin": _("Gönderildi"),
    "pin.begin": _("Mühürlü olarak saklandı"),
    "pin.show": _("Sahibine gösterildi"),
    "pin.take_back": _("Yeniden mühürlendi"),
    "program.begin": _("İstendi"),
    "program.confirm": _("İkinci yetkili onayladı"),
    "program.withdraw": _("İsteyen geri çekti"),
    "proposal.begin": _("Önerildi"),
    "proposal.withdraw": _("Öneren geri çekti"),
    "reinstatement.begin": _("İstendi"),
    "request.begin": _("İstendi"),
    "roster.begin": _("Yüklendi"),
    "roster.discard": _("Vazgeçildi"),
    "scan.begin": _("Okundu"),
    "scan_upload.begin": _("Yüklendi"),
    "scan_upload.read": _("Okundu"),
    "scan_upload.refuse": _("Okunamadı"),
    "service_certificate.begin": _("Üretildi"),
    "staff.close": _("Hesap kapatıldı"),
    "statement.begin": _("Hazırlandı"),
    "staff_change.begin": _("İstendi"),
    "staff_change.confirm": _("İkinci kişi onayladı"),
    "webhook.begin": _("Eklendi"),
    "webhook.replay": _("Bildirimler yeniden gönderildi"),
    "webhook.rotate": _("İmza anahtarı yenilendi"),
    "webhook.test": _("Deneme gönderildi"),
    "webhook.vanish": _("Alıcısı artık kullanılmadığını bildirdi, kapatıldı"),
}
_ACTS: Words = {
    "abandon": _("Vazgeçildi"),
    "agree": _("İkinci kişi onayladı"),
    "amend": _("Değiştirildi"),
    "announce": _("Kuryeye bildirildi"),
    "answered": _("Kişi başvuruya başladı"),
    "approval_ordered": _("Bütün taleplerin onayı istendi"),
    "approve": _("Onaylandı"),
    "ask": _("Gösterilmesi istendi"),
    "begin": _("Başlatıldı"),
    "begin_signing": _("İmzalanmasına başlandı"),
    "cancel": _("İptal edildi"),
    "carry_out": _("Onaylandı ve uygulandı"),
    "certify": _("Sertifika istendi"),
    "close": _("Kapatıldı"),
    "check": _("Denetlendi"),
    "confirm": _("Onaylandı"),
    "confirm_return": _("Paranın geri verildiği doğrulandı"),
    "contact_changed": _("İletişim bilgileri değiştirildi"),
    "contract_concluded": _("Sözleşme yapıldı"),
    "create": _("Hesap açıldı"),
    "data_changed": _("Kimlik bilgileri güncellendi"),
    "decline": _("Kişi vazgeçti"),
    "deliver": _("Teslim edildi"),
    "depart": _("Dağıtıma çıktı"),
    "desks": _("Masaları değiştirildi"),
    "discard": _("Silindi"),
    "dismiss": _("Kurumdan ayrıldığı için sonlandırıldı"),
    "dispatch": _("Sevkiyata verildi"),
    "enclose": _("Koliye kondu"),
    "end": _("Sona erdi"),
    "expire": _("Süresi doldu"),
    "factor_added": _("İkinci adım eklendi"),
    "factor_removed": _("İkinci adım kaldırıldı"),
    "first_step": _("Girişin ilk adımı geçildi"),
    "form_received": _("Form teslim alındı"),
    "found": _("Denetimde bulgu çıktı"),
    "form_returned": _("Form geri çevrildi"),
    "halt": _("Sertifika üretimi durduruldu"),
    "hand_over": _("Sahibine teslim edildi"),
    "inspect": _("Denetimden geçti"),
    "issue": _("Sertifikası üretildi"),
    "judged": _("İkinci denetimden geçti"),
    "language_chosen": _("Dil seçildi"),
    "keep": _("Saklandı"),
    "lapse": _("Süresi dolduğu için düştü"),
    "lint": _("Kurallara göre denetlendi"),
    "load": _("Sertifika karta yazıldı"),
    "lock": _("Yanlış denemelerle kapandı"),
    "login": _("Giriş yapıldı"),
    "look": _("Kişisel bilgilere bakıldı"),
    "lose": _("Vazgeçildi, yenisi üretilecek"),
    "lose_sight": _("Yanıt gelmedi, sorulacak"),
    "miss": _("Koliden çıkmadı"),
    "named": _("Adı kurum tarafından bildirildi"),
    "pack": _("Yeniden paketlendi"),
    "past_status_asked": _("Geçmişteki durumu soruldu"),
    "pay": _("Ödendi"),
    "phone_proven": _("Telefon doğrulandı"),
    "produce": _("Üretildi"),
    "prove": _("Doğru girildi"),
    "receive": _("Teslim alındı"),
    "quota_drawn": _("Kotadan bir yer alındı"),
    "quota_returned": _("Kotadaki yer geri verildi"),
    "receipt_sealed": _("İmzalı belge hazırlandı"),
    "reference_loaded": _("Kurum listesi yüklendi"),
    "refund": _("İade edildi"),
    "refuse": _("Reddedildi"),
    "reinstate": _("Askıdan indirildi"),
    "reject": _("Kabul edilmedi"),
    "release": _("Üretime gönderildi"),
    "renew_key": _("Yeni anahtar üretildi"),
    "replace": _("Yerine yenisi geçti"),
    "requeue": _("Yeniden üretim sırasına alındı"),
    "requirement_closed": _("Bir koşul tamamlandı"),
    "requirement_reopened": _("Bir koşul yeniden açıldı"),
    "retry": _("Kart istasyonuna yeniden soruldu"),
    "return": _("Teslim edilemedi, geri geldi"),
    "return_form": _("Form geri çevrildi"),
    "return_to_centre": _("Merkeze geri gönderildi"),
    "revoke": _("Sertifika iptal edildi"),
    "rule_set": _("Yeni kural kondu"),
    "second_factor": _("İkinci adım yenilendi"),
    "send_again": _("Yeniden gönderildi"),
    "readdress": _("Teslimat adresi değiştirildi"),
    "settled": _("Bulgu kapatıldı"),
    "show": _("Gösterildi"),
    "sign": _("İmzalandı"),
    "sign_in": _("Masalara giriş yapıldı"),
    "sign_out": _("Masalardan çıkıldı"),
    "spoil": _("Bozuk çıktı"),
    "submit": _("Gönderildi"),
    "summary_confirmed": _("Özet onaylandı"),
    "suspend": _("Askıya alındı"),
    "take": _("Üretime alındı"),
    "take_back": _("Geri alındı"),
    "take_in": _("İçindeki herkese davet gönderildi"),
    "token_given": _("Program bağlandı"),
    "turn_away": _("Fazladan gelen para geri gönderiliyor"),
    "turned_away": _("İkinci adımı olmadığı için girişi geri çevrildi"),
    "unpack": _("Merkezde açıldı"),
    "waive": _("Askı gerekçesi geri alındı"),
    "withdraw": _("Vazgeçildi"),
}


_OPERATOR = "operator:"  # cli.operator names them so
_OF_STAFF = frozenset({*STAFFED, Role.STAFF})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as the auditor reads it; what is not in words yet is shown as it stands, never hidden."""

    seq: int
    at: datetime
    who: str
    name: str
    what: str
    subject: str
    subject_id: str


def lines(entries: Iterable[Told]) -> list[Line]:
    """The entries in words, with the names of the staff among the actors; people of the public stay opaque ids."""
    found = list(entries)
    staff = identity.staff_names(one.actor_id for one in found if one.role in _OF_STAFF)
    return [
        Line(
            seq=one.seq,
            at=one.at,
            who=_who(one),
            name=_name(one, staff),
            what=what_happened(one.act),
            subject=str(SUBJECTS.get(one.subject[0], one.subject[0])),
            subject_id=one.subject[1],
        )
        for one in found
    ]


def _who(one: Told) -> str:
    if one.actor_id.startswith(_OPERATOR):
        return str(_("Sistem yöneticisi"))
    role = str(ROLES.get(one.role, one.role))
    whom = one.facts.get("deputising_for")
    return f"{role}, {IN_STEAD_OF.format(name=whom)}" if whom else role


def _name(one: Told, staff: Mapping[str, str]) -> str:
    if one.role in _OF_STAFF:
        return staff.get(one.actor_id, one.actor_id)
    # The house itself and its neighbours have no id but their role.
    return "" if one.actor_id == one.role else one.actor_id.removeprefix(_OPERATOR)


def what_happened(act: str) -> str:
    """The words for «law.act»; the act itself where there are none."""
    return str(_OF_LAW.get(act) or _ACTS.get(act.rpartition(".")[2]) or act)
