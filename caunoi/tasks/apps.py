from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "caunoi.tasks"
