from django.urls import URLPattern, path, re_path

from caunoi.desk.views import award_papers, awards

urlpatterns: list[URLPattern] = [
    path("awards/", awards.awards, name="awards"),
    re_path(r"^awards/export\.(?P<kind>csv|xlsx)$", awards.awards_export, name="awards-export"),
    path("awards/dossiers/", awards.dossiers, name="award-dossiers"),
    path("awards/dossiers/new/", awards.dossier_new, name="award-dossier-new"),
    re_path(r"^awards/dossiers/export\.(?P<kind>csv|xlsx)$", awards.dossiers_export, name="award-dossiers-export"),
    path("awards/dossiers/<int:dossier_id>/", awards.dossier, name="award-dossier"),
    path("awards/dossiers/<int:dossier_id>/files/<int:file_id>", awards.dossier_file, name="award-file"),
    path("awards/dossiers/<int:dossier_id>/papers", award_papers.papers, name="award-papers"),
    path("awards/dossiers/<int:dossier_id>/papers/all/", award_papers.all_papers, name="award-all-papers"),
    path("awards/dossiers/<int:dossier_id>/papers/zip", award_papers.papers_bundle, name="award-papers-zip"),
    path("awards/dossiers/<int:dossier_id>/<str:step>/", awards.dossier_step, name="award-step"),
    # Without an account: whoever holds a paper may ask whether it is genuine.
    path("certificates/<str:code>/", award_papers.certificate, name="certificate"),
]
