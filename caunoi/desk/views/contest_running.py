"""One contest: what its organiser, entrants' units and others see of it, and the steps of its life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.audit.actions import note_read
from caunoi.awards.queries import list_kinds as list_award_kinds
from caunoi.awards.queries import list_occasions
from caunoi.contests.actions import (
    answer_appeal,
    begin_judging,
    begin_next_round,
    cancel_contest,
    close_contest,
    dismiss_judge,
    erase_entrant,
    extend,
    make_appeal,
    open_contest,
    owes_record,
    propose_awards,
    publish_contest,
    rank_again,
    rank_round,
    withdraw_entry,
)
from caunoi.contests.errors import ContestUnknown
from caunoi.contests.models import AppealOutcome, Contest
from caunoi.contests.permissions import may_erase, may_organise
from caunoi.contests.queries import (
    compute_ranking,
    is_last_round,
    list_dossiers,
    list_prizes,
    may_declare,
    name_lacking_marks,
    read_titles,
    round_of,
    terms_of,
)
from caunoi.contests.rules.life import PUBLISHED
from caunoi.contests.rules.terms import PERSON
from caunoi.desk.asked_numbers import label_asked, read_asked, read_typed
from caunoi.desk.contest_inputs import DecisionForm, UntilForm
from caunoi.desk.contests import (
    CONTEST_BADGES,
    call,
    call_round,
    describe_ties,
    may_enter_any,
    read_contest,
    show_entries,
    show_judges,
    show_ranking,
)
from caunoi.desk.typed_numbers import read_number
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal


@never_cache
@require_safe
def contest(request: HttpRequest, contest_id: int) -> HttpResponse:
    return _show(request, *read_contest(request, contest_id))


def _show(
    request: HttpRequest,
    found: Contest,
    user: User,
    at: datetime,
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """`forms`: those that were sent and refused."""
    today = moments.local_date(at)
    organises = may_organise(user, found, today)
    entries = show_entries(found, user, today, organises=organises)
    if any(line.entry.entrant.kind == PERSON for line in entries):
        note_read("contest", found.subject, by=user.actor, at=at)
    places, terms, state = get_snapshot(), terms_of(found), found.state
    open_until = found.entries_until > at
    shown = {
        "contest": found,
        "badge": CONTEST_BADGES[state],
        "kind": in_reader_language(found.kind.name_vi, found.kind.name_en),
        "unit": places.path_name(found.org_unit_id, found.day_to),
        "organises": organises,
        "erases": may_erase(user, found, today),
        "round": call_round(found, round_of(found)),
        "last_round": is_last_round(found),
        "rounds": [(call(one.named), list(zip(one.names, one.terms.criteria, strict=True))) for one in terms.rounds],
        "terms": terms,
        "ties": describe_ties(found),
        "entries": entries,
        "entry_count": found.entries.filter(withdrawn_at=None).count(),
        "takes_entries": state == "open" and open_until,
        "may_enter": state == "open" and open_until and may_enter_any(user, found, today),
        "open_until": open_until,
        "judges": show_judges(found) if organises and state in ("planned", "open", "judging") else [],
        "appoints": organises and state in ("planned", "open", "judging"),
        "declares": organises and may_declare(found),
        "prizes": [(call(terms.prize_names[one.code]), one.number) for one in terms.prizes],
        "lacking": name_lacking_marks(found, compute_ranking(found)) if organises and state == "judging" else "",
        "rankings": _show_rankings(found) if organises or state in PUBLISHED else [],
        "published": state in PUBLISHED,
        "appeals": _list_appeals(found, entries, organises=organises),
        "appealed": state == "appeals" and found.appeals_until is not None and at < found.appeals_until,
        "outcomes": AppealOutcome.choices,
        "remarking": found.appeals.filter(outcome="remark", remarked=False).exists(),
        "questions": _list_questions(found) if organises and state == "appeals" else [],
        "owes": owes_record(found) if organises and state == "appeals" else False,
        "awards": _list_awards(found) if organises and state == "closed" else None,
        "until_form": UntilForm(),
        "decision_form": DecisionForm(),
    }
    return render(request, "desk/contests/contest.html", shown | forms, status=status)


def _show_rankings(found: Contest) -> list[dict[str, Any]]:
    """The newest first; `newest`: the one that holds now. Prizes stand with the last round's."""
    versions = list(found.rankings.order_by("-round", "-number"))
    prizes, rounds = list_prizes(found), terms_of(found).rounds
    made = []
    for position, one in enumerate(versions):
        one.contest = found
        newest = position == 0
        lines = show_ranking(one, read_titles(one), prizes if newest else {})
        made.append(
            {
                "id": str(one.pk), "version": one, "round": call_round(found, rounds[one.round]), "newest": newest,
                "lines": lines,
            }
        )  # fmt: skip
    return made


