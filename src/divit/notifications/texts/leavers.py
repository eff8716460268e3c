"""What a holder is told when their institution closes a certificate; placeholders: {serial}, {at}, {institution},
{who}, {reason}, {last_day}.
"""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "certificate_suspended_by_institution": Notice(
        sms_tr="Kurumunuz e-imza sertifikanızı {at} itibarıyla askıya aldı. Gerekçe: {reason}. Yanlışlık varsa "
        "kurumunuzun yetkilisine başvurun.",
        sms_en="Your institution suspended your e-signature certificate on {at}. Reason: {reason}. If this is a "
        "mistake, turn to your institution's officer.",
        subject_tr="Kurumunuz sertifikanızı askıya aldı",
        subject_en="Your institution suspended your certificate",
        mail_tr="{institution} üzerinden aldığınız {serial} seri numaralı nitelikli elektronik sertifika {at} "
        "itibarıyla askıya alındı. Askıda olduğu sürece onunla atılan imzalar geçerli sayılmaz; daha önce attığınız "
        "imzalar bundan etkilenmez.\n\nKim yaptı: kurumunuzun yetkilisi {who}\nGerekçe: {reason}\nSon çalışma günü: "
        "{last_day}\n\nBir yanlışlık varsa kurumunuzun yetkilisine başvurun: gerekçeyi kaldırınca sertifikanızı "
        "Online İşlemler'de kendiniz askıdan indirirsiniz. Gerekçe kalkmadan siz açamazsınız.",
        mail_en="The qualified certificate {serial} that you obtained through {institution} was suspended on {at}. "
        "While it is suspended, signatures made with it do not count as valid; signatures that you made before are "
        "not affected.\n\nWho did it: {who}, officer of your institution\nReason given: {reason}\nLast working day: "
        "{last_day}\n\nIf this is a mistake, turn to your institution's officer: once the cause is withdrawn, you "
        "lift the suspension yourself under Online Transactions. Until then you cannot lift it.",
    ),
    "certificate_revoked_by_institution": Notice(
        sms_tr="Kurumunuz e-imza sertifikanızı {at} itibarıyla iptal etti; yeniden açılamaz. Gerekçe: {reason}. "
        "Yanlışlık varsa kurumunuzun yetkilisine başvurun.",
        sms_en="Your institution revoked your e-signature certificate on {at}; it cannot be opened again. Reason: "
        "{reason}. If this is a mistake, turn to your institution's officer.",
        subject_tr="Kurumunuz sertifikanızı iptal etti",
        subject_en="Your institution revoked your certificate",
        mail_tr="{institution} üzerinden aldığınız {serial} seri numaralı nitelikli elektronik sertifika, kurumdan "
        "ayrıldığınız bildirilerek {at} itibarıyla iptal edildi. İptal edilen sertifika yeniden açılamaz; iptalden "
        "önce attığınız imzalar bundan etkilenmez.\n\nKim yaptı: kurumunuzun yetkilisi {who}\nGerekçe: {reason}\nSon "
        "çalışma günü: {last_day}\n\nBir yanlışlık varsa kurumunuzun yetkilisine başvurun ve Online İşlemler'den yeni "
        "bir sertifika için başvurun. Başka bir kuruma geçtiyseniz o kurum için başvurabilirsiniz.",
        mail_en="The qualified certificate {serial} that you obtained through {institution} was revoked on {at}, "
        "because it was said that you have left the institution. A revoked certificate cannot be opened again; "
        "signatures that you made before are not affected.\n\nWho did it: {who}, officer of your institution\nReason "
        "given: {reason}\nLast working day: {last_day}\n\nIf this is a mistake, turn to your institution's officer "
        "and apply for a new certificate under Online Transactions. If you have moved to another institution, you can "
        "apply there.",
    ),
    "certificate_cause_waived": Notice(
        sms_tr="Kurumunuz e-imza sertifikanızın askı gerekçesini kaldırdı. Kart elinizdeyse Online İşlemler'de "
        "askıdan indirebilirsiniz.",
        sms_en="Your institution withdrew the cause for which your e-signature certificate is suspended. If you have "
        "the card, you can lift the suspension under Online Transactions.",
        subject_tr="Kurumunuz askı gerekçesini kaldırdı",
        subject_en="Your institution withdrew the cause of the suspension",
        mail_tr="{institution}, {serial} seri numaralı sertifikanızın askı gerekçesini kaldırdı.\n\nKim yaptı: "
        "kurumunuzun yetkilisi {who}\nAçıklama: {reason}\n\nSertifikanız hâlâ askıda. Kart elinizdeyse Online "
        "İşlemler'de Askıdan İndirme sayfasından kendiniz açabilirsiniz.",
        mail_en="{institution} withdrew the cause for which your certificate {serial} is suspended.\n\nWho did it: "
        "{who}, officer of your institution\nExplanation: {reason}\n\nYour certificate is still suspended. If you "
        "have the card, you can lift the suspension yourself under Online Transactions.",
    ),
}
