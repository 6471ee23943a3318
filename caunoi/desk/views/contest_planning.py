"""A contest planned, changed before it is announced, and given its own criteria before it is marked."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.contests.actions import change_contest, declare_terms, plan_contest, take_back_terms
from caunoi.contests.errors import ContestNotYours, ContestTermsFixed, ContestTermsInvalid
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import may_declare
from caunoi.desk.contest_inputs import ContestForm
from caunoi.desk.contest_terms_inputs import TermsForm
from caunoi.desk.contests import list_holders, read_contest
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal


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
    found, user, at = read_contest(request, contest_id)
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
@require_http_methods(["GET", "HEAD", "POST"])
def contest_terms(request: HttpRequest, contest_id: int) -> HttpResponse:
    """Its own criteria, weights, scale, ties and prizes, beginning with those it has."""
    found, user, at = read_contest(request, contest_id)
    check_may_organise(user, found, moments.local_date(at))
    if not may_declare(found):
        raise ContestTermsFixed
    if "take-back" in request.POST:
        take_back_terms(found.pk, by=user, at=at)
        messages.success(request, _("Đã lấy lại tiêu chí, thang điểm và giải của loại hội thi."))
        return redirect("contest-terms", found.pk)
    form = TermsForm(request.POST if request.method == "POST" else None, found)
    if form.is_bound and form.is_valid():
        try:
            declare_terms(found.pk, form.declared, by=user, at=at)
        except ContestTermsInvalid as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
        else:
            messages.success(request, _("Đã ghi tiêu chí của hội thi. Sửa được đến khi giám khảo cho điểm đầu tiên."))
            return redirect("contest", found.pk)
    shown = {"form": form, "contest": found}
    return render(request, "desk/contests/terms.html", shown, status=422 if form.errors else 200)
