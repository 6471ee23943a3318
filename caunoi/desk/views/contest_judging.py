"""A judge's pages: entries by their blind numbers, and nothing that says whose they are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePosixPath
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.contests.actions import put_marks
from caunoi.contests.errors import ContestUnknown
from caunoi.contests.models import Entry, EntryFile, EntryMark, Judge
from caunoi.contests.queries import get_judge, list_entries_to_mark, round_of, terms_of
from caunoi.contests.rules.terms import read_mark
from caunoi.desk.contests import call, call_round
from caunoi.desk.downloads import download
from caunoi.desk.templatetags.caunoi import number
from caunoi.refusals import Refusal


def _read(request: HttpRequest, contest_id: int) -> tuple[Judge, list[Entry], dict[tuple[int, str], Decimal]]:
    """The judge, the entries to mark, and the marks given: (entry, criterion) -> value."""
    judge = get_judge(contest_id, cast(User, request.user))
    rows = EntryMark.objects.filter(judge=judge).values_list("entry_id", "criterion", "value")
    return judge, list_entries_to_mark(judge.contest), {(entry, code): value for entry, code, value in rows}


@never_cache
@require_safe
def judging(request: HttpRequest, contest_id: int) -> HttpResponse:
    judge, entries, given = _read(request, contest_id)
    round_ = round_of(judge.contest)
    codes = [one.code for one in round_.terms.criteria]
    lines = [(one, sum((one.pk, code) in given for code in codes)) for one in entries]
    shown = {
        "contest": judge.contest,
        "round": call_round(judge.contest, round_),
        "lines": lines,
        "wanted": len(codes),
        "done": sum(count == len(codes) for _entry, count in lines),
    }
    return render(request, "desk/contests/judging.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry_marks(request: HttpRequest, contest_id: int, blind: int) -> HttpResponse:
    judge, entries, given = _read(request, contest_id)
    entry = _find(entries, blind)
    round_, scale = round_of(judge.contest), terms_of(judge.contest).scale
    typed = {one.code: request.POST.get(one.code, "") for one in round_.terms.criteria}
    mistake, wrong = "", ""
    if request.method == "POST":
        values = {code: read_mark(text) if text.strip() else None for code, text in typed.items()}
        wrong = next((code for code, text in typed.items() if text.strip() and values[code] is None), "")
        if not typed.keys() <= request.POST.keys():
            # Declared anew since the page was opened: what was typed is of other criteria.
            mistake = _("Đơn vị tổ chức vừa sửa tiêu chí chấm nên chưa lưu điểm. Hãy chấm lại theo tiêu chí dưới đây.")
        elif wrong:
            mistake = _("“%(text)s” không phải là số điểm. Ví dụ: 8,5.") % {"text": typed[wrong][:20]}
        else:
            try:
                put_marks(judge.contest_id, blind, values, by=cast(User, request.user), at=moments.now())
            except Refusal as refused:
                mistake = refused.sentence
            else:
                messages.success(request, _("Đã lưu điểm bài %(number)03d.") % {"number": blind})
                following = _next(entries, blind, given, set(typed)) if "next" in request.POST else None
                if following is not None:
                    return redirect("contest-marks", judge.contest_id, following)
                return redirect("contest-judging", judge.contest_id)
    if request.method != "POST":
        typed = {code: _shown(given, entry, code) for code in typed}
    rows = [
        (name.code, call(name), number(one.weight), typed[name.code])
        for name, one in zip(round_.names, round_.terms.criteria, strict=True)
    ]
    shown = {
        "contest": judge.contest,
        "round": call_round(judge.contest, round_),
        "entry": entry,
        "files": list(enumerate((_neutral(entry, at, file) for at, file in enumerate(entry.files.all(), 1)), 1)),
        "rows": rows,
        "scale": scale,
        "mistake": mistake,
        "wrong": wrong,
    }
    return render(request, "desk/contests/marks.html", shown, status=422 if mistake else 200)


def _find(entries: list[Entry], blind: int) -> Entry:
    found = next((one for one in entries if one.blind == blind), None)
    if found is None:
        raise ContestUnknown
    return found


def _next(entries: list[Entry], blind: int, given: dict[tuple[int, str], Decimal], codes: set[str]) -> int | None:
    """The one after it that lacks a mark, else the first that does; None: all is marked."""
    open_ones = [
        one.blind for one in entries
        if one.blind is not None and one.blind != blind and any((one.pk, code) not in given for code in codes)
    ]  # fmt: skip
    return next((one for one in open_ones if one > blind), next(iter(open_ones), None))


def _shown(given: dict[tuple[int, str], Decimal], entry: Entry, code: str) -> str:
    value = given.get((entry.pk, code))
    return "" if value is None else format(value.normalize(), "f").replace(".", ",")


def _neutral(entry: Entry, position: int, file: EntryFile) -> str:
    """`bai-017-1.pdf`: what a judge sees of a file's name."""
    return f"bai-{entry.blind:03d}-{position}{PurePosixPath(file.name).suffix}"


@require_safe
def judged_file(request: HttpRequest, contest_id: int, blind: int, position: int) -> FileResponse:
    _judge, entries, _given = _read(request, contest_id)
    entry = _find(entries, blind)
    files = list(entry.files.select_related("stored"))
    if not 1 <= position <= len(files):
        raise ContestUnknown
    file = files[position - 1]
    file.name = _neutral(entry, position, file)
    return download(file)
