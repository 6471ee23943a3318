from django.urls import URLPattern, URLResolver, include, path

from caunoi.desk.views import shell

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("caunoi.desk.urls")),
    path("", include("caunoi.openrosa.urls")),
    path("", include("caunoi.packs.urls")),
    path("", include("caunoi.backups.urls")),
]

handler404 = shell.not_found
handler500 = shell.server_error
