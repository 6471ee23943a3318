"""Whom the organiser asks to judge: looked for by name, with who cannot and why."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.audit.actions import note_list_read
from caunoi.contests.actions import appoint_judge
from caunoi.contests.candidates import MOST, find_candidates
from caunoi.contests.errors import ContestStepImpossible, JudgeOfOwn
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import round_of, terms_of
from caunoi.contests.rules.life import State, Step, find_next
from caunoi.desk.contest_inputs import JudgeForm
from caunoi.desk.contests import call_round, read_contest, show_candidates, show_judges
from caunoi.refusals import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest_judges(request: HttpRequest, contest_id: int) -> HttpResponse:
    found, user, at = read_contest(request, contest_id)
    today = moments.local_date(at)
    check_may_organise(user, found, today)
    if find_next(State(found.state), Step.APPOINT) is None:
        raise ContestStepImpossible(found.get_state_display())
    text, mistake, asked = request.GET.get("q", ""), "", False
    if request.method == "POST":
        form, text = JudgeForm(request.POST), request.POST.get("username", "")
        if form.is_valid():
            judge, confirmed = form.cleaned_data["username"], form.cleaned_data["confirmed"]
            try:
                appoint_judge(found.pk, judge, namesake_confirmed=confirmed, by=user, at=at)
            except Refusal as refused:
                mistake, asked = refused.sentence, isinstance(refused, JudgeOfOwn) and refused.may_stand
            else:
                said = _("Đã mời %(name)s. Người đó thấy việc chấm ở trang Hội thi khi bắt đầu chấm.")
                messages.success(request, said % {"name": judge})
                return redirect("contest-judges", found.pk)
        else:
            mistake = str(form.errors["username"][0])
    candidates = find_candidates(found, text, today)
    if candidates and request.method == "GET":
        note_list_read("user", "users", [one.pk for one in candidates], by=user.actor, at=at)
    shown = {
        "contest": found,
        "round": call_round(found, round_of(found)),
        "terms": terms_of(found),
        "judges": show_judges(found),
        "q": text,
        "candidates": show_candidates(found, candidates[:MOST], today),
        "more": len(candidates) > MOST,
        "most": MOST,
        "mistake": mistake,
        "asked": asked,
    }
    return render(request, "desk/contests/judges.html", shown, status=422 if mistake else 200)
