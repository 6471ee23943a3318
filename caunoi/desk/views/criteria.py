"""Sets of criteria: the list, the progress of all communes, what is missing of one, and what was shown for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.assessments.actions import group_unit, record_progress, state_criterion
from caunoi.assessments.errors import CriteriaSetUnknown
from caunoi.assessments.models import CriteriaSet, StatementFile
from caunoi.assessments.permissions import may_group, may_state
from caunoi.assessments.queries import (
    get_criteria_set,
    get_statement_file,
    groups_on,
    judge_units,
    list_criteria_sets,
    list_groups,
    list_parts_on,
    list_recorded,
    list_statement_files,
    list_statements,
    list_units,
)
from caunoi.assessments.rules.criteria import (
    Judged,
    Progress,
    count_progress,
    list_missing,
    list_parts,
    read_criteria,
    read_parts,
)
from caunoi.assessments.standings import list_required, tell_standings
from caunoi.desk.criteria_inputs import DayForm, GroupForm, StatementForm, name_criterion
from caunoi.desk.criteria_levels import count_levels, name_level, show_standing, tell_missing
from caunoi.desk.downloads import download
from caunoi.desk.table_files import send_table
from caunoi.documents.uploads import LARGEST_FILE, prepare_file
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run
from caunoi.refusals import NotAllowed, Refusal
from caunoi.targets.attainment import Attained, ask_attained_of
from caunoi.vietnamese_text import fold

UNITS_A_PAGE = 100


@dataclass(frozen=True)
class Row:
    """One unit in the table; `level`: its name, '' for none; `parts`: of the criteria that fall into parts; `missing`:
    names of what is not met; `to_next`: what is missing to the next level."""

    name: str
    key: str
    group: str
    progress: Progress
    parts: Progress
    missing: list[str]
    level: str
    to_next: str


@dataclass(frozen=True)
class Shown:
    """A criterion or a part as the unit's page shows it; `files`: of what was last stated; `attained`: what of its
    figure's target was reached."""

    one: Judged
    files: Sequence[StatementFile]
    parts: Sequence[Shown]
    attained: Attained | None

    @property
    def value(self) -> Decimal | None:
        """Of the figure that its target stands beside."""
        return self.one.figure


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)
    return user, scope_of(user, moments.today())


def _list_missing_names(judged: Sequence[Judged]) -> list[tuple[str, list[str]]]:
    """What is not met, and of a criterion with parts which of them."""
    return [
        (name_criterion(one.criterion), [name_criterion(part.criterion) for part in list_missing(one.parts)])
        for one in list_missing(judged)
    ]


def _show(
    judged: Sequence[Judged], files: Mapping[int, Sequence[StatementFile]], attained: Mapping[str, Attained]
) -> list[Shown]:
    return [
        Shown(
            one,
            files.get(one.stated.id, ()) if one.stated is not None else (),
            _show(one.parts, files, attained),
            attained.get(one.ref),
        )
        for one in judged
    ]


@require_safe
def criteria(request: HttpRequest) -> HttpResponse:
    lines = [(one, len(one.criteria)) for one in list_criteria_sets()]
    return render(request, "desk/assessments/criteria.html", {"lines": lines})


