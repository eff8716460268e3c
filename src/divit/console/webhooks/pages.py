"""Bildirim adresleri: the addresses of an institution's programs, what was sent to each, and a new one."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, appointed
from divit.console.pages import attempt, done
from divit.console.paging import page_of
from divit.console.webhooks import wording
from divit.console.webhooks.forms import SPANS, ReplayForm, WebhookForm
from divit.flows import webhook_endpoints as flow
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound
from divit.webhooks import selectors, services
from divit.webhooks.lifecycle import Act
from divit.webhooks.models import Webhook

_ONE = "console:officer_webhook"


@appointed(Role.OFFICER)
@require_safe
def officer_webhooks(request: DeskRequest) -> HttpResponse:
    """Every address of the own institution, and how each is doing."""
    rows = selectors.webhooks_of(request.institution.pk)
    tallies = selectors.tallies(row.pk for row in rows)
    context = {
        "institution": request.institution,
        "may_add": not request.actor.deputises_for,
        "rows": [
            {
                "webhook": row,
                "standing": wording.standing(row, tallies.get(row.pk)),
                "topics": wording.topics(row),
                "tally": tallies.get(row.pk),
            }
            for row in rows
        ],
    }
    return render(request, "console/webhooks/list.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_webhook_new(request: DeskRequest) -> HttpResponse:
    """A new address; its secret is shown in the answer, once."""
    form = WebhookForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        made: list[tuple[Webhook, str]] = []
        refusal = attempt(lambda: made.append(flow.add(**form.cleaned_data, by=request.actor)), form=form)
        if made:
            return _secret(request, *made[0], first=True)
    failed = form.is_bound
    context = {"institution": request.institution, "form": form, "refusal": refusal, "has_errors": failed}
    return render(request, "console/webhooks/new.html", context, status=409 if failed else 200)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_webhook(request: DeskRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """One address: what was sent there and what came back, and everything that may be done with it."""
    row = selectors.webhook_of(request.institution.pk, webhook_id)
    act = request.POST.get("act", "")
    form = ReplayForm(request.POST if act == Act.REPLAY else None)
    refusal = ""
    if request.method == "POST":
        answer = _act(request, row, act, form)
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
    return _page(request, row, form, refusal=refusal)


def _act(request: DeskRequest, row: Webhook, act: str, form: ReplayForm) -> HttpResponse | str:
    """What was pressed: the answer, or the sentence of a refusal."""
    here = {"institution_id": request.institution.pk, "webhook_id": row.pk}
    by = request.actor
    if act == Act.TEST:
        refusal = attempt(lambda: flow.test(row.pk, by=by))
        said = _("Deneme yola çıktı. Birkaç saniye sonra sayfayı yenileyip yanıtına bakın.")
        return refusal or done(request, said, to=_ONE, **here)
    if act == Act.ROTATE:
        made: list[tuple[Webhook, str]] = []
        refusal = attempt(lambda: made.append(flow.rotate(row.pk, secret_no=_number(request), by=by)))
        return refusal or _secret(request, *made[0], first=False)
    if act == Act.CLOSE:
        refusal = attempt(lambda: flow.close(row.pk, by=by))
        said = _("Adres kapatıldı; artık bildirim gönderilmez.")
        return refusal or done(request, said, to="console:officer_webhooks", institution_id=request.institution.pk)
    if act == "again":
        delivery = _id(request.POST.get("delivery", ""))
        refusal = attempt(lambda: flow.replay_one(row.pk, delivery, by=by))
        return refusal or done(request, _("Bildirim yeniden yola çıktı."), to=_ONE, **here)
    if form.is_bound and form.is_valid():
        sent: list[int] = []
        since = clock.now() - SPANS[form.cleaned_data["since"]][1]
        refusal = attempt(lambda: sent.append(flow.replay(row.pk, since=since, by=by)), form=form)
        return refusal or done(request, _on_their_way(sent[0]), to=_ONE, **here)
    return ""


def _page(request: DeskRequest, row: Webhook, form: ReplayForm, *, refusal: str) -> HttpResponse:
    row.refresh_from_db()
    acts = selectors.acts_open_to(row, by=request.actor)
    page = page_of(selectors.deliveries_of(row.pk), request.GET.get("sayfa", ""))
    failed = bool(refusal) or form.is_bound or request.method == "POST"
    context = {
        "institution": request.institution,
        "webhook": row,
        "standing": wording.standing(row, selectors.tallies([row.pk]).get(row.pk)),
        "topics": wording.topics(row),
        "acts": {str(act) for act in acts},
        "old_until": row.old_until if row.old_until and row.old_until > clock.now() else None,
        "test_waits": selectors.facts_of(row).test_waits,
        "page": page,
        "lines": wording.lines(page.object_list, open_now=Act.REPLAY in acts),
        "form": form,
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/webhooks/one.html", context, status=409 if failed else 200)


def _secret(request: DeskRequest, row: Webhook, secret: str, *, first: bool) -> HttpResponse:
    """The one page on which a secret stands; it is not kept anywhere, and asking again gives another."""
    context = {
        "institution": request.institution,
        "webhook": row,
        "secret": secret,
        "first": first,
        "hours": int(services.OVERLAP.total_seconds() // 3600),
    }
    return render(request, "console/webhooks/secret.html", context)


def _on_their_way(count: int) -> str:
    if not count:
        return _("Bu süre içinde bildirilecek bir şey olmamış.")
    return ngettext("{n} bildirim yeniden yola çıktı.", "{n} bildirim yeniden yola çıktı.", count).format(n=count)


def _number(request: DeskRequest) -> int:
    """The secret that the page knew of; 0, which none has, for what no page of ours says."""
    told = request.POST.get("secret_no", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0


def _id(told: str) -> uuid.UUID:
    try:
        return uuid.UUID(told)
    except ValueError as wrong:
        raise NotFound("webhook delivery") from wrong
