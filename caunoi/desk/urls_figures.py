from django.urls import URLPattern, path, re_path

from caunoi.desk.views import changes, charts, figures

urlpatterns: list[URLPattern] = [
    path("figures/", figures.figures, name="figures"),
    re_path(r"^figures/chart\.(?P<form>svg|png|json)$", charts.figure_chart, name="figure-chart"),
    path("figures/<str:ref>/changes/", changes.figure_changes, name="figure-changes"),
    path("figures/<str:ref>/", figures.explanation, name="explain"),
    path("reports/<int:run_id>/changes/", changes.report_changes, name="report-changes"),
    path("coverage/", figures.coverage, name="coverage"),
]
