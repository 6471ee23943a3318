from django.urls import URLPattern, path, re_path

from caunoi.desk.views import (
    registers,
    registers_entity,
    registers_person,
    registers_review,
    registers_seats,
    registers_stages,
)

ONE = "registers/<str:code>/<uuid:uuid>/"

urlpatterns: list[URLPattern] = [
    path("registers/", registers.registers, name="registers"),
    path("registers/problems/", registers.register_problems, name="register-problems"),
    path("registers/problems/<int:problem_id>/", registers.register_problem_decide, name="register-problem-decide"),
    path("registers/<str:code>/", registers.register, name="register"),
    re_path(
        r"^registers/(?P<code>[^/]+)/export\.(?P<kind>csv|xlsx)$", registers.register_export, name="register-export"
    ),
    path("registers/<str:code>/seats/", registers_seats.seats, name="register-seats"),
    re_path(
        r"^registers/(?P<code>[^/]+)/seats\.(?P<kind>csv|xlsx)$", registers_seats.seats_file, name="register-seats-file"
    ),
    path("registers/<str:code>/reviews/<str:key>/", registers_review.review, name="register-review"),
    path("registers/<str:code>/stages/", registers_stages.register_stages, name="register-stages"),
    path("registers/<str:code>/new/", registers_entity.entity_new, name="register-new"),
    path("registers/<str:code>/merge/", registers_entity.entity_merge, name="register-merge"),
    path(ONE, registers_entity.entity, name="register-entity"),
    path(f"{ONE}edit/", registers_entity.entity_edit, name="register-entity-edit"),
    path(f"{ONE}stage/", registers_stages.entity_stage, name="register-entity-stage"),
    path(f"{ONE}move/", registers_entity.entity_move, name="register-entity-move"),
    path(f"{ONE}person/", registers_person.person, name="register-person"),
    path(f"{ONE}person/file/", registers_person.person_file, name="register-person-file"),
    path(f"{ONE}decide/", registers_entity.entity_decide, name="register-entity-decide"),
]
