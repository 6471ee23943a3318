"""What a person enters about users and roles."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi import moments
from caunoi.accounts.lockout import find_pause, note_failure
from caunoi.accounts.models import Role, User
from caunoi.audit.origin import current_address
from caunoi.periods.inputs import DayField
from caunoi.places.inputs import PlaceField, resolve_place
from caunoi.places.queries import get_snapshot

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]


class PasswordField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        # What was typed comes back after an error elsewhere: nobody should have to invent a password twice.
        widget = forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"})
        super().__init__(max_length=200, strip=False, widget=widget, **kwargs)


class PhoneField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Điện thoại"),
            required=False,
            max_length=30,
            help_text=gettext_lazy("Có thể để trống. Cán bộ nhắc nộp báo cáo thấy số này."),
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        )


class UserForm(forms.Form):
    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=120)
    phone = PhoneField()
    email = forms.EmailField(
        label=gettext_lazy("Thư điện tử"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Nơi nhận thư mỗi ngày. Để trống thì không gửi thư."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Ngôn ngữ"), choices=LANGUAGES, initial=settings.CAUNOI_LANGUAGE)
    is_active = forms.BooleanField(
        label=gettext_lazy("Được đăng nhập"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Bỏ đánh dấu để khóa tài khoản; các bản ghi cũ vẫn còn nguyên."),
    )


class NewUserForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=150,
        help_text=gettext_lazy("Không có dấu cách, ví dụ: lan.nguyen"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=120)
    phone = PhoneField()
    language = forms.ChoiceField(label=gettext_lazy("Ngôn ngữ"), choices=LANGUAGES, initial=settings.CAUNOI_LANGUAGE)
    password = PasswordField(label=gettext_lazy("Mật khẩu ban đầu"), help_text=gettext_lazy("Ít nhất 8 ký tự."))


class PasswordForm(forms.Form):
    password = PasswordField(label=gettext_lazy("Mật khẩu mới"), help_text=gettext_lazy("Ít nhất 8 ký tự."))


class OwnPasswordForm(forms.Form):
    """The current password is asked again: a browser left open shall not lock its owner out."""

    current = forms.CharField(
        label=gettext_lazy("Mật khẩu hiện nay"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = PasswordField(label=gettext_lazy("Mật khẩu mới"), help_text=gettext_lazy("Ít nhất 8 ký tự."))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        name, address, at = self.user.username, current_address(), moments.now()
        if find_pause(name, address, at) is not None:
            raise forms.ValidationError(_("Đã nhập sai quá nhiều lần. Hãy đợi vài phút rồi thử lại."))
        if not self.user.check_password(current):
            note_failure(username=name, address=address, at=at)
            raise forms.ValidationError(_("Mật khẩu không đúng. Chữ hoa và chữ thường khác nhau."))
        return current


class GrantForm(forms.Form):
    """`org_unit_id` after `is_valid()`: the unit, found among those of the role's first day."""

    role = forms.ChoiceField(label=gettext_lazy("Vai trò"), choices=Role.choices)
    unit = PlaceField(label=gettext_lazy("Ở đơn vị (tên hoặc mã)"))
    from_day = DayField(label=gettext_lazy("Từ ngày"))
    to_day = DayField(
        label=gettext_lazy("Đến trước ngày"), required=False, help_text=gettext_lazy("Để trống nếu không thời hạn.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_day"), cleaned.get("to_day")
        if isinstance(first, date) and isinstance(last, date) and last <= first:
            self.add_error("to_day", _("Ngày hết hiệu lực phải sau ngày bắt đầu."))
        if isinstance(first, date) and cleaned.get("unit"):
            try:
                cleaned["org_unit_id"] = resolve_place(cleaned["unit"], first, get_snapshot())
            except forms.ValidationError as error:
                self.add_error("unit", error)
        return cleaned


class InvitationForm(GrantForm):
    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("Thư điện tử"),
        required=False,
        help_text=gettext_lazy("Để trống thì in mã ra giấy đưa tận tay."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["full_name", "email", "role", "unit", "from_day", "to_day"]


class InvitationCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Mã mời"),
        max_length=40,
        help_text=gettext_lazy("16 chữ và số trong thư hoặc trên giấy."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class NewAccountForm(forms.Form):
    code = forms.CharField(widget=forms.HiddenInput)
    username = forms.CharField(
        label=gettext_lazy("Tên đăng nhập"),
        max_length=150,
        help_text=gettext_lazy("Không có dấu cách, ví dụ: lan.nguyen"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = PasswordField(label=gettext_lazy("Mật khẩu"), help_text=gettext_lazy("Ít nhất 8 ký tự."))


class OutsideNewAccountForm(forms.Form):
    """Of a person who signs in at the provider, so without a password."""

    code = forms.CharField(widget=forms.HiddenInput)
    username = NewAccountForm.base_fields["username"]


class EndRoleForm(forms.Form):
    to_day = DayField(label=gettext_lazy("Hết hiệu lực từ ngày"))
