from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "caunoi.places"
