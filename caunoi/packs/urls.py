from django.urls import URLPattern, path

from caunoi.packs import views

urlpatterns: list[URLPattern] = [
    path("packs/", views.packs, name="packs"),
    path("criteria-parts/<str:code>/", views.criteria_parts, name="criteria-parts"),
]
