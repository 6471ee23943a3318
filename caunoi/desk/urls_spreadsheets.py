from django.urls import URLPattern, path

from caunoi.desk.views import exports, workbooks

urlpatterns: list[URLPattern] = [
    path("workbooks/", workbooks.workbooks, name="workbooks"),
    path("workbooks/file.xlsx", workbooks.workbook_file, name="workbook-file"),
    path("workbooks/preview/", workbooks.workbook_preview, name="workbook-preview"),
    path("workbooks/confirm/", workbooks.workbook_confirm, name="workbook-confirm"),
    path("exports/", exports.exports, name="exports"),
]
