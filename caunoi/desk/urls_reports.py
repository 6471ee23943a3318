from django.urls import URLPattern, path

from caunoi.desk.views import report_verify, reports

urlpatterns: list[URLPattern] = [
    path("reports/", reports.reports, name="reports"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/verify/", report_verify.report_verify, name="report-verify"),
    path("reports/<int:run_id>/", reports.report, name="report"),
    path("reports/<int:run_id>/file", reports.report_file, name="report-file"),
    # Without an account: whoever holds a report may ask whether it is genuine.
    path("verify/", report_verify.verify_public, name="verify"),
    path("verify/<str:key>/", report_verify.verify_by_key, name="verify-report"),
]