def _list_appeals(found: Contest, entries: list[Any], *, organises: bool) -> list[Any]:
    appeals = found.appeals.select_related("entry")
    own = {line.entry.pk for line in entries}
    return [one for one in appeals if organises or one.entry_id in own]


def _label_questions(found: Contest) -> dict[str, str]:
    """Question -> its label, of what the closing asks."""
    return label_asked(found.form_code, found.answers) if owes_record(found) else {}


def _list_questions(found: Contest, sent: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """(question, its label, what was typed) of what the closing asks."""
    labels = _label_questions(found)
    return [(name, labels[name], text) for name, text in read_typed(sent or {}, labels).items()]


def _list_awards(found: Contest) -> dict[str, list[tuple[Any, str]]]:
    """What can be chosen for a dossier: the prizes that were given and have none, kinds of awards, occasions; each
    (code, label). `made`: the dossiers there are, each (its number, the prize)."""
    names, made = terms_of(found).prize_names, list_dossiers(found)
    given = set(list_prizes(found).values()) - made.keys()
    return {
        "made": [(dossier, call(names[prize])) for prize, dossier in made.items() if prize in names],
        "prizes": [(code, call(one)) for code, one in names.items() if code in given],
        "kinds": [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_award_kinds()],
        "occasions": [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_occasions()],
    }


@require_POST
def contest_step(request: HttpRequest, contest_id: int, step: str) -> HttpResponse:
    found, user, at = read_contest(request, contest_id)
    pk, because = found.pk, request.POST.get("because", "")
    match step:
        case "open":
            open_contest(pk, by=user, at=at)
        case "judge":
            begin_judging(pk, by=user, at=at)
        case "rank":
            rank_round(pk, by=user, at=at)
        case "rerank":
            rank_again(pk, because=because, by=user, at=at)
        case "cancel":
            cancel_contest(pk, because=because, by=user, at=at)
        case "withdraw":
            withdraw_entry(pk, _number(request, "entry"), because=because, by=user, at=at)
        case "dismiss":
            dismiss_judge(pk, _number(request, "judge"), because=because, by=user, at=at)
        case "erase":
            erase_entrant(pk, _number(request, "entrant"), because=because, by=user, at=at)
        case "appeal":
            make_appeal(pk, _number(request, "blind"), what=request.POST.get("what", ""), by=user, at=at)
        case "answer":
            outcome, answer = request.POST.get("outcome", ""), request.POST.get("answer", "")
            answer_appeal(pk, _number(request, "appeal"), outcome=outcome, answer=answer, by=user, at=at)
        case "award":
            kind, occasion = request.POST.get("kind", ""), request.POST.get("occasion", "")
            made = propose_awards(pk, request.POST.get("prize", ""), kind=kind, occasion=occasion, by=user, at=at)
            if made.erased:
                messages.warning(request, _say_erased(made.erased))
            return redirect("award-dossier", made.dossier.pk)
        case "extend" | "next-round" | "publish":
            return _until(request, found, user, at, step)
        case "close":
            return _close(request, found, user, at)
        case _:
            raise ContestUnknown
    messages.success(request, _("Đã ghi."))
    return redirect("contest", pk)


def _say_erased(count: int) -> str:
    said = ngettext(
        "%(count)d người được giải đã được xóa tên nên không có trong hồ sơ.",
        "%(count)d người được giải đã được xóa tên nên không có trong hồ sơ.",
        count,
    )
    return said % {"count": count}


def _number(request: HttpRequest, name: str) -> int:
    number = read_number(request.POST.get(name))
    if number is None:
        raise ContestUnknown
    return number


def _until(request: HttpRequest, found: Contest, user: User, at: datetime, step: str) -> HttpResponse:
    form = UntilForm(request.POST)
    if form.is_valid():
        try:
            if step == "next-round":
                begin_next_round(found.pk, judging_until=form.until, by=user, at=at)
            elif step == "publish":
                publish_contest(found.pk, appeals_until=form.until, by=user, at=at)
            else:
                what, because = request.POST.get("what", ""), request.POST.get("because", "")
                extend(found.pk, what=what, until=form.until, because=because, by=user, at=at)
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã ghi."))
            return redirect("contest", found.pk)
    return _show(request, found, user, at, status=422, until_form=form)


def _close(request: HttpRequest, found: Contest, user: User, at: datetime) -> HttpResponse:
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            asked = read_asked(request.POST, _label_questions(found))
            close_contest(
                found.pk, decision=form.cleaned_data["decision"], day=form.cleaned_data["decided_on"], asked=asked,
                by=user, at=at,
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Hội thi đã kết thúc; giải đã trao và số đếm đã gửi."))
            return redirect("contest", found.pk)
    asks = _list_questions(found, request.POST)
    return _show(request, found, user, at, status=422, decision_form=form, questions=asks)
