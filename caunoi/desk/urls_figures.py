from django.urls import URLPattern, path

from caunoi.desk.views import changes, figures

urlpatterns: list[URLPattern] = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:ref>/changes/", changes.figure_changes, name="figure-changes"),
    path("figures/<str:ref>/", figures.explanation, name="explain"),
    path("reports/<int:run_id>/changes/", changes.report_changes, name="report-changes"),
    path("coverage/", figures.coverage, name="coverage"),
]
