"""A class while it is held and after: who learns, who was there, marks, its steps, certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import note_read, note_taken
from caunoi.desk.table_files import send_table
from caunoi.desk.training import name_bands, show_sessions, tell_kept
from caunoi.desk.training_inputs import LearnersForm, SessionForm, read_count, read_mark
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.views.spreadsheet import SHOWN, keep_mistakes, read_upload
from caunoi.desk.views.training import show_class
from caunoi.places.queries import get_snapshot
from caunoi.refusals import FileRefused, Refusal
from caunoi.training.actions import (
    add_learners,
    add_session,
    bring_learners,
    erase_class,
    erase_learner,
    mark_presences,
    propose_certificates,
    remove_learner,
    remove_session,
    set_marks,
    state_counts,
    take_step,
)
from caunoi.training.errors import ClassUnknown, LearnerTwice, TrainingInvalid
from caunoi.training.lists import list_headings, read_list
from caunoi.training.models import Learner, TrainingClass
from caunoi.training.people import Opened, open_learners
from caunoi.training.permissions import check_may_erase, check_may_read, check_may_run
from caunoi.training.queries import find_scale, get_class, get_learner, judge_learners, read_presences
from caunoi.training.rules.life import STEPS

STEP_SAID = {
    "close": gettext_lazy("Đã kết thúc lớp; số liệu đã gửi theo phiếu của loại lớp."),
    "reopen": gettext_lazy("Đã mở lại lớp."),
    "cancel": gettext_lazy("Đã hủy lớp."),
    "restore": gettext_lazy("Đã khôi phục lớp."),
}


def _find(request: HttpRequest, class_id: int) -> tuple[TrainingClass, User, datetime]:
    user, at = cast(User, request.user), moments.now()
    return get_class(class_id, scope_of(user, moments.local_date(at))), user, at


@require_POST
def step(request: HttpRequest, class_id: int, step: str) -> HttpResponse:
    found, user, at = _find(request, class_id)
    if step in STEPS:
        take_step(found.pk, step, because=request.POST.get("because", ""), by=user, at=at)
        messages.success(request, str(STEP_SAID[step]))
        return redirect("training-class", found.pk)
    if step not in _OTHERS:
        raise ClassUnknown
    return _OTHERS[step](request, found, user, at)


def _refused(
    request: HttpRequest, found: TrainingClass, user: User, at: datetime, refused: Refusal, **shown: object
) -> HttpResponse:
    """The page again, with what was typed."""
    shown = {"refusal": refused.sentence, **shown}
    return render(request, "desk/training/class.html", show_class(request, found, user, at, **shown), status=422)  # type: ignore[arg-type]  # `marks` among them is what it says


def _number(request: HttpRequest, name: str) -> int:
    number = read_number(request.POST.get(name))
    if number is None:
        raise ClassUnknown
    return number


def _numbers(request: HttpRequest, name: str) -> set[int]:
    return _numbers_in(" ".join(request.POST.getlist(name)))


def _numbers_in(text: str) -> set[int]:
    return {number for one in text.split() if (number := read_number(one)) is not None}


# -- Sessions and attendance ------------------------------------------------------------------------------------------


def _add_session(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    form = SessionForm(request.POST)
    if form.is_valid():
        try:
            add_session(found.pk, day=form.cleaned_data["day"], title=form.cleaned_data["title"], by=user, at=at)
        except TrainingInvalid as refused:
            form.add_error("day", refused.sentence)
        else:
            messages.success(request, _("Đã thêm buổi học."))
            return redirect("training-class", found.pk)
    shown = show_class(request, found, user, at, session_form=form)
    return render(request, "desk/training/class.html", shown, status=422)


def _remove_session(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    remove_session(found.pk, _number(request, "session"), by=user, at=at)
    return redirect("training-class", found.pk)


def _state_counts(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    numbers = [pk for pk in found.sessions.values_list("pk", flat=True) if f"present-{pk}" in request.POST]
    try:
        state_counts(
            found.pk, learners=read_count(request.POST.get("learners", "")),
            completed=read_count(request.POST.get("completed", "")),
            present={pk: read_count(request.POST.get(f"present-{pk}", "")) for pk in numbers}, by=user, at=at,
        )  # fmt: skip
    except TrainingInvalid as refused:
        return _refused(request, found, user, at, refused)
    messages.success(request, _("Đã ghi số đếm của lớp."))
    return redirect("training-class", found.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, class_id: int) -> HttpResponse:
    """One session as a list to tick, which suits a phone; or all of them as a grid."""
    found, user, at = _find(request, class_id)
    today = moments.local_date(at)
    check_may_run(user, found.org_unit_id, today)
    sessions = list(found.sessions.all())
    asked = request.GET.get("session", "")
    # Today's or the latest one before; the first of a class that has not begun.
    near = [one for one in sessions if one.day <= today][-1:] or sessions[:1]
    wanted = sessions if asked == "all" else [one for one in sessions if str(one.pk) == asked] or near
    learners = list(found.learners.all())
    if request.method == "POST":
        ticked = {one.pk: _numbers(request, f"there-{one.pk}") for one in wanted}
        # Who was ticked when the page was made: a box that nobody touched says nothing of what others ticked since.
        seen = {one.pk: _numbers_in(request.POST.get(f"was-{one.pk}", "")) for one in wanted}
        mark_presences(found.pk, ticked, learners=_numbers(request, "learner"), seen=seen, by=user, at=at)
        messages.success(request, _("Đã ghi điểm danh."))
        return redirect(request.get_full_path())
    there, opened, places = read_presences(found), open_learners(learners), get_snapshot()
    if learners:
        note_read("training", found.subject, by=user.actor, at=at)
    shown = {
        "found": found,
        "lines": show_sessions(found, there, today, named=True),
        "wanted": wanted,
        "chosen": "all" if asked == "all" else str(wanted[0].pk) if wanted else "",
        "learners": [
            (
                one.pk, opened[one.pk].name, places.name_on(one.org_unit_id, found.day_to),
                [(session, one.pk in there.get(session.pk, set())) for session in wanted],
            )
            for one in learners
        ],
        "ticked": [
            (session.pk, " ".join(str(one.pk) for one in learners if one.pk in there.get(session.pk, set())))
            for session in wanted
        ],
        "open_now": found.state == "open",
    }  # fmt: skip
    return render(request, "desk/training/attendance.html", shown)


# -- Learners and marks -----------------------------------------------------------------------------------------------


def _add_learners(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    form, asked = LearnersForm(request.POST, found), False
    if form.is_valid():
        try:
            confirmed = form.cleaned_data["confirmed"]
            added = add_learners(found.pk, form.people, others_of_same_name=confirmed, by=user, at=at)
        except LearnerTwice as twice:
            asked = True
            form.add_error(None, twice.sentence)
        except TrainingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã thêm %d người học.") % added)
            return redirect("training-class", found.pk)
    shown = show_class(request, found, user, at, learners_form=form, asked=asked)
    return render(request, "desk/training/class.html", shown, status=422)


def _set_marks(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    was = _by_learner(request, "was-")
    # A field that nobody touched says nothing: somebody else may have written that mark since the page was made.
    sent = _by_learner(request, "mark-")
    typed = {pk: text for pk, text in sent.items() if text.strip() != was.get(pk, "").strip()}
    try:
        marks, seen = ({pk: read_mark(one.get(pk, "")) for pk in typed} for one in (typed, was))
        changed, kept = set_marks(found.pk, marks, seen=seen, by=user, at=at)
    except Refusal as refused:
        check_may_run(user, found.org_unit_id, moments.local_date(at))
        again = {pk: (text, was.get(pk, "")) for pk, text in typed.items()}
        return _refused(request, found, user, at, refused, marks=again)
    messages.success(request, _("Đã ghi %d điểm.") % changed)
    if kept:
        told = tell_kept(list(found.learners.filter(pk__in=kept)), typed)
        shown = show_class(request, found, user, at, refusal=told)
        return render(request, "desk/training/class.html", shown, status=409)
    return redirect("training-class", found.pk)


def _by_learner(request: HttpRequest, prefix: str) -> dict[int, str]:
    """What was sent in the fields of that prefix and a learner's number."""
    fields = [(name.removeprefix(prefix), text) for name, text in request.POST.items() if name.startswith(prefix)]
    numbered = ((read_number(name), text) for name, text in fields)
    return {pk: text for pk, text in numbered if pk is not None and isinstance(text, str)}


