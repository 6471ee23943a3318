from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "caunoi.personal"
