from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "caunoi.desk.notices"
