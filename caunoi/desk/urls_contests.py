from django.urls import URLPattern, path, re_path

from caunoi.desk.views import contest_judging, contest_results, contests

ONE = "contests/<int:contest_id>/"
MARKED = f"{ONE}judging/<int:blind>/"

urlpatterns: list[URLPattern] = [
    path("contests/", contests.contests, name="contests"),
    re_path(r"^contests/export\.(?P<kind>csv|xlsx)$", contests.contests_export, name="contests-export"),
    path("contests/new/", contests.contest_new, name="contest-new"),
    path(ONE, contests.contest, name="contest"),
    path(f"{ONE}edit/", contests.contest_edit, name="contest-edit"),
    path(f"{ONE}entries/new/", contests.entry_new, name="contest-entry-new"),
    path(f"{ONE}entries/<int:entry_id>/files/<int:file_id>/", contests.entry_file, name="contest-entry-file"),
    path(f"{ONE}steps/<str:step>/", contests.contest_step, name="contest-step"),
    path(f"{ONE}judging/", contest_judging.judging, name="contest-judging"),
    path(MARKED, contest_judging.entry_marks, name="contest-marks"),
    path(f"{MARKED}files/<int:position>/", contest_judging.judged_file, name="contest-judged-file"),
    # Without an account: anybody may see what was published, and compute it again.
    path(f"{ONE}results/", contest_results.results, name="contest-results"),
    path(f"{ONE}results.csv", contest_results.results_file, name="contest-results-file"),
]
