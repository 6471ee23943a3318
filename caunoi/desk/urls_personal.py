from django.urls import URLPattern, path

from caunoi.desk.views import personal, personal_records, personal_search

urlpatterns: list[URLPattern] = [
    path("personal-data/", personal.personal_data, name="personal-data"),
    path("personal-data/breaches/", personal.breaches, name="breaches"),
    path("personal-data/breaches/new/", personal.breach_new, name="breach-new"),
    path("personal-data/breaches/<int:pk>/", personal.breach, name="breach"),
    path("personal-data/find/", personal_search.find_everything, name="personal-find"),
    path("personal-data/records/", personal_records.find, name="personal-records"),
    path("personal-data/records/<int:submission_id>/", personal_records.record, name="personal-record"),
    path("personal-data/records/<int:submission_id>/file/", personal_records.record_file, name="personal-record-file"),
    path("personal-data/overdue/", personal_records.overdue, name="personal-overdue"),
    path("personal-data/people/<int:user_id>/", personal.person, name="personal-person"),
    path("personal-data/people/<int:user_id>/file/", personal.person_file, name="personal-person-file"),
]
