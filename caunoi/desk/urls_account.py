"""Signing in, and one's own account. Names in snake case are allauth's, which leads from one to the other by them."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from caunoi.desk.views import account, account_invited, account_outside, shell

urlpatterns: list[URLPattern] = [
    path("sign-in/", shell.SignIn.as_view(), name="sign-in"),
    path("sign-in/", shell.SignIn.as_view(), name="account_login"),
    path("sign-in/second-factor/", second_factor.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", login_not_required(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/office/", account_outside.begin, name="outside-begin"),
    path("sign-in/office/back/", account_outside.back, name="outside-back"),
    path("sign-in/office/unlinked/", account_outside.unlinked, name="outside-unlinked"),
    path("sign-out/", shell.sign_out, name="sign-out"),
    path("sign-out/", shell.sign_out, name="account_logout"),
    path("invitation/", account_invited.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/", account.account, name="mfa_index"),
    path("account/", account.account, name="mfa_list_webauthn"),
    path("account/password/", account.password, name="account-password"),
    path("account/sessions/end/", account.sessions_end, name="account-sessions-end"),
    path("account/again/", reauthenticate, name="account_reauthenticate"),
    path("account/again/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/again/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/codes/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/codes/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/passkeys/new/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
]
