from django.urls import URLPattern, path, re_path

from caunoi.desk.views import document_duties, documents

ONE = "documents/<int:document_id>/"

urlpatterns: list[URLPattern] = [
    path("documents/", documents.documents, name="documents"),
    re_path(r"^documents/export\.(?P<kind>csv|xlsx)$", documents.documents_export, name="documents-export"),
    path("documents/new/", documents.document_new, name="document-new"),
    path("documents/deadlines/", document_duties.document_deadlines, name="document-deadlines"),
    path(
        "documents/deadlines/<int:deadline_id>/<int:unit_id>/done/", document_duties.deadline_done, name="deadline-done"
    ),
    path(ONE, documents.document, name="document"),
    path(f"{ONE}edit/", documents.document_edit, name="document-edit"),
    path(f"{ONE}withdraw/", documents.document_withdraw, name="document-withdraw"),
    path(f"{ONE}cascade/", document_duties.document_cascade, name="document-cascade"),
    path(f"{ONE}files/<int:file_id>/", documents.document_file, name="document-file"),
]
