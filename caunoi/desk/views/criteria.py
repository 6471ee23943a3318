"""Sets of criteria: the list, the progress of all communes, what is missing of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.assessments.actions import group_unit, record_progress, state_criterion
from caunoi.assessments.errors import CriteriaSetUnknown
from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.permissions import may_group, may_state
from caunoi.assessments.queries import (
    get_criteria_set,
    groups_on,
    judge_units,
    list_criteria_sets,
    list_groups,
    list_recorded,
    list_statements,
    list_units,
)
from caunoi.assessments.rules.criteria import Progress, count_progress, list_missing, read_criteria
from caunoi.desk.table_files import send_table
from caunoi.languages import in_reader_language
from caunoi.periods.inputs import DayField
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run
from caunoi.refusals import NotAllowed, Refusal
from caunoi.vietnamese_text import fold

UNITS_A_PAGE = 100


@dataclass(frozen=True)
class Row:
    """One unit in the table; `missing`: names of what is not met."""

    name: str
    key: str
    group: str
    progress: Progress
    missing: list[str]


class DayForm(forms.Form):
    day = DayField(label=gettext_lazy("Tính đến ngày"), required=False)


class StatementForm(forms.Form):
    criterion = forms.ChoiceField(label=gettext_lazy("Tiêu chí"))
    met = forms.ChoiceField(
        label=gettext_lazy("Kết quả"), choices=[("yes", gettext_lazy("Đạt")), ("no", gettext_lazy("Chưa đạt"))]
    )
    day = DayField(label=gettext_lazy("Từ ngày"))
    evidence = forms.CharField(
        label=gettext_lazy("Minh chứng"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, set_: CriteriaSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (one.code, in_reader_language(one.name_vi, one.name_en)) for one in read_criteria(set_.criteria)
        ]


class GroupForm(forms.Form):
    group = forms.ChoiceField(label=gettext_lazy("Nhóm xã"))
    from_day = DayField(label=gettext_lazy("Từ ngày"))

    def __init__(self, *args: Any, set_: CriteriaSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_groups(set_)
        ]


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)
    return user, scope_of(user, moments.today())


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
    wanted, sort = fold(request.GET.get("q", "")), request.GET.get("sort", "")
    rows = [
        Row(
            places.path_name(unit, day),
            places.units[unit].key,
            names.get(groups.get(unit, ""), ""),
            count_progress(judged[unit]),
            [in_reader_language(j.criterion.name_vi, j.criterion.name_en) for j in list_missing(judged[unit])],
        )
        for unit in units
        if wanted in fold(places.path_name(unit, day))
    ]
    if sort.removeprefix("-") == "met":
        rows.sort(key=lambda row: row.progress.met, reverse=sort.startswith("-"))
    headings = [_("Đơn vị"), _("Nhóm xã"), _("Đạt"), _("Chưa đạt"), _("Chưa rõ"), _("Còn thiếu")]
    cells = ([row.name, row.group, *_numbers(row.progress), "; ".join(row.missing)] for row in rows)
    if (kind := request.GET.get("format")) in ("csv", "xlsx"):
        return send_table(_("Tiêu chí"), headings, cells, f"{code}-{day:%Y-%m-%d}.{kind}", wide=2)
    shown = {
        "set": set_, "form": form, "day_shown": day, "q": request.GET.get("q", ""), "sort": sort,
        "page": Paginator(rows, UNITS_A_PAGE).get_page(request.GET.get("page")),
        "all_met": sum(not row.missing for row in rows), "in_set": len(set_.criteria),
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
    statement = StatementForm(stating, set_=set_, initial={"day": day})
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
    criterion_names = {j.criterion.code: in_reader_language(j.criterion.name_vi, j.criterion.name_en) for j in judged}
    shown = {
        "set": set_,
        "unit": get_snapshot().path_name(unit.id, day),
        "key": key,
        "day_shown": day,
        "day_form": day_form,
        "lines": [(one, criterion_names[one.criterion.code]) for one in judged],
        "missing": [criterion_names[one.criterion.code] for one in list_missing(judged)],
        "progress": count_progress(judged),
        "group_name": names.get(groups_on(set_, [unit.id], day).get(unit.id, ""), ""),
        "history": [(one, criterion_names.get(one.criterion, one.criterion)) for one in list_statements(set_, unit.id)],
        "recorded": list_recorded(set_, unit.id),
        "may": may,
        "statement": statement,
        "group": group,
    }
    return render(request, "desk/assessments/criteria_unit.html", shown)


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
        state_criterion(
            set_=set_, criterion=typed["criterion"], org_unit_id=unit, day=typed["day"], met=typed["met"] == "yes",
            evidence=typed["evidence"], by=user, at=at,
        )  # fmt: skip
    else:
        group_unit(
            set_=set_, org_unit_id=unit, group=typed["group"], from_day=typed["from_day"], by=user, at=at
        )  # fmt: skip
