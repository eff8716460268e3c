"""What the invented people and institutions of registry_search.py are called, and what is asked of them."""

from divit.kernel.turkish import tr_fold, tr_upper


def words(text: str) -> list[str]:
    """One a word."""
    return text.split()


GIVEN = words(
    """Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Hatice Hüseyin Zeynep Hasan Elif İbrahim Meryem İsmail Şerife Osman
Zehra Murat Sultan Yusuf Hanife Ömer Merve Ramazan Havva Halil Zeliha Süleyman Esra Abdullah Fadime Mahmut Özlem Recep
Hacer Salih Rabia Fatih Melek Kadir Yasemin Emre Hülya Hakan Cemile Adem Sevim Kemal Gülsüm Yaşar Leyla Bekir Dilek
Musa Büşra Metin Aysel Orhan Songül Burak Kübra Furkan Halime Mert Esma Selim Tuğba Serkan Ümmü Cemal Aynur Engin
Selma Onur Gamze Gökhan Filiz Erkan Sibel Bayram Nurcan Enes Derya Cengiz Ebru Veli Saliha Ufuk Pınar Tolga Çiğdem
Volkan Şule Barış Nuray Deniz Işıl Kaan Müge Özgür Ilgaz Çağlar Öykü Doruk Ceren Umut Irmak Yiğit Güneş Ege Nehir
Tuna Beril Alp Defne Kuzey Ada Rüzgâr Mavi Toprak İpek"""
)
STEMS = words(
    """Yıl Kay De Çel Şah Öz Ak Gün Bul Er Ay Kara Sarı Demir Taş Koç Ars Doğ Kıl Aslan Çet Kurt Tek Bey Tun Uç Yağ
Gök Il Işık Bal Can Dur Ekin Fer Gür Has İnce Kum Mut Nal Ok Pek Rüz Sev Şen Top Ulu Var Zor"""
)
ENDINGS = words(
    """maz a mir ik in türk taş doğan yıldız lan an ıç baş oğlu kaya er soy can gül bay tepe su göz kan sever alp tekin
    men yürek ince de el ay"""
)
CITIES = words("Erzincan Isparta Şanlıurfa Muğla Kütahya Çanakkale Iğdır Ağrı Gümüşhane Bingöl")
PLACES = words("Eğitim Sağlık Tarım Gençlik Kültür Adalet Ulaştırma Çevre")
TABLES = words(
    """identity_person applications_application applications_requirement production_cardorder production_card
    certificates_intent certificates_certificate delivery_parcel"""
)
"""The large ones."""


def questions(known: list[list[str]]) -> dict[str, list[str]]:
    """Every kind of question, as people type it."""
    references, tckns, given, surnames, phones, mailboxes, serials, cards, parcels, boxes, places = zip(
        *known, strict=True
    )
    names = list(zip(given, surnames, strict=True))
    return {
        "T.C. kimlik no": list(tckns),
        "telephone": [f"0{phone[3:]}" for phone in phones],
        "e-mail": list(mailboxes),
        "application reference": [reference.replace("-", " ") for reference in references],
        "certificate serial": list(serials),
        "certificate serial, zeros before it": [f"0000{serial.lower()}" for serial in serials],
        "card serial": list(cards),
        "parcel tracking number": list(parcels),
        "number of a box": list(boxes),
        "given names and surname": [f"{first} {last}" for first, last in names],
        "surname first, no Turkish marks": [tr_fold(f"{last} {first.split()[0]}") for first, last in names],
        "surname alone, capitals": [tr_upper(last) for last in surnames],
        "first four letters of a surname": [last[:4] for last in surnames],
        "one given name, the commonest first": GIVEN,
        "two letters and a surname": [f"{first[:2]} {last}" for first, last in names],
        "two letters alone": [first[:2] for first in given],
        "a name that nobody has": [f"{last[:4]}qxw" for last in surnames],
        "surname, institution": [f"{last}, {place}" for last, place in zip(surnames, places, strict=True)],
        "given name, institution": [f"{first.split()[0]}, {place}" for first, place in zip(given, places, strict=True)],
        "institution": list(places),
    }
