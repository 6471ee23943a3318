from django.urls import URLPattern, path

from caunoi.desk.views import targets

urlpatterns: list[URLPattern] = [
    path("targets/", targets.targets, name="targets"),
    path("targets/<slug:code>/", targets.target, name="target"),
]
