from django.urls import URLPattern, path

import caunoi.address_parts  # noqa: F401  # the word `segment`
from caunoi.desk.views import checks, collect, deciding, fill, inbox, offline, reminders, spreadsheet, submission

FILL = "fill/<segment:form_code>/<str:unit_key>/<str:period_key>/"
ONE = "submissions/<int:submission_id>/"

urlpatterns: list[URLPattern] = [
    path("due/", collect.due, name="due"),
    path(FILL, fill.fill, name="fill"),
    path(f"{FILL}submit/", fill.fill_submit, name="fill-submit"),
    path("offline/", offline.kept, name="offline"),
    path("offline/draft/", offline.draft, name="offline-draft"),
    path("offline/frame/<str:page>/", offline.frame, name="offline-frame"),
    path("offline/forms.json", offline.forms, name="offline-forms"),
    path("offline/forms/<segment:form_code>/<segment:version>.xml", offline.xform, name="offline-xform"),
    path(
        "offline/files/<segment:form_code>/<segment:version>/<str:unit_key>/<str:name>",
        offline.form_file,
        name="offline-file",
    ),
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path(ONE, submission.submission, name="submission"),
    path(f"{ONE}versions/<int:number>/", submission.submission_version, name="submission-version"),
    path(f"{ONE}files/<int:number>/<str:name>/", submission.submission_file, name="submission-file"),
    path(f"{ONE}correct/", fill.correct, name="submission-correct"),
    path(f"{ONE}correct/instance/", fill.correct_instance, name="submission-instance"),
    path(f"{ONE}correct/submit/", fill.resubmit, name="submission-resubmit"),
    path(f"{ONE}approve/", submission.submission_approve, name="submission-approve"),
    path(f"{ONE}return/", submission.submission_return, name="submission-return"),
    path(f"{ONE}withdraw/", submission.submission_withdraw, name="submission-withdraw"),
    path(f"{ONE}lock/", submission.submission_lock, name="submission-lock"),
    path(f"{ONE}unlock/", submission.submission_unlock, name="submission-unlock"),
    path(f"{ONE}seen/", checks.submission_seen, name="submission-seen"),
    path("checks/", checks.checks, name="checks"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/approve/", deciding.decide_chosen, name="approve-many"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("extensions/", reminders.extensions, name="extensions"),
    path("extensions/new/", reminders.extension_new, name="extension-new"),
    path("import/", spreadsheet.import_page, name="import"),
    path("import/template.xlsx", spreadsheet.import_template, name="import-template"),
    path("import/mistakes.csv", spreadsheet.import_mistakes, name="import-mistakes"),
]
