from django.urls import URLPattern, path, re_path

from caunoi.desk.views import (
    contest_entries,
    contest_judges,
    contest_judging,
    contest_planning,
    contest_results,
    contest_running,
    contests,
)

ONE = "contests/<int:contest_id>/"
MARKED = f"{ONE}judging/<int:blind>/"

urlpatterns: list[URLPattern] = [
    path("contests/", contests.contests, name="contests"),
    re_path(r"^contests/export\.(?P<kind>csv|xlsx)$", contests.contests_export, name="contests-export"),
    path("contests/new/", contest_planning.contest_new, name="contest-new"),
    path(ONE, contest_running.contest, name="contest"),
    path(f"{ONE}edit/", contest_planning.contest_edit, name="contest-edit"),
    path(f"{ONE}terms/", contest_planning.contest_terms, name="contest-terms"),
    path(f"{ONE}judges/", contest_judges.contest_judges, name="contest-judges"),
    path(f"{ONE}entries/new/", contest_entries.entry_new, name="contest-entry-new"),
    path(f"{ONE}entries/<int:entry_id>/files/<int:file_id>/", contest_entries.entry_file, name="contest-entry-file"),
    path(f"{ONE}steps/<str:step>/", contest_running.contest_step, name="contest-step"),
    path(f"{ONE}judging/", contest_judging.judging, name="contest-judging"),
    path(MARKED, contest_judging.entry_marks, name="contest-marks"),
    path(f"{MARKED}files/<int:position>/", contest_judging.judged_file, name="contest-judged-file"),
    # Without an account: anybody may see what was published, and compute it again.
    path(f"{ONE}results/", contest_results.results, name="contest-results"),
    path(f"{ONE}results.csv", contest_results.results_file, name="contest-results-file"),
]
