"""What people who act for an institution are told; placeholders: {institution}, {role}, {starts}, {ends},
{until}, {reason}, {deputy}, {officer}."""

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
    "deputy_waits": Notice(
        sms_tr="{institution}: {officer}, {deputy} adını vekil olarak önerdi. Karar en geç {until} günü masanızda.",
        sms_en="{institution}: {officer} named {deputy} as deputy. An officer must decide by {until}.",
        subject_tr="Bir vekil önerisi kararınızı bekliyor",
        subject_en="A deputy waits for your decision",
        mail_tr="{officer}, {institution} yetkilisi olarak {starts} gününden {ends} gününe kadar kendi adına {deputy} "
        "adlı kişinin işlem yapmasını önerdi. En geç {until} günü başka bir yetkilinin karar vermesi gerekir; öneri "
        "kurum yetkilisi masanızda bekliyor.",
        mail_en="{officer}, officer of {institution}, wants {deputy} to act in their stead from {starts} to {ends}. "
        "Another officer must decide by {until}; the proposal waits at your officer's desk.",
    ),
    "deputy_named": Notice(
        sms_tr="{institution}: {deputy}, {starts}-{ends} günlerinde {officer} adına vekâleten işlem yapacak.",
        sms_en="{institution}: {deputy} will be deputising for {officer} on {starts}-{ends}.",
        subject_tr="Bir yetkilinin vekili belirlendi",
        subject_en="An officer's deputy was named",
        mail_tr="{institution}: {deputy}, {starts} gününden {ends} gününe kadar {officer} adına vekâleten işlem "
        "yapacak. Ayrıntısı kurum yetkilisi masanızda.",
        mail_en="{institution}: {deputy} will be deputising for {officer} from {starts} to {ends}. You find it at "
        "your officer's desk.",
    ),
    "deputy_taken_back": Notice(
        sms_tr="{institution}: {officer} vekâleti sonlandırdı; {deputy} artık onun adına işlem yapamaz.",
        sms_en="{institution}: {officer} ended the deputation; {deputy} no longer acts in their stead.",
        subject_tr="Vekâlet sonlandırıldı",
        subject_en="A deputation was ended",
        mail_tr="{institution}: {officer} vekâleti sonlandırdı. {deputy} şu andan itibaren onun adına işlem yapamaz; "
        "o ana kadar yapılanlar geçerlidir.",
        mail_en="{institution}: {officer} ended the deputation. From now on {deputy} no longer acts in their stead; "
        "what was done until then stands.",
    ),
}
