"""Commendations and certificates: the register, the dossiers, one dossier and its steps."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.accounts.scope import Scope
from caunoi.assessments.queries import get_round, list_ratings, list_rounds, period_of_round, read_sheet_of
from caunoi.audit.actions import note_read, write_line
from caunoi.awards.actions import (
    add_recipients,
    attach_file,
    decide_dossier,
    drop_dossier,
    erase_recipient,
    open_dossier,
    remove_file,
    remove_recipient,
    withdraw_award,
)
from caunoi.awards.errors import AwardInvalid, AwardsNotYours, AwardTwice, AwardUnknown
from caunoi.awards.models import Dossier, Nature
from caunoi.awards.people import list_overdue
from caunoi.awards.permissions import KEEPING_LEVELS, MAY_ERASE, MAY_KEEP, may_decide, may_erase, may_keep
from caunoi.awards.printing import list_parts
from caunoi.awards.queries import DOSSIER_SORTS, SORTS, get_award, get_dossier, list_awards, list_dossiers
from caunoi.awards.rules.life import DossierState
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.desk.award_inputs import DecisionForm, DossierForm, FileForm, RecipientsForm
from caunoi.desk.awards import (
    list_cells,
    list_dossier_cells,
    list_dossier_headings,
    list_headings,
    name_recipient,
    name_state,
    read_award_filters,
    read_dossier_filters,
    read_words,
    show_awards,
    show_dossiers,
    where_names_are_read,
)
from caunoi.desk.downloads import download
from caunoi.desk.list_filters import read_sort
from caunoi.desk.registers import list_unit_choices
from caunoi.desk.table_files import in_pieces, send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import WorkingUnit, list_working_units
from caunoi.languages import in_reader_language
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

PAGE = 50
USUAL_SORT = "-day"
USUAL_DOSSIER_SORT = "-state"
RECIPIENTS_A_PAGE = 100
MOST_ROUNDS = 12


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@never_cache
@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """Names of people are shown only when asked for, and that is written down."""
    (user, scope), today = _reader(request), moments.today()
    reading = where_names_are_read(user, today)
    readable = bool(reading.windows)
    asked = read_award_filters(request.GET, may_read_names=readable)
    filters, words, sort = asked.filters, read_words(), read_sort(request.GET, SORTS, USUAL_SORT)
    found = list_awards(scope, filters, sort, today, reading=reading)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    lines = show_awards(page.object_list, words, scope, user, today, names=filters.names)
    if filters.names:
        _note_names(user, {line.award.dossier_id for line in lines}, filters.text)
    shown = {
        "asked": asked,
        "sort": sort,
        "page": page,
        "lines": lines,
        "readable": readable,
        "overdue": _list_overdue(user),
        "kinds": [(code, words.kind(code)) for code in words.kinds],
        "occasions": [(code, words.occasion(code)) for code in words.occasions],
        "natures": Nature.choices,
        "states": [("withdrawn", _("Đã thu hồi")), ("all", _("Tất cả"))],
        "recipients": [(one, name_recipient(one)) for one in ("unit", "thing", "person")],
        "units": list_unit_choices(user, today),
    }
    return render(request, "desk/awards/awards.html", shown)


def _list_overdue(user: User) -> list[Dossier]:
    """Dossiers with names to be erased, for who may."""
    if not any(holds_anywhere(user, role, moments.today()) for role in MAY_ERASE):
        return []
    return list({award.dossier_id: award.dossier for award in list_overdue(user, moments.now())}.values())


@transaction.atomic
def _note_names(user: User, dossiers: set[int], text: str) -> None:
    detail = {"dossiers": sorted(dossiers), "searched": bool(text)}
    write_line("award.read", "awards", detail, by=user.actor, at=moments.now())


@never_cache
@require_safe
def awards_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match."""
    (user, scope), today = _reader(request), moments.today()
    reading, words = where_names_are_read(user, today), read_words()
    filters = read_award_filters(request.GET, may_read_names=bool(reading.windows)).filters
    found = list_awards(scope, filters, read_sort(request.GET, SORTS, USUAL_SORT), today, reading=reading)
    if filters.names:
        _note_names(user, set(found.order_by().values_list("dossier_id", flat=True).distinct()), filters.text)
    rows = (
        list_cells(line)
        for piece in in_pieces(found.iterator(chunk_size=500))
        for line in show_awards(piece, words, scope, user, today, names=filters.names)
    )
    return send_table(_("Khen thưởng"), list_headings(), rows, f"khen-thuong-{today:%Y-%m-%d}.{kind}")


@never_cache
@require_safe
def dossiers(request: HttpRequest) -> HttpResponse:
    (user, scope), today = _reader(request), moments.today()
    asked, sort = read_dossier_filters(request.GET), read_sort(request.GET, DOSSIER_SORTS, USUAL_DOSSIER_SORT)
    page = Paginator(list_dossiers(scope, asked.filters, sort, today), PAGE).get_page(request.GET.get("page"))
    words = read_words()
    shown = {
        "asked": asked,
        "sort": sort,
        "page": page,
        "lines": list(show_dossiers(page.object_list, words)),
        "may_open": bool(_list_keepers(user)),
        "kinds": [(code, words.kind(code)) for code in words.kinds],
        "states": [(one.value, name_state(one.value)) for one in DossierState],
        "units": list_unit_choices(user, today),
    }
    return render(request, "desk/awards/dossiers.html", shown)


