from django.urls import URLPattern, path, re_path

from caunoi.desk.views import account_outside, admin_audit, admin_invitations, admin_places, admin_users, reorganisation

urlpatterns: list[URLPattern] = [
    path("places/", admin_places.places, name="places"),
    path("places/branch/", admin_places.place_children, name="place-children"),
    path("places/options/", admin_places.place_options, name="place-options"),
    path("places/succession/", admin_places.succession_new, name="succession-new"),
    path("places/reorganisations/", reorganisation.reorganisations, name="reorganisations"),
    path("places/reorganisations/new/", reorganisation.reorganisation_new, name="reorganisation-new"),
    path("places/reorganisations/<int:pk>/", reorganisation.reorganisation, name="reorganisation"),
    path("places/reorganisations/<int:pk>/change/", reorganisation.reorganisation_change, name="reorganisation-change"),
    path("places/reorganisations/<int:pk>/step/", reorganisation.reorganisation_step, name="reorganisation-step"),
    path(
        "places/reorganisations/<int:pk>/step/<int:step>/remove/",
        reorganisation.reorganisation_step_remove,
        name="reorganisation-step-remove",
    ),
    path("places/reorganisations/<int:pk>/upload/", reorganisation.reorganisation_upload, name="reorganisation-upload"),
    path("places/reorganisations/<int:pk>/file/", reorganisation.reorganisation_file, name="reorganisation-file"),
    path("places/reorganisations/<int:pk>/drop/", reorganisation.reorganisation_drop, name="reorganisation-drop"),
    path("places/reorganisations/<int:pk>/apply/", reorganisation.reorganisation_apply, name="reorganisation-apply"),
    path("places/reorganisations/<int:pk>/undo/", reorganisation.reorganisation_undo, name="reorganisation-undo"),
    path("places/<str:key>/access/", admin_places.place_access, name="place-access"),
    path("places/<str:key>/", admin_places.place, name="place"),
    path("users/", admin_users.users, name="users"),
    path("users/new/", admin_users.user_new, name="user-new"),
    path("users/invitations/", admin_invitations.invitations, name="invitations"),
    path("users/invitations/new/", admin_invitations.invitation_new, name="invitation-new"),
    path("users/invitations/<int:invitation_id>/", admin_invitations.invitation_step, name="invitation-step"),
    path("users/<int:user_id>/", admin_users.user, name="user"),
    path("users/<int:user_id>/outside/", account_outside.link, name="user-outside"),
    path("users/<int:user_id>/roles/<int:grant_id>/end/", admin_users.role_end, name="role-end"),
    path("audit/", admin_audit.audit, name="audit"),
    re_path(r"^audit/export\.(?P<kind>csv|xlsx)$", admin_audit.audit_export, name="audit-export"),
]
