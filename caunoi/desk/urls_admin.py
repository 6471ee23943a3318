from django.urls import URLPattern, path

from caunoi.desk.views import admin_audit, admin_places, admin_users

urlpatterns: list[URLPattern] = [
    path("places/", admin_places.places, name="places"),
    path("places/branch/", admin_places.place_children, name="place-children"),
    path("places/options/", admin_places.place_options, name="place-options"),
    path("places/succession/", admin_places.succession_new, name="succession-new"),
    path("places/<str:key>/access/", admin_places.place_access, name="place-access"),
    path("places/<str:key>/", admin_places.place, name="place"),
    path("users/", admin_users.users, name="users"),
    path("users/new/", admin_users.user_new, name="user-new"),
    path("users/<int:user_id>/", admin_users.user, name="user"),
    path("users/<int:user_id>/roles/<int:grant_id>/end/", admin_users.role_end, name="role-end"),
    path("audit/", admin_audit.audit, name="audit"),
]
