"""What an officer enters about a breach or asks for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caunoi.moments import local_moment
from caunoi.periods.inputs import DayField
from caunoi.personal.rules.matching import split_name

AREA = {"rows": 3}


class ClockField(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        # Written, not picked: browsers show their own clocks with AM and PM on many an office's machine.
        attributes = {"placeholder": "14:30", "inputmode": "numeric", "autocomplete": "off"}
        said = {"invalid": _("Không phải giờ có thật. Ghi theo dạng 14:30.")}
        super().__init__(
            input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%H.%M", "%H%M"],
            widget=forms.TimeInput(format="%H:%M", attrs=attributes), error_messages=said, **kwargs,
        )  # fmt: skip


class _MomentForm(forms.Form):
    """A local day and clock time, given as `moment`."""

    def moment(self) -> datetime:
        day, clock = self.cleaned_data["day"], self.cleaned_data["clock"]
        return local_moment(day, clock.hour, clock.minute)


class BreachForm(_MomentForm):
    what = forms.CharField(label=_("Chuyện gì đã xảy ra"), max_length=4000, widget=forms.Textarea(AREA))
    kinds = forms.CharField(
        label=_("Dữ liệu cá nhân nào"), max_length=1000,
        help_text=_("Loại dữ liệu, ví dụ: họ tên, số điện thoại. Không ghi tên ai."),
    )  # fmt: skip
    people = forms.IntegerField(
        label=_("Khoảng bao nhiêu người"), required=False, min_value=0, help_text=_("Để trống nếu chưa biết.")
    )
    measures = forms.CharField(
        label=_("Đã làm gì để ngăn chặn"), max_length=4000, required=False, widget=forms.Textarea(AREA)
    )
    day = DayField(label=_("Ngày phát hiện"))
    clock = ClockField(label=_("Giờ phát hiện"), help_text=_("72 giờ tính từ lúc này."))


class NoticeForm(_MomentForm):
    whom = forms.CharField(label=_("Đã báo ai"), max_length=200)
    authority = forms.BooleanField(label=_("Đây là cơ quan có thẩm quyền về dữ liệu cá nhân"), required=False)
    how = forms.CharField(label=_("Báo bằng cách nào"), max_length=300, help_text=_("Ví dụ: công văn số 12/UBND."))
    day = DayField(label=_("Ngày báo"))
    clock = ClockField(label=_("Giờ báo"))


class CloseForm(forms.Form):
    outcome = forms.CharField(label=_("Kết quả xử lý"), max_length=4000, widget=forms.Textarea(AREA))


class FindForm(forms.Form):
    name = forms.CharField(
        label=_("Họ và tên người đó"), max_length=200, min_length=2,
        help_text=_("Viết đủ như trong giấy tờ. Không cần dấu; thiếu dấu thì có thể ra cả người khác cùng chữ."),
    )  # fmt: skip

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not split_name(name):
            raise forms.ValidationError(_("Hãy ghi tên bằng chữ."))
        return name


class EraseForm(forms.Form):
    because = forms.CharField(
        label=_("Căn cứ"), max_length=500, help_text=_("Ví dụ: đơn của người đó ngày 12/03/2026. Không ghi tên ai.")
    )
    sure = forms.BooleanField(label=_("Tôi hiểu rằng việc này không hoàn lại được."))