def _list_keepers(user: User) -> list[WorkingUnit]:
    """Units for which the user opens dossiers."""
    return [one for one in list_working_units(user, MAY_KEEP, moments.today()) if one.level in KEEPING_LEVELS]


@never_cache
@require_safe
def dossiers_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match; who is proposed or commended is not in it."""
    (_user, scope), today = _reader(request), moments.today()
    filters, sort = read_dossier_filters(request.GET).filters, read_sort(request.GET, DOSSIER_SORTS, USUAL_DOSSIER_SORT)
    found = list_dossiers(scope, filters, sort, today)
    rows = (list_dossier_cells(line) for line in show_dossiers(found.iterator(chunk_size=500), read_words()))
    return send_table(_("Hồ sơ"), list_dossier_headings(), rows, f"ho-so-khen-thuong-{today:%Y-%m-%d}.{kind}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dossier_new(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    units = _list_keepers(user)
    if not units:
        raise AwardsNotYours(_("đơn vị này"))
    form = DossierForm(request.POST if request.method == "POST" else None, [(one.key, one.path) for one in units])
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = open_dossier(
                org_unit_id=get_snapshot().by_key[given["unit"]].id, kind=given["kind"], occasion=given["occasion"],
                title=given["title"], by=user, at=at,
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã lập hồ sơ. Hãy thêm tập thể, cá nhân được đề nghị."))
            return redirect("award-dossier", made.pk)
    return render(request, "desk/awards/new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def dossier(request: HttpRequest, dossier_id: int) -> HttpResponse:
    return _show(request, dossier_id)


def _show(
    request: HttpRequest, dossier_id: int, *, status: int = 200, asked: bool = False, **forms: Any
) -> HttpResponse:
    """`forms`: those that were sent and refused. `asked`: whether names stand twice, to be confirmed."""
    (user, scope), at = _reader(request), moments.now()
    today = moments.local_date(at)
    found = get_dossier(dossier_id, scope)
    keeps, places = may_keep(user, found.org_unit_id, today), get_snapshot()
    draft = found.state == "draft"
    rows = found.awards.select_related("dossier").order_by("number", "pk")
    page = Paginator(rows, RECIPIENTS_A_PAGE).get_page(request.GET.get("page"))
    words = read_words()
    lines = show_awards(page.object_list, words, scope, user, today, names=keeps)
    if keeps and any(line.award.recipient == RecipientKind.PERSON.value for line in lines):
        note_read("award", found.subject, by=user.actor, at=at)
    shown = {
        "dossier": found,
        "kind": words.kind(found.kind_code),
        "occasion": words.occasion(found.occasion_code),
        "unit": places.path_name(found.org_unit_id, found.day_to),
        "files": list(found.files.select_related("stored")),
        "page": page,
        "lines": lines,
        "draft": draft,
        "keeps": keeps,
        "decides": may_decide(user, found.org_unit_id, today),
        "erases": may_erase(user, found.org_unit_id, today),
        "asked": asked,
        "places": [places.distinct_name_on(one, today) for one in places.children_on(found.org_unit_id, today)][:300],
        "rounds": _list_rounds(scope) if draft and keeps else [],
        "parts": _list_parts(found, page.paginator.count) if not draft and keeps else [],
        "recipients_form": RecipientsForm(None, found, scope),
        "decision_form": DecisionForm(None, scope),
        "file_form": FileForm(),
    }
    return render(request, "desk/awards/dossier.html", shown | forms, status=status)


def _list_rounds(scope: Scope) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """Closed rounds, each with its name and classes."""
    closed = list(list_rounds(scope).filter(closed_at__isnull=False)[:MOST_ROUNDS])
    found = []
    for one in closed:
        sheet, period = read_sheet_of(one), period_of_round(one)
        title = in_reader_language(sheet.title_vi, sheet.title_en)
        classes = [(item.code, in_reader_language(item.name_vi, item.name_en)) for item in sheet.bands]
        found.append((one.pk, f"{title}, {describe_period(period)}", classes))
    return found


def _list_parts(found: Dossier, papers: int) -> list[tuple[int, int, Any]]:
    """(first, last, when it was last taken) of the papers, as many as go into one Word file."""
    taken = {(one.first, one.last): one for one in found.printed.all()}
    return [(first, last, taken.get((first, last))) for first, last in list_parts(papers)]


# -- steps ------------------------------------------------------------------------------------------------------------


@require_POST
def dossier_step(request: HttpRequest, dossier_id: int, step: str) -> HttpResponse:
    (user, scope), at = _reader(request), moments.now()
    found = get_dossier(dossier_id, scope)
    match step:
        case "recipients":
            return _add(request, found, user, scope)
        case "from-rating":
            return _add_rated(request, found, user, scope)
        case "decide":
            return _decide(request, found, user, scope)
        case "file":
            form = FileForm(request.POST, request.FILES)
            if not form.is_valid() or form.prepared is None:
                return _show(request, found.pk, status=422, file_form=form)
            attach_file(dossier_id=found.pk, file=form.prepared, by=user, at=at)
        case "remove-file":
            remove_file(dossier_id=found.pk, file_id=_number(request, "file"), by=user, at=at)
        case "remove":
            remove_recipient(dossier_id=found.pk, award_id=_number(request, "award"), by=user, at=at)
        case "drop":
            drop_dossier(dossier_id=found.pk, because=request.POST.get("because", ""), by=user, at=at)
            messages.success(request, _("Đã hủy hồ sơ."))
            return redirect("award-dossiers")
        case "withdraw":
            withdraw_award(
                dossier_id=found.pk, award_id=_number(request, "award"), because=request.POST.get("because", ""),
                by=user, at=at,
            )  # fmt: skip
            messages.success(request, _("Đã thu hồi. Ai quét mã trên giấy sẽ thấy giấy không còn giá trị."))
        case "erase":
            award = get_award(found, _number(request, "award"))
            erase_recipient(award=award, because=request.POST.get("because", ""), by=user, at=at)
            messages.success(request, _("Đã xóa tên. Số lượng đã khen và quyết định vẫn giữ nguyên."))
        case _:
            raise AwardUnknown()
    return redirect("award-dossier", found.pk)


def _number(request: HttpRequest, name: str) -> int:
    number = read_number(request.POST.get(name))
    if number is None:
        raise AwardUnknown()
    return number


def _add(request: HttpRequest, found: Dossier, user: User, scope: Scope) -> HttpResponse:
    form, asked = RecipientsForm(request.POST, found, scope), False
    if form.is_valid():
        try:
            added = add_recipients(
                dossier_id=found.pk, recipients=form.recipients, others_of_same_name=form.cleaned_data["confirmed"],
                by=user, at=moments.now(),
            )  # fmt: skip
        except AwardTwice as twice:
            asked = twice.may_stand
            form.add_error(None, twice.sentence)
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã thêm %d tên vào hồ sơ.") % added)
            return redirect("award-dossier", found.pk)
    return _show(request, found.pk, status=422, recipients_form=form, asked=asked)


def _add_rated(request: HttpRequest, found: Dossier, user: User, scope: Scope) -> HttpResponse:
    """The units of one class of a closed rating; those that stand in the dossier already are left out."""
    round_id, _comma, class_code = request.POST.get("class", "").partition(":")
    number = read_number(round_id)
    if number is None:
        raise AwardUnknown()
    round_ = get_round(number, scope)
    standing = set(found.awards.filter(recipient=RecipientKind.UNIT.value).values_list("org_unit_id", flat=True))
    places, day = get_snapshot(), found.day_to
    units = [
        one.org_unit_id for one in list_ratings(round_, scope)
        if round_.is_closed and one.class_code == class_code and one.org_unit_id not in standing
    ]  # fmt: skip
    gone = [one for one in units if not places.exists_on(one, day)]
    rated = [Recipient(RecipientKind.UNIT, one, places.distinct_name_on(one, day)) for one in units if one not in gone]
    try:
        if not rated:
            raise AwardInvalid(_("Đợt này không có đơn vị nào ở hạng đó mà chưa có trong hồ sơ."))
        added = add_recipients(dossier_id=found.pk, recipients=rated, by=user, at=moments.now())
    except Refusal as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Đã thêm %d tên vào hồ sơ.") % added)
    return redirect("award-dossier", found.pk)


def _decide(request: HttpRequest, found: Dossier, user: User, scope: Scope) -> HttpResponse:
    form = DecisionForm(request.POST, scope)
    if form.is_valid():
        try:
            decided = decide_dossier(
                dossier_id=found.pk, number=form.cleaned_data["number"], day=form.cleaned_data["day"],
                document=form.find_document(), by=user, at=moments.now(),
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            said = _("Đã ghi quyết định. Số lượng khen thưởng được gửi thành %d bản ghi, chờ duyệt như mọi bản ghi.")
            messages.success(request, said % decided.counts.count())
            return redirect("award-dossier", found.pk)
    return _show(request, found.pk, status=422, decision_form=form)


@require_safe
def dossier_file(request: HttpRequest, dossier_id: int, file_id: int) -> FileResponse:
    """Only ever as a download, and only for who keeps the dossier: lists in it may name people."""
    (user, scope), at = _reader(request), moments.now()
    found = get_dossier(dossier_id, scope)
    file = found.files.filter(pk=file_id).select_related("stored").first()
    if file is None or not may_keep(user, found.org_unit_id, moments.local_date(at)):
        raise AwardUnknown()
    note_read("award", found.subject, by=user.actor, at=at)
    return download(file)
