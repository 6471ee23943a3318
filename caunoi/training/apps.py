from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "caunoi.training"
