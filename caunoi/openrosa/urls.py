from django.urls import URLPattern, path

from caunoi.openrosa import device_pages, held_pages

urlpatterns: list[URLPattern] = [
    path("devices/", device_pages.devices, name="devices"),
    path("devices/new/", device_pages.device_new, name="device-new"),
    path("devices/sheets/", device_pages.device_sheets, name="device-sheets"),
    path("devices/<int:app_user_id>/", device_pages.device, name="device"),
    path("devices/<int:app_user_id>/revoke/", device_pages.device_revoke, name="device-revoke"),
    path("held/", held_pages.held_list, name="held"),
    path("held/<int:held_id>/", held_pages.held, name="held-one"),
    path("held/<int:held_id>/place/", held_pages.held_place, name="held-place"),
    path("held/<int:held_id>/aside/", held_pages.held_aside, name="held-aside"),
    path("held/<int:held_id>/files/<str:name>/", held_pages.held_file, name="held-file"),
]
