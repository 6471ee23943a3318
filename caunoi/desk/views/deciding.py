"""Deciding about many records: asked once more, then done in one request, or chunk by chunk by the page's script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.errors import CommentMissing
from caunoi.approvals.rules import Step
from caunoi.desk import deciding
from caunoi.desk.errors import AllDoubtful, NothingChosen
from caunoi.desk.inbox import TABS, describe, find_doubted, list_sent, read_filters
from caunoi.desk.views.inbox import check_officer
from caunoi.facts.checks import find_open
from caunoi.languages import show_number
from caunoi.records.actions import Decided, Seen, decide_many
from caunoi.records.models import Submission

NAMED = 20
# More refusals than a person reads; the count says how many there are.
REFUSALS_SHOWN = 200


@dataclass(frozen=True)
class NotTaken:
    name: str
    address: str
    sentence: str


@never_cache
@require_http_methods(["GET", "POST"])
def decide_chosen(request: HttpRequest) -> HttpResponse:
    """First asks once more; then decides about what can be decided and names the rest with the reason."""
    if request.method != "POST":
        return redirect("inbox")
    user = check_officer(request)
    step, back = deciding.read_step(request.POST.get("step", "")), way_back(request.POST.get("back", ""))
    seen = _list_whole(user, back) if request.POST.get("all") == "filter" else deciding.read_chosen(request.POST)
    comment = request.POST.get("comment", "").strip()
    scope = scope_of(user, moments.today())
    found = scope.filter_submissions(Submission.objects.filter(pk__in=ids_in_sql(list(seen))))
    known = set(found.values_list("pk", flat=True))
    seen = {pk: one for pk, one in seen.items() if pk in known}
    if not seen:
        raise NothingChosen
    # A value outside the rules enters the books by this click: it is decided by somebody who has it before them.
    doubted = find_doubted(seen) if step is Step.APPROVE else set()
    seen = {pk: one for pk, one in seen.items() if pk not in doubted}
    if not seen:
        raise AllDoubtful(len(doubted))
    confirmed = request.POST.get("confirmed") == "yes"
    lacks_comment = confirmed and deciding.needs_comment(step) and not comment
    if confirmed and not lacks_comment:
        decided = decide_many(step, seen, by=user, at=moments.now(), comment=comment, seen=seen)
        if request.headers.get("Accept") == "application/json":
            return _answer_script(decided)
        return render(request, "desk/collect/decide_many.html", {"back": back, "done": True, **_show(step, decided)})
    worth = find_open(seen, scope) if step is Step.APPROVE else {}
    context = {
        "back": back,
        "step": step.value,
        "question": deciding.ask(step, len(seen)),
        "explanation": deciding.explain(step),
        "button": deciding.name_button(step),
        "is_mild": step in (Step.APPROVE, Step.LOCK),
        "needs_comment": deciding.needs_comment(step),
        "missing": CommentMissing(step).sentence if lacks_comment else "",
        "names": [describe(one) for one in _read(list(seen)[:NAMED])],
        "rest": len(seen) - NAMED,
        "doubted": [(reverse("submission", args=[one.pk]), describe(one)) for one in _read(sorted(doubted)[:NAMED])],
        "doubted_count": len(doubted),
        "worth": [
            (reverse("submission", args=[one.pk]), describe(one), worth[one.pk][0].sentence)
            for one in _read(sorted(worth)[:NAMED])
        ],
        "worth_count": len(worth),
        "chosen": deciding.write_chosen(seen),
        "count": len(seen),
        "result": deciding.name_result(step),
        "say_done": deciding.say_done(step) % {"count": "{count}"},
        "say_already": deciding.say_already(step) % {"count": "{count}"},
        "say_refused": deciding.say_refused(step) % {"count": "{count}"},
    }
    return render(request, "desk/collect/decide_many.html", context, status=400 if lacks_comment else 200)


def _list_whole(user: User, back: str) -> dict[int, Seen]:
    """Everything of the list one came from, as it stands now, by its own filter."""
    asked = QueryDict(urlsplit(back).query)
    tab = asked.get("tab", "")
    if tab not in deciding.STEPS:
        tab = TABS[0]
    found = list_sent(tab, user, moments.now(), read_filters(asked, moments.today()))
    rows = found.order_by("pk").values_list("pk", "current_number", "approved_steps")
    return {pk: Seen(number, stage) for pk, number, stage in rows}


def _read(pks: list[int]) -> list[Submission]:
    records: Mapping[int, Submission] = Submission.objects.select_related("form").in_bulk(pks)
    return [records[pk] for pk in pks if pk in records]


def _name_refused(decided: Decided) -> list[NotTaken]:
    why = dict(decided.refused[:REFUSALS_SHOWN])
    return [NotTaken(describe(one), reverse("submission", args=[one.pk]), why[one.pk]) for one in _read(list(why))]


def _show(step: Step, decided: Decided) -> dict[str, object]:
    counts = {"done": len(decided.taken), "already": len(decided.already), "refused": len(decided.refused)}
    said = {
        "done": deciding.say_done(step),
        "already": deciding.say_already(step),
        "refused": deciding.say_refused(step),
    }
    return {
        "result": deciding.name_result(step),
        **{
            f"said_{name}": said[name] % {"count": show_number(Decimal(count))} if count else ""
            for name, count in counts.items()
        },
        "refused": _name_refused(decided),
    }


def _answer_script(decided: Decided) -> JsonResponse:
    answer = {
        "done": len(decided.taken),
        "already": len(decided.already),
        "refused_count": len(decided.refused),
        "refused": [asdict(one) for one in _name_refused(decided)],
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def way_back(asked: str, *also: str) -> str:
    """Where one came from, if it is the inbox or another of the lists named; else the inbox."""
    addresses = [reverse(name) for name in ("inbox", *also)]
    return asked if any(asked == one or asked.startswith(f"{one}?") for one in addresses) else addresses[0]
