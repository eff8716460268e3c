"""What is said of institutions: who acts as what, what a proposal is about, and refusals, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.institutions.lifecycle import Kind, State
from divit.institutions.models import Appointment, InstitutionRule

CAPACITIES: dict[str, str | Promise] = {
    Appointment.Capacity.REPRESENTATIVE: _("E-imza temsilcisi"),
    Appointment.Capacity.OFFICER: _("Kurum yetkilisi"),
    Appointment.Capacity.VIEWER: _("Görüntüleyici"),
}
KINDS: dict[str, str | Promise] = {
    Kind.APPOINT: _("Görev verme"),
    Kind.END_APPOINTMENT: _("Görevi sona erdirme"),
    Kind.NEW_RULE: _("Yeni kural"),
    Kind.NEW_CONTRACT: _("Yeni sözleşme"),
    Kind.DEPUTISE: _("Vekil belirleme"),
}
STATES: dict[str, str | Promise] = {
    State.PROPOSED: _("İkinci kişinin kararı bekleniyor"),
    State.CARRIED_OUT: _("Onaylandı ve uygulandı"),
    State.REFUSED: _("Geri çevrildi"),
    State.WITHDRAWN: _("Öneren geri çekti"),
    State.EXPIRED: _("Süresinde karar verilmedi"),
}
FORM_TARGETS: dict[str, str | Promise] = {
    InstitutionRule.FormTarget.INSTITUTION: _("Kurumun e-imza temsilcisine"),
    InstitutionRule.FormTarget.CENTRE: _("Sertifika merkezine"),
}
PAY_GATES: dict[str, str | Promise] = {
    InstitutionRule.PayGate.BEFORE_FORM: _("Başvuru gönderilince"),
    InstitutionRule.PayGate.AFTER_FORM: _("İmzalı form teslim alınınca"),
}
BORN_STATES: dict[str, str | Promise] = {
    InstitutionRule.BornState.VALID: _("Geçerli"),
    InstitutionRule.BornState.SUSPENDED: _("Askıda; sahibi kartı alınca açar"),
}
DELIVERIES: dict[str, str | Promise] = {
    InstitutionRule.Delivery.HOLDER: _("Her kart sahibinin adresine"),
    InstitutionRule.Delivery.REPRESENTATIVE: _("Toplu olarak e-imza temsilcisine"),
}
READERS: dict[str, str | Promise] = {
    "none": _("Okuyucusuz"),
    "mini": _("Mini kart okuyucuyla"),
}
# Whoever acts in somebody's stead is never named without whom.
IN_STEAD_OF = _("{name} adına vekâleten")


def capacity(role: str, *, in_stead_of: str = "") -> str:
    """As what somebody acts, in the language of the moment; a deputy never without the name of the officer."""
    said = str(CAPACITIES[role])
    return f"{said} ({IN_STEAD_OF.format(name=in_stead_of)})" if in_stead_of else said


REFUSALS = {
    "about_oneself": _("Kendi göreviniz hakkında karar veremezsiniz; başka bir yetkilinin karar vermesi gerekir."),
    "already_appointed": _("Bu kişi bu kurumda bu görevde zaten tanımlı."),
    "already_proposed": _("Aynı öneri zaten ikinci kişinin kararını bekliyor."),
    "appointment_already_ended": _("Bu görev zaten sona ermiş."),
    "appointment_end_in_past": _("Görev geçmiş bir günde sona erdirilemez; en erken bugünü yazın."),
    "appointment_ends_before_start": _("Görevin bitiş günü başlangıcından önce olamaz."),
    "appointment_role_unknown": _("Böyle bir kurum görevi yok."),
    "appointment_starts_in_past": _("Görev geçmiş bir günde başlayamaz; en erken bugünü yazın."),
    "contract_ends_before_start": _("Sözleşmenin son günü ilk gününden önce olamaz."),
    "contract_not_in_force": _("{number} numaralı sözleşme bugün yürürlükte değil."),
    "contract_not_offered": _("Bunun listede bir fiyatı yok; sunulan seçeneklerden birini seçin."),
    "contract_number_missing": _("Sözleşmenin numarasını en çok 40 karakterle yazın."),
    "contract_number_taken": _("Kurumun bu numarayla bir sözleşmesi zaten var."),
    "contract_over": _("Süresi dolmuş bir sözleşme girilemez."),
    "contract_overlaps": _("Bu günlerde {number} numaralı sözleşme yürürlükte; bir günde tek sözleşme geçerli olur."),
    "contract_price_impossible": _("Fiyatı kuruşlarıyla, KDV hariç yazın; örneğin 150,00."),
    "contract_quota_impossible": _("Kota en az 1, en çok 1.000.000 olabilir."),
    "decided_too_late": _("Önerinin karar süresi doldu; gerekiyorsa yeniden önerilmeli."),
    "deputation_over": _("Bu vekâlet zaten sona ermiş."),
    "deputy_already_named": _("Bu günlerde sizin adınıza işlem yapacak bir vekil zaten var; önce onu sonlandırın."),
    "deputy_changes_no_appointment": _(
        "Vekâleten işlem yapıyorsunuz: kimin görev alacağına ya da görevinin biteceğine kurumun kendi yetkilileri "
        "karar verir."
    ),
    "deputy_ends_too_late": _("Vekâlet en geç {latest} günü bitmeli."),
    "deputy_is_oneself": _("Kendinize vekil olamazsınız; başka bir kişi yazın."),
    "for_the_centre": _("Buna kurum yetkilileri kendi aralarında karar veremez; sertifika merkezi karar verir."),
    "not_your_deputy": _("Vekâleti yalnızca adına işlem yapılan yetkili sonlandırabilir."),
    "not_your_proposal": _("Öneriyi yalnızca öneren kişi geri çekebilir."),
    "not_yours_to_propose": _("Bunu siz öneremezsiniz; sertifika merkezine başvurun."),
    "officer_ends_too_late": _("Yetkilinin görevi en geç {latest} günü bitmeli."),
    "officer_needs_an_end": _("Yetkilinin görevine bir bitiş günü yazın; en geç {latest}."),
    "quota_exhausted": _("Kurumun sözleşmesindeki kota doldu; yeni bir sertifika için yer kalmadı."),
    "quota_given_back": _("Bu talebin kotadaki yeri geri verilmiş; yeniden alınamaz, yeni bir talep açılmalı."),
    "rule_already_in_force": _("Yürürlükteki bir kural değiştirilemez; yeni tarihli bir kural ekleyin."),
    "rule_day_taken": _("Bu gün başlayan bir kural zaten var; başka bir gün seçin."),
    "rule_not_ahead": _("Yeni kural en erken yarın başlayabilir: bugünün işlemleri bugünün kuralıyla yapıldı."),
    "rule_value_unknown": _("Kurum kuralında tanınmayan bir değer var."),
    "same_person": _("Öneriyi siz yaptınız. Kararı başka bir kişinin vermesi gerekir."),
    "time_not_up": _("Önerinin karar süresi henüz dolmadı."),
}
