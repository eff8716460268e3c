"""The status of each service in words: what it is, what its failing means, what one can do meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from divit.flows.service_status import DAYS, DayMark, Line, State
from divit.probe.findings import Service
from divit.watching.models import Announcement, Outage
from divit.watching.words import SERVICES

Words = str | Promise

HEADLINES: Mapping[State, Words] = {
    State.WORKS: _("Bütün hizmetler çalışıyor."),
    State.DOWN: _("Bazı hizmetler şu anda çalışmıyor."),
    State.UNKNOWN: _("Şu anda ölçemiyoruz; aşağıda son bildiklerimiz var."),
}
STATES: Mapping[State, Words] = {
    State.WORKS: _("Çalışıyor"),
    State.DOWN: _("Çalışmıyor"),
    State.UNKNOWN: _("Bilinmiyor"),
}
# What does not work while it is down.
AFFECTED: Mapping[Service, Words] = {
    Service.SIGN_IN: _("e-Devlet üzerinden giriş yapılamaz."),
    Service.CLOSING: _("Sertifikalar bu sayfalardan askıya alınamaz, iptal edilemez."),
    Service.OCSP: _("İmza doğrulayan yazılımlar bir sertifikanın geçerli olup olmadığını anında soramaz."),
    Service.CRL: _("İmza doğrulayan yazılımlar iptal edilmiş sertifikaların yeni listesini alamaz."),
    Service.TSA: _("İmzalara buradan zaman damgası alınamaz."),
    Service.APPLYING: _("Yeni başvuru yapılamaz, ödeme alınamaz ya da başvurular ilerlemez."),
    Service.SMS: _("Doğrulama kodları ve bildirimler SMS ile ulaşmaz."),
}
MEANWHILE: Mapping[Service, Words] = {
    Service.SIGN_IN: _("Acil değilse daha sonra yeniden deneyin. Kartınız kayıpsa aşağıdaki yoldan bize ulaşın."),
    Service.CLOSING: _("Kartınız kayıp veya çalındıysa beklemeyin, aşağıdaki yoldan bize ulaşın."),
    Service.OCSP: _("Yazılımların çoğu kendiliğinden iptal listesine bakar. Değilse biraz sonra yeniden doğrulayın."),
    Service.CRL: _(
        "Yazılımlar ellerindeki listeyi bitiş zamanına kadar kullanır; durum sorgulama (OCSP) ayrıca çalışır."
    ),
    Service.TSA: _("Zaman damgasız imzalayıp damgayı daha sonra ekleyin ya da başka bir damga hizmeti kullanın."),
    Service.APPLYING: _(
        "Doldurduklarınız saklanır, kaldığınız yerden sürdürürsünüz. Yarım kalan ödemeyi yinelemeyin; biz sorarız."
    ),
    Service.SMS: _("Kod gelmezse biraz sonra yeniden isteyin; SMS gitmiyorsa sayfa başka bir yol önerir."),
}
# The picture: a bar for each day, as high as the day was troubled; a low line where nobody looked.
_STEP, _WIDTH, _HEIGHT, _CALM, _BLANK = 5, 4, 32, 20, 3


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One day in the picture."""

    kind: str
    x: int
    y: int
    height: int


def line(one: Line) -> dict[str, Any]:
    """One service for its part of the page."""
    troubled = [day for day in one.days if day.minutes]
    return {
        "name": SERVICES[one.service],
        "key": str(one.service),
        "state": one.state,
        "state_words": STATES[one.state],
        "since": one.since,
        "affected": AFFECTED[one.service],
        "meanwhile": MEANWHILE[one.service],
        "share": None if one.share is None else _percent(one.share),
        "span": spoken(timedelta(minutes=one.minutes)),
        "troubled": [{"day": day.day, "span": spoken(timedelta(minutes=day.minutes or 0))} for day in troubled],
        "unseen": sum(day.minutes is None for day in one.days),
        "bars": [_bar(place, day) for place, day in enumerate(one.days)],
        "days": DAYS,
        "width": DAYS * _STEP,
        "bar_width": _WIDTH,
        "height": _HEIGHT,
    }


def _percent(share: int) -> str:
    point = "." if get_language() == "en" else ","
    return f"{share // 1000}{point}{share % 1000 // 10:02d}"


def _bar(place: int, day: DayMark) -> Bar:
    kind, height = ("blank", _BLANK) if day.minutes is None else ("down", _HEIGHT) if day.minutes else ("calm", _CALM)
    return Bar(kind=kind, x=place * _STEP, y=_HEIGHT - height, height=height)


def announced(one: Announcement) -> dict[str, Any]:
    """What staff tell everybody, in the reader's language."""
    return {
        "services": [SERVICES[Service(name)] for name in one.services],
        "begins": one.begins_at,
        "ends": one.ends_at,
        "words": one.english if get_language() == "en" else one.turkish,
    }


def past(outage: Outage) -> dict[str, Any]:
    """An outage that is over."""
    service, ended = Service(outage.service), outage.ended_at or outage.began_at
    return {
        "name": SERVICES[service],
        "began": outage.began_at,
        "ended": ended,
        "span": spoken(_whole_minutes(outage.began_at, ended)),
        "affected": AFFECTED[service],
    }


def _whole_minutes(began: datetime, ended: datetime) -> timedelta:
    return timedelta(minutes=max(1, round((ended - began) / timedelta(minutes=1))))


def spoken(span: timedelta) -> Words:
    """«3 saat 5 dakika»; nothing for no time at all."""
    minutes = int(span.total_seconds() // 60)
    if not minutes:
        return ""
    hours, left = divmod(minutes, 60)
    if not hours:
        return _("{minutes} dakika").format(minutes=left)
    return _("{hours} saat {minutes} dakika").format(hours=hours, minutes=left)
