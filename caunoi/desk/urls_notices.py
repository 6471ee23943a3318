from django.urls import URLPattern, path

from caunoi.desk.views import notices

urlpatterns: list[URLPattern] = [
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/choose/", notices.notices_choose, name="notices-choose"),
    path("notices/try/", notices.notices_try, name="notices-try"),
    path("notices/server/", notices.notices_server, name="notices-server"),
    path("notices/off/<str:token>/", notices.notices_off, name="notices-off"),
]