@never_cache
@require_safe
def criteria_set(request: HttpRequest, code: str) -> HttpResponse | StreamingHttpResponse:
    """`day`, `q`, `sort` (unit or met); `format`: csv or xlsx."""
    _user, scope = _reader(request)
    set_ = get_criteria_set(code)
    day, form = _read_day(request, set_)
    units = list_units(set_, day, scope)
    places, judged, groups = get_snapshot(), judge_units(set_, units, day), groups_on(set_, units, day)
    names = {one.code: in_reader_language(one.name_vi, one.name_en) for one in list_groups(set_)}
    standings = tell_standings(set_, units, day, judged)
    levels, required = count_levels(set_, standings, day), list_required(standings.values())
    wanted, sort = fold(request.GET.get("q", "")), request.GET.get("sort", "")
    rows = [
        Row(
            places.path_name(unit, day),
            places.units[unit].key,
            names.get(groups.get(unit, ""), ""),
            count_progress(judged[unit]),
            count_progress(list_parts(judged[unit])),
            [f"{name} ({', '.join(parts)})" if parts else name for name, parts in _list_missing_names(judged[unit])],
            name_level(standings[unit].reached),
            tell_missing(standings[unit], required),
        )
        for unit in units
        if wanted in fold(places.path_name(unit, day))
    ]
    in_parts = sum(map(len, list_parts_on(set_, day).values()))
    if sort.removeprefix("-") == "met":
        rows.sort(key=lambda row: row.progress.met, reverse=sort.startswith("-"))
    headings = [_("Đơn vị"), _("Nhóm xã"), _("Đạt"), _("Chưa đạt"), _("Chưa rõ")]
    headings += [*([_("Chỉ tiêu đạt"), _("Số chỉ tiêu")] if in_parts else []), _("Còn thiếu")]
    headings += [_("Mức đã đạt"), _("Mức tiếp theo")] if levels else []
    cells = (
        [
            row.name, row.group, *_numbers(row.progress),
            *([str(row.parts.met), str(row.parts.in_set)] if in_parts else []), "; ".join(row.missing),
            *([row.level, row.to_next] if levels else []),
        ]
        for row in rows
    )  # fmt: skip
    if (kind := request.GET.get("format")) in ("csv", "xlsx"):
        return send_table(_("Tiêu chí"), headings, cells, f"{code}-{day:%Y-%m-%d}.{kind}", wide=2)
    shown = {
        "set": set_, "form": form, "day_shown": day, "q": request.GET.get("q", ""), "sort": sort,
        "page": Paginator(rows, UNITS_A_PAGE).get_page(request.GET.get("page")),
        "all_met": sum(not row.missing for row in rows), "in_set": len(set_.criteria),
        "in_parts": in_parts, "levels": levels,
    }  # fmt: skip
    return render(request, "desk/assessments/criteria_set.html", shown)


def _numbers(progress: Progress) -> list[str]:
    return [str(progress.met), str(progress.unmet), str(progress.unknown)]


def _read_day(request: HttpRequest, set_: CriteriaSet) -> tuple[date, DayForm]:
    return _read_day_of(request.GET, set_)


def _read_day_of(asked: QueryDict, set_: CriteriaSet) -> tuple[date, DayForm]:
    """The asked day; by default today, or the set's last day where that is over."""
    usual = min(moments.today(), set_.to_day or moments.today())
    form = DayForm({"day": asked["day"]} if asked.get("day") else None, initial={"day": usual})
    return (form.cleaned_data["day"] or usual if form.is_bound and form.is_valid() else usual), form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def criteria_unit(request: HttpRequest, code: str, key: str) -> HttpResponse:
    user, scope = _reader(request)
    set_, today = get_criteria_set(code), moments.today()
    day, day_form = _read_day(request, set_)
    unit = get_snapshot().by_key.get(key)
    if unit is None or unit.id not in list_units(set_, day, scope):
        raise CriteriaSetUnknown()
    may = {"state": may_state(user, unit.id, today), "group": bool(set_.groups) and may_group(user, unit.id, today)}
    may["record"] = bool(set_.form_code) and may_run(user, unit.id, today)
    if request.method == "POST" and "record" in request.POST:
        return _record(request, set_, unit.id, key, user)
    posted = request.POST if request.method == "POST" else None
    stating = posted if posted is not None and "met" in posted else None
    grouping = posted if posted is not None and "group" in posted else None
    files = request.FILES if stating is not None else None
    typed_day = _day_of(stating) or day
    initial = {"day": day, "criterion": request.GET.get("code", "")}
    statement = StatementForm(stating, files, set_=set_, day=typed_day, initial=initial)
    group = GroupForm(
        grouping, set_=set_, initial={"from_day": day, "group": groups_on(set_, [unit.id], day).get(unit.id)}
    )
    form: StatementForm | GroupForm = statement if stating is not None else group
    if posted is not None and form.is_valid():
        try:
            _keep(set_, unit.id, form, user)
        except NotAllowed:
            raise  # its form is not on the page
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã ghi."))
            return redirect("criteria-unit", code, key)
    judged = judge_units(set_, [unit.id], day)[unit.id]
    names = {one.code: in_reader_language(one.name_vi, one.name_en) for one in list_groups(set_)}
    # Also of parts that hold no more: what was said of them stays in the history.
    criterion_names = {one.code: name_criterion(one) for one in read_criteria(set_.criteria)}
    criterion_names |= {part.rule.code: name_criterion(part.rule) for part in read_parts(set_.parts)}
    parts = list_parts(judged)
    attained = ask_attained_of([one.ref for one in [*judged, *parts] if one.ref], scope)
    stated_ids = [one.stated.id for one in [*judged, *parts] if one.stated is not None]
    shown = {
        "set": set_,
        "unit": get_snapshot().path_name(unit.id, day),
        "key": key,
        "day_shown": day,
        "day_form": day_form,
        "lines": _show(judged, list_statement_files(stated_ids), attained),
        "missing": _list_missing_names(judged),
        "progress": count_progress(judged),
        "standing": show_standing(set_, tell_standings(set_, [unit.id], day, {unit.id: judged})[unit.id], day),
        "parts": count_progress(parts),
        "group_name": names.get(groups_on(set_, [unit.id], day).get(unit.id, ""), ""),
        "history": [(one, criterion_names.get(one.criterion, one.criterion)) for one in list_statements(set_, unit.id)],
        "recorded": list_recorded(set_, unit.id),
        "may": may,
        "statement": statement,
        "group": group,
    }
    return render(request, "desk/assessments/criteria_unit.html", shown)


