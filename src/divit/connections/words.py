"""What is said of programs: what they may do, where they stand, and why something was refused."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from divit.connections.lifecycle import State
from divit.connections.scopes import Scope

SCOPES: dict[str, str | Promise] = {
    Scope.ROSTERS_READ: _("Listeleri ve talepleri okur"),
    Scope.ROSTERS_WRITE: _("Liste yükler, listeden vazgeçer, talep geri çeker (talep onaylayamaz)"),
    Scope.APPLICATIONS_READ: _("Başvuruların durumunu okur"),
    Scope.CERTIFICATES_READ: _("Kurumdan alınan sertifikaları okur"),
    Scope.LEAVERS_WRITE: _("Ayrılanların sertifikasını askıya alır (iptal edemez)"),
    Scope.STATEMENTS_READ: _("Sözleşmeyi, kotayı ve hesap özetlerini okur"),
}
STATES: dict[str, str | Promise] = {
    State.PROPOSED: _("İkinci yetkilinin onayını bekliyor"),
    State.OPEN: _("Bağlanabilir"),
    State.REFUSED: _("Geri çevrildi"),
    State.WITHDRAWN: _("İsteyen geri çekti"),
    State.EXPIRED: _("Süresinde onaylanmadı"),
    State.CLOSED: _("Kapatıldı"),
}
REFUSALS = {
    "program_asked_by_you": _("Bu programı siz istediniz. Kararı kurumunuzun başka bir yetkilisi vermeli."),
    "program_not_asked_by_you": _("İsteği yalnızca yapan yetkili geri çekebilir."),
    "program_not_by_deputy": _(
        "Vekâleten işlem yapıyorsunuz: programı kurumun kendi yetkilileri ister, onaylar ve anahtarını üretir. Siz "
        "yalnızca kapatabilirsiniz."
    ),
    "program_decided_too_late": _("İsteğin karar süresi doldu; program gerekiyorsa yeniden istenmeli."),
    "program_may_still_wait": _("İsteğin karar süresi henüz dolmadı."),
    "program_last_day_over": _("Programın son günü geçti; gerekiyorsa yenisi istenmeli."),
    "program_name_taken": _("Kurumunuzun bu adda bir programı zaten var; başka bir ad verin ya da önce onu kapatın."),
    "no_officer_left_to_approve": _(
        "Eski anahtar bir gün daha çalışırsa, bu programın listelerini onaylayabilecek yetkili kalmaz. "
        "Eski anahtar hemen kapansın ya da yeni anahtarı eskisini üreten yetkili üretsin."
    ),
    "program_invites_too_many": _(
        "Bir program bir günde en çok {most} kişi davet edebilir; bu listeyi bir yetkili ya da temsilci kendi "
        "masasında onaya gönderebilir."
    ),
    "program_invites_over_quota": _(
        "Yetkili onayı bekleyenler sayılınca kotada {left} yer kalıyor; bu liste daha uzun. "
        "Önce bekleyen talepler sonuçlansın."
    ),
    "program_ends_out_of_range": _("Son gün bugünden önce, {latest:%d.%m.%Y} gününden sonra olamaz."),
    "scopes_missing": _("Programın yapabileceği en az bir işi seçin."),
    "scope_unknown": _("Listede olmayan bir izin seçilmiş; sayfayı yenileyip yeniden seçin."),
    "client_not_known": _("Program kimliği ya da anahtarı doğru değil, ya da program artık bağlanamıyor."),
    "scope_not_yours": _(
        "Programın böyle bir izni yok; kurum yetkilisi istediğinde izin ikinci yetkilinin onayıyla verilir."
    ),
    "program_calls_too_often": _("Program çok sık soruyor; {until:%H:%M:%S} saatinden sonra yeniden denesin."),
    "too_many_leavers": _(
        "Bir program bir günde en çok {most} sertifikayı askıya alabilir; kalanını bir yetkili masasında kapatabilir."
    ),
    "call_under_way": _("Aynı «Idempotency-Key» ile gönderilen çağrı hâlâ işleniyor; biraz sonra yeniden sorun."),
    "idempotency_key_of_another_call": _(
        "Bu «Idempotency-Key» daha önce başka bir çağrıda kullanılmış. Her yeni iş için yeni bir anahtar üretin."
    ),
}
