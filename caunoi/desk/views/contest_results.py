"""The public page of a published contest, and its marks as a file from which anybody computes the ranking again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi.contests.errors import ContestUnknown
from caunoi.contests.models import Contest, RankingVersion
from caunoi.contests.queries import (
    find_ranking,
    get_published,
    list_prizes,
    read_marks,
    read_ranking,
    read_titles,
    terms_of,
)
from caunoi.contests.rules.published import COLUMNS, list_lines
from caunoi.desk.contests import call, describe_ties, show_ranking
from caunoi.desk.table_files import as_csv
from caunoi.desk.typed_numbers import read_number
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot


def _find(request: HttpRequest, contest_id: int) -> tuple[Contest, RankingVersion]:
    """The version asked for of the last round, else its newest."""
    found = get_published(contest_id)
    version = find_ranking(found, found.round, read_number(request.GET.get("version")))
    if version is None:
        raise ContestUnknown
    version.contest = found
    return found, version


@never_cache
@login_not_required
@require_safe
def results(request: HttpRequest, contest_id: int) -> HttpResponse:
    """Nobody is named: entries by number and title, judges by number."""
    found, version = _find(request, contest_id)
    round_ = terms_of(found).rounds[version.round]
    newest = find_ranking(found, found.round)
    assert newest is not None, "found above"
    prizes = list_prizes(found) if version == newest else {}
    marks = read_marks(version)
    shown = {
        "contest": found,
        "kind": in_reader_language(found.kind.name_vi, found.kind.name_en),
        "unit": get_snapshot().path_name(found.org_unit_id, found.day_to),
        "version": version,
        "newest": newest,
        "versions": list(found.rankings.filter(round=found.round).order_by("number")),
        "criteria": [(call(name), one) for name, one in zip(round_.names, round_.terms.criteria, strict=True)],
        "ties": describe_ties(found),
        "scale": terms_of(found).scale,
        "judges": sorted({one.judge for one in marks}),
        "lines": show_ranking(version, read_titles(version), prizes),
    }
    return render(request, "desk/contests/results.html", shown)


@never_cache
@login_not_required
@require_safe
def results_file(request: HttpRequest, contest_id: int) -> HttpResponse:
    found, version = _find(request, contest_id)
    terms = terms_of(found).rounds[version.round].terms
    lines = list_lines(terms, read_titles(version), read_marks(version), read_ranking(version))
    headers = {"Content-Disposition": f'attachment; filename="diem-hoi-thi-{found.pk}-{version.number}.csv"'}
    return HttpResponse("".join(as_csv(COLUMNS, lines)), "text/csv; charset=utf-8", headers=headers)
