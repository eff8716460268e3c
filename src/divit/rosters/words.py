"""Why a roster, a row of it or a cell of it cannot be taken as it is, in words; and how a row is named with them."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from divit.rosters.checks import WHOLE_FILE, Fault

REFUSALS = {
    # the file
    "roster_empty": _(
        "Dosyada hiç kişi yok. Başlıkların altına her kişi için bir satır yazıp dosyayı yeniden yükleyin."
    ),
    "roster_too_large": _("Dosya {megabytes} MB’tan büyük. Resimleri ve gereksiz sayfaları silin ya da listeyi bölün."),
    "roster_too_many_rows": _("Bir dosyada en çok {most} kişi olabilir. Listeyi bölüp parça parça yükleyin."),
    "roster_not_readable": _(
        "Dosya bozuk ya da bir tablo değil. Excel’de ya da LibreOffice’te açıp «Excel çalışma kitabı (.xlsx)» olarak"
        " kaydedin ve yeniden yükleyin."
    ),
    "roster_encrypted": _("Dosya parolayla korunuyor. Parolayı kaldırıp yeniden kaydedin ve öyle yükleyin."),
    "roster_old_excel": _(
        "Bu, eski türde bir Excel dosyası (.xls). «Farklı kaydet» ile «Excel çalışma kitabı (.xlsx)» olarak kaydedip"
        " yükleyin."
    ),
    "roster_binary_excel": _(
        "Bu, ikili türde bir Excel dosyası (.xlsb). «Farklı kaydet» ile «Excel çalışma kitabı (.xlsx)» olarak kaydedip"
        " yükleyin."
    ),
    "roster_open_document": _(
        "Bu bir OpenDocument dosyası (.ods). «Farklı kaydet» ile «Excel 2007–365 (.xlsx)» olarak kaydedip yükleyin."
    ),
    "roster_macros": _(
        "Dosyada makro var; güvenlik için kabul edilmiyor. «Farklı kaydet» ile makrosuz «Excel çalışma kitabı (.xlsx)»"
        " olarak kaydedip yükleyin."
    ),
    "roster_zipped": _("Bu sıkıştırılmış bir dosya. İçinden listeyi çıkarın ve yalnızca onu yükleyin."),
    "roster_embedded": _("Dosyanın içine başka bir dosya gömülmüş. Gömülü dosyayı silip yeniden kaydedin ve yükleyin."),
    "roster_swollen": _(
        "Dosya açıldığında çok büyüyor; içinde boş ama biçimlendirilmiş çok sayıda hücre olabilir. Listeyi şablona"
        " «Değerleri yapıştır» ile kopyalayıp onu yükleyin."
    ),
    "roster_other_kind": _("Bu dosya bir tablo değil. Listeyi Excel (.xlsx) ya da CSV dosyası olarak yükleyin."),
    "roster_web_page": _(
        "Dosyanın adı ne olursa olsun içi bir web sayfası. Excel’de açıp «Excel çalışma kitabı (.xlsx)» olarak kaydedin"
        " ve öyle yükleyin."
    ),
    "roster_encoding": _(
        "Dosyadaki Türkçe harfler güvenle okunamıyor. Excel’de açıp «CSV UTF-8» ya da «Excel çalışma kitabı (.xlsx)»"
        " olarak kaydedin ve yeniden yükleyin."
    ),
    "roster_quotes_broken": _(
        "{row}. satırda tırnak işaretleri birbirini tutmuyor; dosyanın gerisi okunamıyor. O satırı düzeltin ya da"
        " listeyi «Excel çalışma kitabı (.xlsx)» olarak kaydedip yükleyin."
    ),
    "roster_headings_missing": _(
        "Dosyada sütun başlıkları bulunamadı. İlk satıra başlıkları yazın ya da şablonu indirip listeyi ona yapıştırın."
    ),
    "roster_columns_missing": _("Dosyada şu sütunlar yok: {columns}. Bu başlıkları ekleyip sütunları doldurun."),
    "roster_column_twice": _("Aynı başlıktan birden çok var: {column}. Doğru olanı bırakıp öbürünün başlığını silin."),
    "roster_names_together": _("Ad ile soyad tek sütunda yazılmış. İkisini «Ad» ve «Soyad» diye iki sütuna ayırın."),
    # a cell
    "roster_cell_formula": _(
        "Bu hücrede formül var. Hücreyi kopyalayıp aynı yere «Değerleri yapıştır» ile yapıştırın ya da elle yazın."
    ),
    "roster_cell_formula_text": _("Bu hücre =, +, - ya da @ işaretiyle başlıyor. Baştaki işareti silin."),
    "roster_cell_date": _("Excel bu hücreyi tarihe çevirmiş. Hücreyi «Metin» olarak biçimlendirip yeniden yazın."),
    "roster_cell_error": _("Bu hücrede bir hata değeri var. Hücreye doğru bilgiyi yazın."),
    "roster_cell_letters_broken": _("Bu hücrede Türkçe harfler bozulmuş. Hücreyi elle yeniden yazın."),
    "roster_cell_too_long": _("Bu hücre {longest} karakterden uzun. Yalnızca istenen bilgiyi bırakın."),
    # T.C. kimlik no and telephone
    "roster_number_shortened": _(
        "Excel bu numarayı kısaltmış, son rakamları kayıp. Sütunu «Metin» olarak biçimlendirip numarayı yeniden yazın."
    ),
    "roster_tckn_missing": _("T.C. kimlik numarası yazılmamış."),
    "roster_tckn_letter": _("T.C. kimlik numarası yalnızca rakamlardan oluşur; burada «{letter}» var."),
    "roster_tckn_digits": _("T.C. kimlik numarası 11 haneli olmalı; burada {count} hane var."),
    "roster_tckn_wrong": _("Böyle bir T.C. kimlik numarası olamaz; rakamlardan biri yanlış yazılmış."),
    "roster_phone_missing": _("Cep telefonu yazılmamış."),
    "roster_phone_letter": _("Cep telefonunda «{letter}» olmaz; tek bir numara yazın. Örnek: 0505 123 45 67."),
    "roster_phone_digits": _("Cep telefonu başındaki 0 ile 11 haneli olmalı; burada {count} hane var."),
    "roster_phone_not_mobile": _("Bu, Türkiye’de bir cep telefonu numarası değil. Örnek: 0505 123 45 67."),
    # names
    "roster_given_names_missing": _("Ad yazılmamış."),
    "roster_surname_missing": _("Soyad yazılmamış."),
    "roster_name_letter": _("Ad ve soyad nüfus kaydındaki Türkçe harflerle yazılır; burada «{letter}» var."),
    "roster_name_joint": _(
        "Ad ve soyad boşluk, kesme ya da tire ile başlayamaz, bitemez; bu işaretler yan yana gelemez."
    ),
    "roster_name_too_long": _("Ad ve soyadın her biri en çok {longest} karakter olabilir."),
    "roster_names_too_long": _("Ad ile soyad birlikte en çok {longest} karakter olabilir."),
    # the rest
    "roster_email_missing": _("e-Posta adresi yazılmamış."),
    "roster_email_space": _("e-Posta adresinde boşluk olmaz; tek bir adres yazın."),
    "roster_email_letter": _("e-Posta adresinde «{letter}» olmaz; Türkçe harf kullanmadan yazın."),
    "roster_email_too_long": _("e-Posta adresi en çok {longest} karakter olabilir."),
    "roster_email_wrong": _("e-Posta adresi eksik ya da yanlış. Örnek: ad.soyad@kurum.gov.tr."),
    "roster_text_letter": _("Bu hücrede «{letter}» kullanılamaz; harf, rakam ve . , - / gibi işaretlerle yazın."),
    "roster_text_too_long": _("Bu hücreye en çok {longest} karakter yazılabilir."),
    "roster_kind_missing": _("Başvuru türü yazılmamış. Şablondaki «Başvuru türleri» sayfasından birini yazın."),
    "roster_kind_unknown": _("Böyle bir başvuru türü yok. Şablondaki «Başvuru türleri» sayfasından birini yazın."),
    # the whole list
    "roster_tckn_twice": _("Bu T.C. kimlik numarası {other}. satırda da var. Kişiyi bir kez yazın."),
    "roster_phone_twice": _("Bu cep telefonu {other}. satırda da var. Her kişinin kendi numarası olmalı."),
    "roster_email_twice": _("Bu e-posta adresi {other}. satırda da var. Her kişinin kendi adresi olmalı."),
    "roster_quota_exceeded": _(
        "Kotanızda {left} yer kaldı, listede hatasız {wanted} kişi var. Son {beyond} satıra yer yok."
    ),
    "roster_row_beyond_quota": _("Kotada bu satıra yer kalmadı. Satır, kota artınca yeniden yüklenebilir."),
    # what happened through this institution before
    "contract_missing": _(
        "Kurumunuzun bugün yürürlükte bir sözleşmesi yok; bu yüzden kurum ödemeli sertifika istenemez. "
        "Sertifika merkeziyle görüşün."
    ),
    "person_already_asked_for": _("Bu kişi için kurumunuzun bekleyen bir talebi var."),
    "person_has_running_application": _("Bu kişinin kurumunuzda süren bir başvurusu var."),
    "person_has_open_certificate": _("Bu kişinin kurumunuzdan açık bir sertifikası var; başka bir tür yazın."),
    "person_has_nothing_to_renew": _("Bu kişinin kurumunuzdan geçerli bir sertifikası yok; yenilenemez."),
    "person_certificate_suspended": _("Bu kişinin kurumunuzdan aldığı sertifika askıda; askıdayken yenilenemez."),
    "person_renewal_too_early": _("Bu kişinin sertifikasının bitmesine daha çok var; yenilemeyi bitişe yakın isteyin."),
    "person_has_nothing_to_replace": _("Bu kişinin kurumunuzdan bir sertifikası olmamış; «İlk sertifika» yazın."),
    # the laws
    "no_row_accepted": _("Listedeki her satırda hata var. Düzeltip yeniden yükleyin."),
    "rows_left_to_take_in": _("Listenin bazı satırları henüz talep olmadı."),
    "uploader_may_not_approve": _(
        "Bu listeyi siz yüklediniz. Onayı kurumunuzun başka bir yetkilisi vermeli: biri ister, öteki onaylar."
    ),
    "key_holder_may_not_approve": _(
        "Bu listeyi, anahtarını sizin ürettiğiniz bir program yükledi. Onayı kurumunuzun başka bir yetkilisi vermeli."
    ),
    "deputation_may_not_approve": _(
        "Bu listeyi yükleyenle aranızda vekâlet var: biri öteki adına işlem yapıyor. Onayı kurumunuzun üçüncü bir "
        "yetkilisi vermeli."
    ),
    "request_in_production": _("Kart üretime alındı; talep artık geri çekilemez."),
    "request_deadline_ahead": _("Talebin süresi henüz dolmadı."),
    "request_application_under_way": _("Kişi başvuruya başladı; artık başvurunun süresi geçerli."),
    "invitation_ended": _("Bu davet sona ermiş. Sertifika hâlâ gerekiyorsa kurumunuz yeniden isteyebilir."),
}


def said(fault: Fault, text: object) -> str:
    """A fault's words, `text` (this room's or, for what the database knows, another's), with its facts and its row:

    «5. satır: T.C. kimlik numarası 11 haneli olmalı; burada 10 hane var.»
    """
    words = str(text).format(**fault.facts)
    if fault.number == WHOLE_FILE:
        return words
    return gettext("{number}. satır: {words}").format(number=fault.number, words=words)
