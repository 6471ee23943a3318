"""Contests for whoever organises or enters one: the list, one contest and its steps, entries and their files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import note_read
from caunoi.awards.queries import list_kinds as list_award_kinds
from caunoi.awards.queries import list_occasions
from caunoi.contests.actions import (
    add_entry,
    answer_appeal,
    appoint_judge,
    begin_judging,
    begin_next_round,
    cancel_contest,
    change_contest,
    close_contest,
    dismiss_judge,
    erase_entrant,
    extend,
    make_appeal,
    open_contest,
    owes_record,
    plan_contest,
    propose_awards,
    publish_contest,
    rank_again,
    rank_round,
    withdraw_entry,
)
from caunoi.contests.errors import ContestNotYours, ContestUnknown, JudgeOfOwn
from caunoi.contests.models import AppealOutcome, Contest, ContestState
from caunoi.contests.people import list_overdue
from caunoi.contests.permissions import check_may_organise, may_enter, may_erase, may_organise
from caunoi.contests.queries import (
    SORTS,
    compute_ranking,
    get_contest,
    is_appointed,
    is_last_round,
    list_contests,
    list_dossiers,
    list_judging,
    list_prizes,
    name_lacking_marks,
    read_titles,
    round_of,
    terms_of,
)
from caunoi.contests.rules.life import PUBLISHED
from caunoi.contests.rules.terms import PERSON
from caunoi.desk.asked_numbers import label_asked, read_asked, read_typed
from caunoi.desk.contest_inputs import ContestForm, DecisionForm, EntryForm, JudgeForm, UntilForm
from caunoi.desk.contests import (
    CONTEST_BADGES,
    call,
    call_round,
    list_holders,
    read_filters,
    show_entries,
    show_judges,
    show_lines,
    show_ranking,
)
from caunoi.desk.downloads import download
from caunoi.desk.list_filters import read_sort
from caunoi.desk.table_files import send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

PAGE = 50
MOST_PLACES = 300


def _read(request: HttpRequest, contest_id: int) -> tuple[Contest, User, datetime]:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    return get_contest(contest_id, user, scope_of(user, today), today), user, at


@never_cache
@require_safe
def contests(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    asked, sort = read_filters(request.GET), read_sort(request.GET, SORTS, "-day")
    found = list_contests(user, scope_of(user, today), asked.filters, today, sort)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {
        "asked": asked,
        "sort": sort,
        "page": page,
        "lines": show_lines(page.object_list),
        "states": ContestState.choices,
        "judging": list_judging(user),
        "appointed": is_appointed(user),
        "may_plan": bool(list_holders(user, today)),
        "overdue": list({one.contest_id: one.contest for one in list_overdue(user, at)}.values()),
    }
    return render(request, "desk/contests/contests.html", shown)


@never_cache
@require_safe
def contests_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match; nobody who enters or judges is named."""
    user, today = cast(User, request.user), moments.today()
    sort = read_sort(request.GET, SORTS, "-day")
    found = list_contests(user, scope_of(user, today), read_filters(request.GET).filters, today, sort)
    headings = [_("Tên hội thi"), _("Loại"), _("Đơn vị tổ chức"), _("Ngày"), _("Tình trạng"), _("Số bài")]
    rows = (
        [line.title, line.kind, line.unit, line.when, line.state, str(line.entries)] for line in show_lines(found)
    )  # fmt: skip
    return send_table(_("Hội thi"), headings, rows, f"hoi-thi-{today:%Y-%m-%d}.{kind}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest_new(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    units = [(one.key, one.path) for one in list_holders(user, moments.local_date(at))]
    if not units:
        raise ContestNotYours(_("đơn vị này"))
    form = ContestForm(request.POST if request.method == "POST" else None, units)
    if form.is_bound and form.is_valid():
        try:
            unit = get_snapshot().by_key[form.cleaned_data["unit"]].id
            made = plan_contest(org_unit_id=unit, draft=form.draft, by=user, at=at)
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã lập hội thi. Mời giám khảo, rồi mở nhận bài."))
            return redirect("contest", made.pk)
    return render(request, "desk/contests/edit.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest_edit(request: HttpRequest, contest_id: int) -> HttpResponse:
    found, user, at = _read(request, contest_id)
    check_may_organise(user, found, moments.local_date(at))
    form = ContestForm(request.POST if request.method == "POST" else None, [], found)
    if form.is_bound and form.is_valid():
        try:
            change_contest(found.pk, draft=form.draft, by=user, at=at)
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("contest", found.pk)
    shown = {"form": form, "contest": found}
    return render(request, "desk/contests/edit.html", shown, status=422 if form.errors else 200)


@never_cache
@require_safe
def contest(request: HttpRequest, contest_id: int) -> HttpResponse:
    return _show(request, *_read(request, contest_id))


def _show(
    request: HttpRequest,
    found: Contest,
    user: User,
    at: datetime,
    *,
    status: int = 200,
    asked: bool = False,
    **forms: Any,
) -> HttpResponse:
    """`forms`: those that were sent and refused. `asked`: whether a judge is a namesake, to be confirmed."""
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
        "may_enter": state == "open" and open_until and _may_enter(user, found, today),
        "open_until": open_until,
        "judges": show_judges(found) if organises and state in ("planned", "open", "judging") else [],
        "appoints": organises and state in ("planned", "open", "judging"),
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
        "asked": asked,
        "judge_form": JudgeForm(),
        "until_form": UntilForm(),
        "decision_form": DecisionForm(),
    }
    return render(request, "desk/contests/contest.html", shown | forms, status=status)


def describe_ties(found: Contest) -> str:
    said = {
        "median": _("tổng điểm ở giữa của các giám khảo"),
        "highest": _("tổng điểm cao nhất của một giám khảo"),
        "lowest": _("tổng điểm thấp nhất của một giám khảo"),
    }
    names = {one.code: call(one) for one in round_of(found).names}
    return "; ".join(said.get(tie) or names.get(tie, tie) for tie in round_of(found).terms.ties)


def _may_enter(user: User, found: Contest, today: date) -> bool:
    return any(may_enter(user, found, one.id, today) for one in list_holders(user, today))


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


# -- entries ----------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, contest_id: int) -> HttpResponse:
    found, user, at = _read(request, contest_id)
    today = moments.local_date(at)
    if not _may_enter(user, found, today):
        raise ContestNotYours(get_snapshot().path_name(found.org_unit_id, today))
    sent = request.method == "POST"
    form = EntryForm(request.POST if sent else None, request.FILES if sent else None, found, today)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            add_entry(
                found.pk, kind=typed["kind"], org_unit_id=form.org_unit, name=typed["name"], title=typed["title"],
                files=form.prepared, by=user, at=at,
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã nộp bài dự thi."))
            return redirect("contest", found.pk)
    places = get_snapshot()
    near = [places.distinct_name_on(one, today) for one in places.children_on(found.org_unit_id, today)][:MOST_PLACES]
    shown = {"contest": found, "form": form, "places": near}
    return render(request, "desk/contests/entry.html", shown, status=422 if form.errors else 200)


@require_safe
def entry_file(request: HttpRequest, contest_id: int, entry_id: int, file_id: int) -> FileResponse:
    found, user, at = _read(request, contest_id)
    entry = found.entries.filter(pk=entry_id).select_related("entrant").first()
    if entry is None or not may_enter(user, found, entry.entrant.org_unit_id, moments.local_date(at)):
        raise ContestUnknown
    file = entry.files.filter(pk=file_id).select_related("stored").first()
    if file is None:
        raise ContestUnknown
    return download(file)


# -- steps ------------------------------------------------------------------------------------------------------------


@require_POST
def contest_step(request: HttpRequest, contest_id: int, step: str) -> HttpResponse:
    found, user, at = _read(request, contest_id)
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
        case "appoint":
            return _appoint(request, found, user, at)
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


def _appoint(request: HttpRequest, found: Contest, user: User, at: datetime) -> HttpResponse:
    form, asked = JudgeForm(request.POST), False
    if form.is_valid():
        judge, confirmed = form.cleaned_data["username"], form.cleaned_data["confirmed"]
        try:
            appoint_judge(found.pk, judge, namesake_confirmed=confirmed, by=user, at=at)
        except Refusal as refused:
            asked = isinstance(refused, JudgeOfOwn) and refused.may_stand
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã mời giám khảo. Người đó thấy việc chấm ở trang Hội thi khi bắt đầu chấm."))
            return redirect("contest", found.pk)
    return _show(request, found, user, at, status=422, judge_form=form, asked=asked)


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
