from django.urls import URLPattern, path, re_path

from caunoi.desk.views import criteria, rating_sheet, ratings

urlpatterns: list[URLPattern] = [
    path("ratings/", ratings.ratings, name="ratings"),
    re_path(r"^ratings/export\.(?P<kind>csv|xlsx)$", ratings.ratings_export, name="ratings-export"),
    path("ratings/<int:round_id>/", ratings.rating_round, name="rating-round"),
    path("ratings/<int:round_id>/steps/<str:step>/", ratings.rating_round_step, name="rating-round-step"),
    path("ratings/<int:round_id>/<str:key>/", rating_sheet.rating, name="rating"),
    path("ratings/<int:round_id>/<str:key>/files/<int:file_id>/", rating_sheet.rating_file, name="rating-file"),
    path("ratings/<int:round_id>/<str:key>/<str:step>/", rating_sheet.rating_step, name="rating-step"),
    path("criteria/", criteria.criteria, name="criteria"),
    path("criteria/<str:code>/", criteria.criteria_set, name="criteria-set"),
    path("criteria/<str:code>/<str:key>/", criteria.criteria_unit, name="criteria-unit"),
    path("criteria/<str:code>/<str:key>/files/<int:file_id>/", criteria.criteria_file, name="criteria-file"),
]
