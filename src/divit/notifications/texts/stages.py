"""What people of an institution are reminded of; placeholders: {institution}, {count}, {oldest}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "institution_form_late": Notice(
        sms_tr="{institution}: {count} başvurunun imzalı formu bekleniyor; en eskisi {oldest} iş günüdür.",
        sms_en="{institution}: {count} applications wait for their signed form; the oldest for {oldest} working days.",
        subject_tr="{count} başvurunun imzalı formu bekleniyor",
        subject_en="{count} applications wait for their signed form",
        mail_tr="{institution} için {count} başvurunun imzalı formu hedeflenen süreyi aştı; en eskisi {oldest} iş "
        "günüdür bekliyor.\n\nForm elinizdeyse e-imza temsilcisi masasında teslim alın. Kişi formu henüz "
        "getirmediyse hatırlatmanız başvurusunu hızlandırır. Liste: Masalar, e-imza temsilcisi masası.",
        mail_en="For {institution}, {count} applications have waited for their signed form for longer than intended; "
        "the oldest for {oldest} working days.\n\nIf you have the form, take it in at the representative's desk. If "
        "the person has not brought it yet, a word from you speeds the application up. The list: Masalar (desks), "
        "the representative's desk.",
    ),
    "institution_approval_late": Notice(
        sms_tr="{institution}: {count} başvuru onayınızı bekliyor; en eskisi {oldest} iş günüdür.",
        sms_en="{institution}: {count} applications wait for your approval; the oldest for {oldest} working days.",
        subject_tr="{count} başvuru onayınızı bekliyor",
        subject_en="{count} applications wait for your approval",
        mail_tr="{institution} için {count} başvuru hedeflenenden uzun süredir onayınızı bekliyor; en eskisi {oldest} "
        "iş günüdür.\n\nOnaylanmayan başvurular üretime alınamaz. Liste: Masalar, kurum yetkilisi masası.",
        mail_en="For {institution}, {count} applications have waited for your approval for longer than intended; the "
        "oldest for {oldest} working days.\n\nWithout approval nothing is produced. The list: Masalar (desks), the "
        "officer's desk.",
    ),
}
