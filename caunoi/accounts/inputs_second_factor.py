"""allauth's forms with our labels, and wrong codes counted like wrong passwords."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.cache import caches
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.lockout import find_pause, note_failure, note_success
from caunoi.accounts.signing_in import TOO_MANY, WRONG_CODE, note_renamed
from caunoi.audit.origin import current_address

REPLAYED_SECONDS = 120


def _show_code(form: forms.Form, label: str, help_text: str = "") -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "autofocus": True}
    )


def _check_counted(form: Any, check: Any) -> str:
    """Also by other processes: what allauth counts and which code was used it keeps in the memory of one."""
    name, at = form.user.username, moments.now()
    if find_pause(name, current_address(), at) is not None:
        raise forms.ValidationError(str(TOO_MANY), code="paused")
    try:
        code: str = check()
    except forms.ValidationError:
        note_failure(username=name, address=current_address(), at=at)
        raise
    used = f"second-factor-used:{form.user.pk}:{code.replace(' ', '')}"
    if not caches["shared"].add(used, 1, REPLAYED_SECONDS):
        raise forms.ValidationError(str(WRONG_CODE), code="incorrect_code")
    note_success(username=name, address=current_address())
    return code


class CodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _show_code(self, _("Mã xác nhận"), _("6 chữ số trong ứng dụng xác thực, hoặc một mã khôi phục."))

    def clean_code(self) -> str:
        return _check_counted(self, super().clean_code)


class CodeAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _show_code(self, _("Mã xác nhận"), _("6 chữ số trong ứng dụng xác thực, hoặc một mã khôi phục."))

    def clean_code(self) -> str:
        return _check_counted(self, super().clean_code)


class FirstCodeForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _show_code(self, _("Mã đang hiện trong ứng dụng"), _("6 chữ số; đổi sau mỗi 30 giây."))


class NewPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Tên của khóa")
        self.fields["name"].help_text = _("Để bạn nhận ra nó sau này, ví dụ: điện thoại của tôi.")
        # A passkey signs in by itself here; one that cannot is still a second factor.
        self.fields["passwordless"] = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)


class PasskeyNameForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Tên của khóa")

    @transaction.atomic
    def save(self) -> Authenticator:
        """allauth, which tells of keys that are added or removed, does not tell of this."""
        old = self.instance.wrap().name
        renamed: Authenticator = super().save()
        note_renamed(renamed, old)
        return renamed
