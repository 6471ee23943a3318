from django.urls import URLPattern, path, re_path

from caunoi.desk.views import training, training_running

ONE = "training/<int:class_id>/"

urlpatterns: list[URLPattern] = [
    path("training/", training.classes, name="training"),
    re_path(r"^training/export\.(?P<kind>csv|xlsx)$", training.classes_export, name="training-export"),
    path("training/plan/", training.plan, name="training-plan"),
    path("training/new/", training.class_new, name="training-new"),
    path(ONE, training.training_class, name="training-class"),
    path(f"{ONE}edit/", training.class_edit, name="training-edit"),
    path(f"{ONE}attendance/", training_running.attendance, name="training-attendance"),
    path(f"{ONE}list.xlsx", training_running.list_file, name="training-list"),
    path(f"{ONE}learners/<int:learner_id>.json", training_running.learner_file, name="training-learner-file"),
    path(f"{ONE}<slug:step>/", training_running.step, name="training-step"),
]
