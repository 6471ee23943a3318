from django.urls import URLPattern, path

from caunoi.backups import views

urlpatterns: list[URLPattern] = [path("backups/", views.backups, name="backups")]
