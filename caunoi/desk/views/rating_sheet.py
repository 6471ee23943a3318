"""One unit's scoring sheet: its lines, the points and files given for them, its steps."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.assessments.actions import (
    add_evidence,
    answer_appeal,
    appeal_rating,
    decide_rating,
    leave_out,
    remove_evidence,
    return_rating,
    review_rating,
    score_rating,
    take_in,
)
from caunoi.assessments.errors import state_name
from caunoi.assessments.models import Rating
from caunoi.assessments.queries import (
    get_evidence,
    get_rating,
    period_of_round,
    read_sheet_of,
)
from caunoi.assessments.rules.life import RatingState, RatingStep
from caunoi.assessments.rules.scoring import fingerprint_lines, read_lines
from caunoi.desk.downloads import download
from caunoi.desk.rating_sheet import (
    PointsForm,
    check_same_step,
    choose_points_step,
    find_steps,
    list_line_cells,
    list_line_headings,
    read_step,
    show_lines,
)
from caunoi.desk.ratings import LOOKS
from caunoi.desk.table_files import send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.documents.uploads import ACCEPTED, LARGEST_FILE, prepare_file
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotFound, Refusal


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: HttpRequest, round_id: int, key: str) -> HttpResponse | StreamingHttpResponse:
    """`format`: csv or xlsx of its lines."""
    user, scope = _reader(request)
    one = get_rating(round_id, key, scope)
    sheet, steps = read_sheet_of(one.round), find_steps(one, user, moments.today())
    step, lines = choose_points_step(steps), read_lines(one.lines)
    form = None if step is None else PointsForm(None, sheet, lines, step)
    if request.method == "POST":
        posted = request.POST.get("step", "")
        # Where no points can be given any more, what was typed is shown once more beside the refusal.
        form = PointsForm(request.POST, sheet, lines, step or read_step(posted))
        if form.is_valid():
            try:
                check_same_step(posted, step, one)
                with transaction.atomic():
                    _keep_files(one, form, read_step(posted), request, user)
                    _keep(one, form, read_step(posted), request, user)
            except Refusal as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, _word_kept(read_step(posted), sent="send" in request.POST))
                return redirect("rating", round_id, key)
    shown_lines = show_lines(sheet, one, form, scope)
    if request.method != "POST" and (kind := request.GET.get("format")) in ("csv", "xlsx"):
        name = f"{one.round.series}-{one.round.period_key}-{key}.{kind}"
        return send_table(_("Bảng chấm"), list_line_headings(sheet), list_line_cells(sheet, shown_lines), name, wide=1)
    band = sheet.band(one.class_code)
    state = RatingState(one.state)
    shown = {
        "rating": one,
        "round": one.round,
        "sheet": sheet,
        "unit": get_snapshot().path_name(one.org_unit_id, one.day_to),
        "period": period_of_round(one.round),
        "lines": shown_lines,
        "seen": fingerprint_lines(lines),
        "answer": request.POST.get("answer", ""),
        "form": form,
        "step": "" if step is None else step.value,
        "may": {found.value: True for found in steps},
        "class_name": "" if band is None else in_reader_language(band.name_vi, band.name_en),
        "state": state_name(state),
        "look": LOOKS[state],
        "total_of": sheet.total,
        "accepted": ",".join(ACCEPTED),
    }
    return render(request, "desk/assessments/rating.html", shown)


def _word_kept(step: RatingStep, *, sent: bool) -> str:
    match step:
        case RatingStep.SCORE:
            return _("Đã gửi bảng tự chấm. Cấp trên sẽ thẩm định.") if sent else _("Đã lưu tạm, chưa gửi.")
        case RatingStep.REVIEW:
            return _("Đã ghi kết quả thẩm định.")
        case RatingStep.DECIDE:
            return _("Đã ghi điểm hội đồng.")
        case _answer:
            return _("Đã trả lời kiến nghị.")


def _keep_files(one: Rating, form: PointsForm, step: RatingStep, request: HttpRequest, user: User) -> None:
    """Before the points: what is sent may no longer be added to."""
    if step is not RatingStep.SCORE:
        return
    at = moments.now()
    for code in (line.code for line in form.lines):
        for sent in request.FILES.getlist(f"file_{code}"):
            file = prepare_file(sent.name or "", sent.read(LARGEST_FILE + 1))
            add_evidence(rating_id=one.pk, criterion=code, file=file, by=user, at=at)
    removed = read_number(request.POST.get("remove"))
    if removed is not None:
        remove_evidence(rating_id=one.pk, file_id=removed, by=user, at=at)


@require_safe
def rating_file(request: HttpRequest, round_id: int, key: str, file_id: int) -> FileResponse:
    """Only ever as a download, like the files of documents."""
    _user, scope = _reader(request)
    return download(get_evidence(get_rating(round_id, key, scope), file_id))


def _keep(one: Rating, form: PointsForm, step: RatingStep, request: HttpRequest, user: User) -> None:
    at, typed, seen = moments.now(), form.typed(), request.POST.get("seen", "")
    match step:
        case RatingStep.SCORE:
            score_rating(rating_id=one.pk, points=typed, send="send" in request.POST, by=user, at=at, seen=seen)
        case RatingStep.REVIEW:
            review_rating(rating_id=one.pk, points=typed, by=user, at=at, seen=seen)
        case RatingStep.DECIDE:
            decide_rating(rating_id=one.pk, points=typed, by=user, at=at, seen=seen)
        case _answer:
            given = {code: points for code, points in typed.items() if points.points is not None}
            answer = request.POST.get("answer", "")
            answer_appeal(rating_id=one.pk, answer=answer, points=given, by=user, at=at, seen=seen)


@require_POST
def rating_step(request: HttpRequest, round_id: int, key: str, step: str) -> HttpResponse:
    user, scope = _reader(request)
    one, at, reason = get_rating(round_id, key, scope), moments.now(), request.POST.get("reason", "")
    match step:
        case "return":
            return_rating(rating_id=one.pk, reason=reason, by=user, at=at)
            said = _("Đã trả lại bảng chấm.")
        case "leave-out":
            leave_out(rating_id=one.pk, reason=reason, by=user, at=at)
            said = _("Đã đưa đơn vị ra khỏi đợt xếp loại.")
        case "take-in":
            take_in(rating_id=one.pk, by=user, at=at)
            said = _("Đã đưa đơn vị lại vào đợt xếp loại.")
        case "appeal":
            appeal_rating(rating_id=one.pk, appeal=reason, by=user, at=at)
            said = _("Đã gửi kiến nghị.")
        case _other:
            raise NotFound(_("Không có bước này. Hãy quay lại trang bảng chấm."))
    messages.success(request, said)
    return redirect("rating", round_id, key)
