from django.apps import AppConfig


class OpenRosaConfig(AppConfig):
    name = "caunoi.openrosa"
