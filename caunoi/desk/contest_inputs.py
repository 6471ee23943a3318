"""What an officer types about contests: a new one, an entry, a judge, deadlines, the decision at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.accounts.models import User
from caunoi.contests.actions import ContestDraft
from caunoi.contests.files import ACCEPTED, MOST_FILES, check_size, prepare_entry_file
from caunoi.contests.models import Contest
from caunoi.contests.queries import list_kinds, terms_of
from caunoi.desk.document_inputs import FilesField, FilesInput
from caunoi.desk.meeting_inputs import TimeField
from caunoi.documents.uploads import PreparedFile
from caunoi.languages import in_reader_language
from caunoi.moments import VIETNAM, local_moment
from caunoi.periods.inputs import DayField
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import Refusal
from caunoi.vietnamese_text import fold

ENTRANT_LABELS = {
    "unit": gettext_lazy("Đơn vị: thôn, xã…"),
    "collective": gettext_lazy("Tập thể: đội, tổ, câu lạc bộ…"),
    "person": gettext_lazy("Cá nhân"),
}
CLOSES_AT = time(17)


def _text(label: Any, most: int, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, help_text=help_text, required=required, widget=widget)


def _moment(day: date, clock: time | None) -> datetime:
    chosen = clock or CLOSES_AT
    return local_moment(day, chosen.hour, chosen.minute)


class UntilForm(forms.Form):
    """A moment: a day, and an hour that is 17:00 when left empty."""

    until_day = DayField(label=gettext_lazy("Ngày"))
    until_time = TimeField(label=gettext_lazy("Giờ (để trống: 17:00)"), required=False)

    @property
    def until(self) -> datetime:
        return _moment(self.cleaned_data["until_day"], self.cleaned_data["until_time"])


class ContestForm(forms.Form):
    """`draft` after `is_valid()`. Of a contest that is changed neither unit nor kind is asked."""

    unit = forms.ChoiceField(label=gettext_lazy("Đơn vị tổ chức"))
    kind = forms.ChoiceField(label=gettext_lazy("Loại"))
    title = _text(gettext_lazy("Tên hội thi, cuộc thi"), 300)
    day = DayField(label=gettext_lazy("Ngày tổ chức hoặc tổng kết"))
    entries_day = DayField(label=gettext_lazy("Nhận bài đến ngày"))
    entries_time = TimeField(label=gettext_lazy("Nhận bài đến giờ (để trống: 17:00)"), required=False)
    judging_day = DayField(label=gettext_lazy("Chấm vòng đầu đến ngày"))
    judging_time = TimeField(label=gettext_lazy("Chấm đến giờ (để trống: 17:00)"), required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, units: Iterable[tuple[str, str]], changed: Contest | None = None
    ) -> None:
        super().__init__(data, initial=None if changed is None else _initial_of(changed))
        self._changed = changed
        if changed is not None:
            del self.fields["unit"], self.fields["kind"]
            return
        kinds = [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds()]
        for name, choices in (("unit", list(units)), ("kind", kinds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def draft(self) -> ContestDraft:
        typed = self.cleaned_data
        return ContestDraft(
            kind=typed["kind"] if self._changed is None else self._changed.kind_id,
            title=typed["title"],
            day=typed["day"],
            entries_until=_moment(typed["entries_day"], typed["entries_time"]),
            judging_until=_moment(typed["judging_day"], typed["judging_time"]),
        )


def _initial_of(contest: Contest) -> dict[str, Any]:
    entries, judged = (one.astimezone(VIETNAM) for one in (contest.entries_until, contest.judging_until))
    return {
        "title": contest.title,
        "day": contest.day_to,
        "entries_day": entries.date(),
        "entries_time": f"{entries:%H:%M}",
        "judging_day": judged.date(),
        "judging_time": f"{judged:%H:%M}",
    }


class EntryForm(forms.Form):
    """One entry with its files; `org_unit` and `prepared` after `is_valid()`."""

    kind = forms.ChoiceField(label=gettext_lazy("Đối tượng dự thi"))
    place = forms.CharField(
        label=gettext_lazy("Thuộc đơn vị"),
        max_length=200,
        widget=forms.TextInput({"list": "contest-places", "autocomplete": "off"}),
        help_text=gettext_lazy("Thôn, xã của người hoặc tập thể dự thi."),
    )
    name = _text(
        gettext_lazy("Tên người, tập thể dự thi"),
        200,
        gettext_lazy("Để trống nếu chính đơn vị dự thi. Giám khảo không thấy tên này."),
        required=False,
    )
    title = _text(
        gettext_lazy("Tên bài, tiết mục"),
        300,
        gettext_lazy("Giám khảo và người dân đọc dòng này: không ghi tên người, tên đơn vị."),
    )
    attached = FilesField(
        label=gettext_lazy("Ảnh hoặc PDF"),
        required=False,
        widget=FilesInput({"accept": ACCEPTED}),
        help_text=gettext_lazy("Nhiều nhất 10 tệp, mỗi tệp 20 MB. Che tên trên bài trước khi chụp hoặc lưu."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: MultiValueDict[str, UploadedFile] | None,
        contest: Contest,
        day: date,
    ) -> None:
        super().__init__(data, files)
        self._contest, self._day = contest, day
        self.org_unit = 0
        self.prepared: tuple[PreparedFile, ...] = ()
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, ENTRANT_LABELS[one]) for one in terms_of(contest).entrants]

    def clean_place(self) -> str:
        """Among the units right under the organiser first: villages of other communes bear the same name."""
        places, typed = get_snapshot(), str(self.cleaned_data["place"])
        near = [
            one for one in places.children_on(self._contest.org_unit_id, self._day)
            if fold(places.name_on(one, self._day)) == fold(typed)
        ]  # fmt: skip
        try:
            self.org_unit = near[0] if len(near) == 1 else get_place(typed, self._day, places)
        except Refusal as refused:
            raise forms.ValidationError(refused.sentence) from refused
        return typed

    def clean_attached(self) -> None:
        given: list[UploadedFile] = self.cleaned_data["attached"]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("Mỗi bài có nhiều nhất 10 tệp."))
        try:
            for one in given:
                check_size(one.size or 0)
            self.prepared = tuple(prepare_entry_file(one.name or "", one.read()) for one in given)
        except Refusal as refused:
            raise forms.ValidationError(refused.sentence) from refused


class JudgeForm(forms.Form):
    """One of those found, by sign-in name. `confirmed`: it is another than the entrant of that name."""

    username = forms.CharField(max_length=150)
    confirmed = forms.BooleanField(required=False)

    def clean_username(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["username"].strip(), is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Không có tài khoản nào có tên đăng nhập này."))
        return found


class DecisionForm(forms.Form):
    decision = _text(gettext_lazy("Số quyết định trao giải"), 80)
    decided_on = DayField(label=gettext_lazy("Ngày quyết định"))
