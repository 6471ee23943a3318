from django.urls import URLPattern, path

from caunoi.desk.views import (
    report_batches,
    report_layouts,
    report_life,
    report_templates,
    report_verify,
    reports,
    used_templates,
)

urlpatterns: list[URLPattern] = [
    path("reports/", reports.reports, name="reports"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/templates/", report_templates.report_templates, name="report-templates"),
    path("reports/templates/used/", used_templates.used_templates, name="used-templates"),
    path("reports/templates/used/<str:code>/", used_templates.used_template, name="used-template"),
    path("reports/templates/used/<str:code>/file", used_templates.used_template_file, name="used-template-file"),
    path("reports/layouts/", report_layouts.report_layouts, name="report-layouts"),
    path("reports/verify/", report_verify.report_verify, name="report-verify"),
    path("reports/batches/", report_batches.report_batches, name="report-batches"),
    path("reports/batches/<int:batch_id>/", report_batches.report_batch, name="report-batch"),
    path("reports/batches/<int:batch_id>/file", report_batches.report_batch_file, name="report-batch-file"),
    path("reports/<int:run_id>/", reports.report, name="report"),
    path("reports/<int:run_id>/file", reports.report_file, name="report-file"),
    path("reports/<int:run_id>/versions/<int:number>/file", reports.report_version_file, name="report-version-file"),
    path("reports/<int:run_id>/compare/", reports.report_compare, name="report-compare"),
    path("reports/<int:run_id>/steps/<str:step>/", report_life.report_step, name="report-step"),
    path("reports/<int:run_id>/again/", report_life.report_again, name="report-again"),
    path("reports/<int:run_id>/upload/", report_life.report_upload, name="report-upload"),
    path("reports/<int:run_id>/signer/", report_life.report_signer, name="report-signer"),
    path("reports/<int:run_id>/issue/", report_life.report_issue, name="report-issue"),
    # Without an account: whoever holds a report may ask whether it is genuine.
    path("verify/", report_verify.verify_public, name="verify"),
    path("verify/<str:key>/", report_verify.verify_by_key, name="verify-report"),
]
