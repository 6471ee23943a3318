from django.urls import URLPattern, path, re_path

from caunoi.desk.views import works

urlpatterns: list[URLPattern] = [
    path("works/", works.works, name="works"),
    re_path(r"^works/(?P<what>works|sources)\.(?P<kind>csv|xlsx)$", works.works_export, name="works-export"),
    path("works/<uuid:uuid>/", works.work, name="work"),
    path("works/<uuid:uuid>/list.docx", works.work_list, name="work-list"),
    path("works/<uuid:uuid>/letters", works.work_letters, name="work-letters"),
    path("works/<uuid:uuid>/<str:step>/", works.work_step, name="work-step"),
    # Without an account: what is disclosed is for everybody who has the address.
    path("disclosures/<str:code>/", works.disclosure, name="disclosure"),
]
