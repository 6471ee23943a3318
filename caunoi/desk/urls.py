from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from caunoi.desk.views import help, home, search, shell

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("caunoi.desk.urls_account")),
    path("language/", login_not_required(set_language), name="set-language"),
    path("session/", shell.session, name="session"),
    path("signed-in/", shell.signed_in, name="signed-in"),
    path("", home.home, name="home"),
    path("help/", help.help_all, name="help"),
    path("help/<str:name>/", help.help_one, name="help-one"),
    path("search/", search.find, name="search"),
    path("", include("caunoi.desk.urls_notices")),
    path("", include("caunoi.desk.urls_collect")),
    path("", include("caunoi.desk.urls_spreadsheets")),
    path("", include("caunoi.desk.urls_figures")),
    path("", include("caunoi.desk.urls_targets")),
    path("", include("caunoi.desk.urls_boards")),
    path("", include("caunoi.desk.urls_campaigns")),
    path("", include("caunoi.desk.urls_registers")),
    path("", include("caunoi.desk.urls_releases")),
    path("", include("caunoi.desk.urls_reports")),
    path("", include("caunoi.desk.urls_documents")),
    path("", include("caunoi.desk.urls_assessments")),
    path("", include("caunoi.desk.urls_awards")),
    path("", include("caunoi.desk.urls_works")),
    path("", include("caunoi.desk.urls_meetings")),
    path("", include("caunoi.desk.urls_contests")),
    path("", include("caunoi.desk.urls_training")),
    path("", include("caunoi.desk.urls_admin")),
    path("", include("caunoi.desk.urls_personal")),
]
