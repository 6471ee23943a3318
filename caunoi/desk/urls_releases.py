from django.urls import URLPattern, path

from caunoi.desk.views import releases

urlpatterns: list[URLPattern] = [
    path("releases/", releases.releases, name="releases"),
    path("releases/new/", releases.release_new, name="release-new"),
    path("releases/<int:number>/", releases.release, name="release"),
    path("releases/<int:number>/file", releases.release_file, name="release-file"),
    path("releases/<int:number>/withdraw", releases.release_withdraw, name="release-withdraw"),
]
