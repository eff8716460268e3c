"""The letters to staff when a service stops working and when it works again; no notices, for no person gets them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OutageLetter:
    """Both languages in one letter; placeholders: {service}, {began}, {ended}, {minutes}, {lines}, {page}."""

    subject: str
    turkish: str
    english: str


BEGUN = OutageLetter(
    subject="Çalışmıyor / not working: {service}",
    turkish=(
        "«{service}» {began} anından beri çalışmıyor.\n\n{lines}\n\n"
        "Herkese açık durum sayfası bunu gösteriyor: {page}\nYeniden çalıştığında bir ileti daha alacaksınız."
    ),
    english=(
        "«{service}» has not worked since {began}.\n\n{lines}\n\n"
        "The public status page shows it: {page}\nYou will get one more message when it works again."
    ),
)
OVER = OutageLetter(
    subject="Yeniden çalışıyor / works again: {service}",
    turkish=(
        "«{service}» {ended} anından beri yeniden çalışıyor. {began} anında durmuştu; {minutes} dakika sürdü.\n\n"
        "{lines}"
    ),
    english=(
        "«{service}» has worked again since {ended}. It had stopped at {began}; it took {minutes} minutes.\n\n{lines}"
    ),
)