def _remove_learner(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    remove_learner(found.pk, _number(request, "learner"), by=user, at=at)
    messages.success(request, _("Đã bỏ khỏi danh sách lớp."))
    return redirect("training-class", found.pk)


def _erase_learner(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    because = request.POST.get("because", "")
    erase_learner(found.pk, _number(request, "learner"), because=because, by=user, at=at)
    messages.success(request, _("Đã xóa tên và điểm. Số đếm của lớp giữ nguyên."))
    return redirect("training-class", found.pk)


def _erase_class(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    erased = erase_class(found.pk, because=request.POST.get("because", ""), by=user, at=at)
    messages.success(request, _("Đã xóa tên và điểm của %d người. Số đếm của lớp giữ nguyên.") % erased)
    return redirect("training-class", found.pk)


def _read_standing(learners: list[Learner]) -> dict[int, tuple[int, Opened]]:
    opened = open_learners(learners)
    return {one.pk: (one.org_unit_id, opened[one.pk]) for one in learners}


@never_cache
@require_safe
def list_file(request: HttpRequest, class_id: int) -> StreamingHttpResponse:
    """The list of the class to be filled in and sent back; empty for one that nobody is in yet."""
    found, user, at = _find(request, class_id)
    check_may_read(user, found.org_unit_id, moments.local_date(at))
    marked, places, rows = find_scale(found.kind) is not None, get_snapshot(), []
    for number, (unit, one) in _read_standing(list(found.learners.all())).items():
        # Twice: as it stands, which a second column keeps beside what is typed over it.
        mark = ["" if one.mark is None else f"{one.mark:f}".replace(".", ",")] * 2 if marked else []
        if one.known:
            rows.append([str(number), one.name, places.distinct_name_on(unit, found.day_from), *mark])
    if rows:
        detail = {"learners": len(rows), "file": True}
        note_taken("training.export", found.subject, detail, by=user.actor, at=at)
    return send_table(_("Danh sách"), list_headings(marked=marked), rows, f"danh-sach-lop-{found.pk}.xlsx")


def _bring_list(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    check_may_run(user, found.org_unit_id, moments.local_date(at))
    try:
        name, content = read_upload(request)
        brought = read_list(found, content, name, _read_standing(list(found.learners.all())))
        added, changed = bring_learners(
            found.pk, brought.people, brought.new_marks, brought.marks, seen=brought.seen, by=user, at=at
        )  # fmt: skip
    except FileRefused as refused:
        keep_mistakes(request, refused.mistakes)
        shown = {"mistakes": refused.mistakes[:SHOWN], "mistakes_sentence": refused.sentence}
        return _refused(request, found, user, at, refused, **shown)
    except Refusal as refused:
        return _refused(request, found, user, at, refused)
    said = _("Đã nhập danh sách: thêm %(added)d người học, sửa điểm của %(changed)d người.")
    messages.success(request, said % {"added": added, "changed": changed})
    return redirect("training-class", found.pk)


@never_cache
@require_safe
def learner_file(request: HttpRequest, class_id: int, learner_id: int) -> JsonResponse:
    """What is kept of one learner, given to them on request by who could also erase it."""
    found, user, at = _find(request, class_id)
    check_may_erase(user, found.org_unit_id, moments.local_date(at))
    learner, places = get_learner(found, learner_id), get_snapshot()
    opened = open_learners([learner])
    sessions = list(found.sessions.all())
    judged = judge_learners(found, [learner], opened, len(sessions))[learner.pk]
    there = read_presences(found)
    note_taken("training.person-file", learner.subject, {"class": found.subject}, by=user.actor, at=at)
    known = opened[learner.pk]
    kept = {
        "name": known.name,
        "unit": places.path_name(learner.org_unit_id, found.day_to),
        "class": found.title,
        "held_by": places.path_name(found.org_unit_id, found.day_to),
        "days": [found.day_from.isoformat(), found.day_to.isoformat()],
        "sessions": [
            {"day": one.day.isoformat(), "title": one.title, "present": learner.pk in there.get(one.pk, set())}
            for one in sessions
        ],
        "mark": None if known.mark is None else f"{known.mark:f}",
        "result": name_bands(found).get(judged.band),
        "completed": judged.completed,
    }  # fmt: skip
    answer = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="nguoi-hoc-{learner.pk}.json"'
    return answer


# -- Certificates -----------------------------------------------------------------------------------------------------


def _certify(request: HttpRequest, found: TrainingClass, user: User, at: datetime) -> HttpResponse:
    dossier = propose_certificates(found.pk, by=user, at=at)
    messages.success(request, _("Đã lập hồ sơ với tên những người hoàn thành. Ghi quyết định rồi in giấy ở đây."))
    return redirect("award-dossier", dossier.pk)


_OTHERS: dict[str, Callable[[HttpRequest, TrainingClass, User, datetime], HttpResponse]] = {
    "session": _add_session,
    "remove-session": _remove_session,
    "counts": _state_counts,
    "learners": _add_learners,
    "marks": _set_marks,
    "remove-learner": _remove_learner,
    "erase-learner": _erase_learner,
    "erase-class": _erase_class,
    "bring": _bring_list,
    "certificates": _certify,
}