def _day_of(posted: QueryDict | None) -> date | None:
    """The day that a statement is about decides what can be stated."""
    form = DayForm({"day": posted["day"]}) if posted is not None and posted.get("day") else None
    return form.cleaned_data["day"] if form is not None and form.is_valid() else None


@require_safe
def criteria_file(request: HttpRequest, code: str, key: str, file_id: int) -> FileResponse:
    """Only ever as a download, like the files of documents."""
    _user, scope = _reader(request)
    set_, unit = get_criteria_set(code), get_snapshot().by_key.get(key)
    day, _form = _read_day(request, set_)
    if unit is None or unit.id not in list_units(set_, day, scope):
        raise CriteriaSetUnknown()
    return download(get_statement_file(set_, unit.id, file_id))


def _record(request: HttpRequest, set_: CriteriaSet, unit: int, key: str, user: User) -> HttpResponse:
    """What is met on the day of the page goes into the figures."""
    day, _form = _read_day_of(request.POST, set_)
    try:
        sent = record_progress(set_=set_, org_unit_id=unit, day=day, by=user, at=moments.now())
    except NotAllowed:
        raise
    except Refusal as refused:
        messages.error(request, refused.sentence)
    else:
        said = (
            _("Đã gửi số tiêu chí đạt, chờ duyệt như mọi bản ghi.")
            if sent
            else _("Số liệu ngày này đã gửi đúng như vậy.")
        )
        messages.success(request, said)
    return redirect("criteria-unit", set_.code, key)


def _keep(set_: CriteriaSet, unit: int, form: StatementForm | GroupForm, user: User) -> None:
    typed, at = form.cleaned_data, moments.now()
    if isinstance(form, StatementForm):
        files = [prepare_file(sent.name or "", sent.read(LARGEST_FILE + 1)) for sent in typed["uploads"]]
        state_criterion(
            set_=set_, criterion=typed["criterion"], org_unit_id=unit, day=typed["day"], files=files,
            met=typed["met"] == "yes" if typed["met"] else None, value=typed.get("value"),
            evidence=typed["evidence"], by=user, at=at,
        )  # fmt: skip
    else:
        group_unit(
            set_=set_, org_unit_id=unit, group=typed["group"], from_day=typed["from_day"], by=user, at=at
        )  # fmt: skip
