from django.urls import URLPattern, path

from caunoi.desk.views import reports

urlpatterns: list[URLPattern] = [
    path("reports/", reports.reports, name="reports"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/verify/", reports.report_verify, name="report-verify"),
    path("reports/<int:run_id>/", reports.report, name="report"),
    path("reports/<int:run_id>/file", reports.report_file, name="report-file"),
]
