"""What people who act for an institution are told; placeholders: {institution}, {role}, {starts},
{until}, {reason}."""

from divit.notifications.texts.notice import Notice

NOTICES = {
    "appointment_begun": Notice(
        sms_tr="{institution}: {role} olarak görevlendirildiniz. Masanız {starts} günü açılır: Online İşlemler.",
        sms_en="{institution}: you were appointed ({role}). Your desk opens on {starts} under Online İşlemler.",
        subject_tr="Kurumunuz adına görevlendirildiniz",
        subject_en="You were appointed to act for your institution",
        mail_tr="{institution} adına {role} olarak görevlendirildiniz. İlk gün: {starts}\nSon gün: {until}\n\n"
        "Göreviniz başladığında masanıza e-Devlet ile girebilirsiniz. Bu görevden haberiniz yoksa hemen bize yazın.",
        mail_en="You were appointed to act for {institution} as: {role}. First day: {starts}\nLast day: {until}\n\n"
        "Once it has begun you reach your desk by signing in through e-Devlet. If you know nothing of this, write to "
        "us at once.",
    ),
    "appointment_ended": Notice(
        sms_tr="{institution}: {role} göreviniz {until} günü sona eriyor.",
        sms_en="{institution}: your appointment ({role}) ends on {until}.",
        subject_tr="Kurumunuz adına göreviniz sona eriyor",
        subject_en="Your appointment at your institution ends",
        mail_tr="{institution} adına yürüttüğünüz {role} görevi {until} günü sona eriyor; bu günün sonunda masanız "
        "kapanır.\n\nKendi sertifikanız bundan etkilenmez.",
        mail_en="Your appointment at {institution} ({role}) ends on {until}; your desk closes at the end of that day."
        "\n\nYour own certificate is not affected.",
    ),
    "proposal_carried_out": Notice(
        sms_tr="{institution}: öneriniz onaylandı ve uygulandı.",
        sms_en="{institution}: your proposal was approved and carried out.",
        subject_tr="Öneriniz onaylandı",
        subject_en="Your proposal was approved",
        mail_tr="{institution} için yaptığınız öneri ikinci kişi tarafından onaylandı ve uygulandı. Ayrıntısı kurum "
        "yetkilisi masanızda.",
        mail_en="Your proposal for {institution} was approved by a second person and carried out. You find it at your "
        "officer's desk.",
    ),
    "proposal_refused": Notice(
        sms_tr="{institution}: öneriniz geri çevrildi. Nedeni masanızda yazıyor.",
        sms_en="{institution}: your proposal was refused. Your desk says why.",
        subject_tr="Öneriniz geri çevrildi",
        subject_en="Your proposal was refused",
        mail_tr="{institution} için yaptığınız öneri geri çevrildi. Nedeni:\n\n{reason}\n\nGerekirse düzeltip yeniden "
        "önerebilirsiniz.",
        mail_en="Your proposal for {institution} was refused. The reason, as written:\n\n{reason}\n\nIf needed, change "
        "it and propose it again.",
    ),
}
