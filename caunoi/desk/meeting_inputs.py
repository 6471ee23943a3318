"""The form by which an officer plans a meeting, and the one that says what it leaves to a unit."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.languages import in_reader_language
from caunoi.meetings.models import Meeting
from caunoi.meetings.queries import list_kinds
from caunoi.meetings.rules.agenda import AgendaItem, read_agenda, write_agenda
from caunoi.meetings.rules.drafts import LONGEST_TITLE, MeetingDraft
from caunoi.moments import VIETNAM
from caunoi.periods.inputs import DayField
from caunoi.places.inputs import describe_typed, resolve_place
from caunoi.places.models import Level
from caunoi.places.queries import find_units, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:hHgG.]\s*([0-5]\d)?", re.ASCII)


class TimeField(forms.CharField):
    """`08:30`, `8h30` or `8h`, as people write the hour; gives a time."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "08:00", "autocomplete": "off", "size": 8}
        super().__init__(max_length=8, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        found = _TIME.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("Ghi giờ theo dạng 08:30."))
        return time(int(found[1]), int(found[2] or 0))


def _lines(label: Any, help_text: Any, rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=30_000, help_text=help_text, widget=widget)


class MeetingForm(forms.Form):
    """`draft` after `is_valid()`."""

    kind = forms.ChoiceField(label=gettext_lazy("Loại"))
    title = forms.CharField(
        label=gettext_lazy("Tên cuộc họp"),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day = DayField(label=gettext_lazy("Ngày"))
    starts = TimeField(label=gettext_lazy("Bắt đầu lúc"))
    last_day = DayField(
        label=gettext_lazy("Ngày kết thúc"),
        required=False,
        help_text=gettext_lazy("Để trống nếu kết thúc trong ngày."),
    )
    ends = TimeField(label=gettext_lazy("Kết thúc lúc"))
    halls = _lines(
        gettext_lazy("Nơi họp trực tiếp"), gettext_lazy("Mỗi dòng một nơi, ví dụ: Hội trường UBND xã."), rows=2
    )
    online_level = forms.ChoiceField(label=gettext_lazy("Điểm cầu trực tuyến ở mọi đơn vị cấp"), required=False)
    online = _lines(
        gettext_lazy("Điểm cầu trực tuyến ở các đơn vị"),
        gettext_lazy("Mỗi dòng một đơn vị, theo tên hoặc mã."),
        rows=3,
    )
    agenda = _lines(
        gettext_lazy("Chương trình"),
        gettext_lazy(
            "Mỗi dòng một mục: 08:00 Khai mạc | Văn phòng UBND xã. Ghi cơ quan, chức danh; không ghi tên người."
        ),
        rows=6,
    )
    invited_level = forms.ChoiceField(label=gettext_lazy("Mời mọi đơn vị cấp"), required=False)
    invited = _lines(gettext_lazy("Mời các đơn vị"), gettext_lazy("Mỗi dòng một đơn vị, theo tên hoặc mã."), rows=3)
    offices = forms.CharField(
        label=gettext_lazy("Thành phần mời ở mỗi đơn vị"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Theo chức danh, ví dụ: Chủ tịch, công chức văn hóa; không ghi tên người."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *args: Any, unit_id: int, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.unit_id = unit_id
        self.draft: MeetingDraft | None = None
        level = get_snapshot().units[unit_id].level
        kinds = [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds(level)]
        below = list(Level)[list(Level).index(Level(level)) + 1 :]
        levels = [("", _("không")), *[(one.value, one.label) for one in below]]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("online_level", "invited_level"):
            self.fields[name].choices = levels  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("day")
        if not isinstance(day, date):
            return cleaned
        online = self._read_units(cleaned, "online", day)
        invited = self._read_units(cleaned, "invited", day)
        if self.errors:
            return cleaned
        halls = [" ".join(line.split()) for line in cleaned["halls"].splitlines() if line.strip()]
        starts_at = datetime.combine(day, cleaned["starts"], VIETNAM)
        ends_at = datetime.combine(cleaned["last_day"] or day, cleaned["ends"], VIETNAM)
        if ends_at <= starts_at:
            self.add_error("ends", _("Giờ kết thúc phải sau giờ bắt đầu."))
        if not halls and not online:
            self.add_error("halls", _("Hãy ghi ít nhất một nơi họp hoặc một điểm cầu trực tuyến."))
        self.draft = MeetingDraft(
            kind=cleaned["kind"], title=cleaned["title"], starts_at=starts_at, ends_at=ends_at,
            halls=tuple(dict.fromkeys(halls)), online=online, agenda=read_agenda(cleaned["agenda"]), invited=invited,
            offices=cleaned["offices"],
        )  # fmt: skip
        return cleaned

    def _read_units(self, cleaned: dict[str, Any], name: str, day: date) -> tuple[int, ...]:
        places = get_snapshot()
        found: dict[int, None] = {}
        if level := cleaned.get(f"{name}_level"):
            found.update(dict.fromkeys(places.at_level(self.unit_id, level, day)))
        for line in str(cleaned.get(name, "")).splitlines():
            if line.strip():
                try:
                    found.setdefault(self._read_unit(line.strip(), day, places))
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return tuple(found)

    def _read_unit(self, text: str, day: date, places: PlaceSnapshot) -> int:
        """A commune that writes "Thôn 2" means its own, whichever other communes have one."""
        own = [unit for unit in find_units(text, day, places) if self.unit_id in places.ancestors_on(unit, day)]
        if len(own) > 1:  # told apart among its own, not among the country's
            text = f"{text}, {places.name_on(self.unit_id, day)}"
        return own[0] if len(own) == 1 else resolve_place(text, day, places)


def initial_of(meeting: Meeting) -> dict[str, Any]:
    """What stands in the form's fields when a meeting is changed."""
    places, day = get_snapshot(), meeting.day_to
    starts, ends = meeting.starts_at.astimezone(VIETNAM), meeting.ends_at.astimezone(VIETNAM)
    sites = list(meeting.sites.all())
    invited = list(meeting.units.filter(invited=True))
    return {
        "kind": meeting.kind_id,
        "title": meeting.title,
        "day": day,
        "starts": f"{starts:%H:%M}",
        "last_day": ends.date() if ends.date() != day else None,
        "ends": f"{ends:%H:%M}",
        "halls": "\n".join(site.name for site in sites if not site.online),
        "online": "\n".join(describe_typed(site.org_unit_id, day, places) for site in sites if site.online),
        "agenda": write_agenda(AgendaItem(*item) for item in meeting.agenda),
        "invited": "\n".join(describe_typed(one.org_unit_id, day, places) for one in invited),
        "offices": invited[0].offices if invited else "",
    }


class MatterForm(forms.Form):
    """What a meeting leaves to a unit; `unit_id` after `is_valid()`."""

    sort = forms.ChoiceField(label=gettext_lazy("Ghi là"))
    what = forms.CharField(
        label=gettext_lazy("Nội dung"),
        max_length=2_000,
        help_text=gettext_lazy("Chỉ ghi nội dung, không ghi ai nói, ai hỏi."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    unit = forms.CharField(
        label=gettext_lazy("Đơn vị thực hiện hoặc trả lời"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "matter-units", "autocomplete": "off"}),
    )
    due_on = DayField(label=gettext_lazy("Hạn"))

    def __init__(self, *args: Any, sorts: list[tuple[str, str]], day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.unit_id = 0
        self.fields["sort"].choices = sorts  # type: ignore[attr-defined]  # a ChoiceField

    def clean_unit(self) -> str:
        text = str(self.cleaned_data["unit"])
        self.unit_id = resolve_place(text, self.day, get_snapshot())
        return text
