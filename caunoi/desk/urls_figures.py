from django.urls import URLPattern, path

from caunoi.desk.views import figures

urlpatterns: list[URLPattern] = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:ref>/", figures.explanation, name="explain"),
    path("coverage/", figures.coverage, name="coverage"),
]
