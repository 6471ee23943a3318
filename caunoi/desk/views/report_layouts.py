"""How the body that reports for a unit lays out its reports: the set, and the words of head and signature."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.report_inputs import offer_bodies
from caunoi.desk.views.used_templates import address_of, find_unit
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal
from caunoi.reports.actions import set_body_layout
from caunoi.reports.in_use import find_in_use, list_bodies, list_layout_sets
from caunoi.reports.permissions import may_change_templates
from caunoi.reports.queries import list_templates
from caunoi.vietnamese_text import clean

WORDS = ("body", "superior", "on_behalf", "heading", "archive")
MOST_RECIPIENTS = 20
ADDED = "+"


class LayoutForm(forms.Form):
    set = forms.ChoiceField(label=gettext_lazy("Bộ thể thức"))
    body = forms.CharField(
        label=gettext_lazy("Cơ quan báo cáo"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Tên chung của cơ quan; tên đơn vị được in tiếp theo. Ví dụ: Ủy ban nhân dân."),
    )
    superior = forms.CharField(label=gettext_lazy("Cơ quan cấp trên"), max_length=200, required=False)
    on_behalf = forms.CharField(label=gettext_lazy("Thay mặt (TM., KT., …)"), max_length=200, required=False)
    heading = forms.CharField(
        label=gettext_lazy("Dòng đầu bên phải"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Chỉ in ở bộ thể thức không có quốc hiệu."),
    )
    recipients = forms.CharField(
        label=gettext_lazy("Nơi nhận, mỗi dòng một nơi"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    archive = forms.CharField(label=gettext_lazy("Nơi lưu"), max_length=200, required=False)

    def __init__(self, *args: Any, sets: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["set"].choices = list(sets.items())  # type: ignore[attr-defined]  # a ChoiceField

    def clean_recipients(self) -> list[str]:
        lines = [clean(line) for line in self.cleaned_data["recipients"].splitlines()]
        return [line for line in lines if line][:MOST_RECIPIENTS]

    @property
    def layout(self) -> dict[str, Any]:
        typed = self.cleaned_data
        words = {name: clean(typed[name]) for name in WORDS}
        return {"set": typed["set"], **words, "recipients": typed["recipients"]}


@require_http_methods(["GET", "HEAD", "POST"])
def report_layouts(request: HttpRequest) -> HttpResponse:
    """`template`: one template's code; without it, all of them. `body`: one that reports beside the usual body, or
    another that is to (ADDED)."""
    unit, user, day = find_unit(request), cast(User, request.user), moments.today()
    templates = list_templates()
    code = request.GET.get("template", "")
    code = code if code in {one.code for one in templates} else ""
    sets = list_layout_sets(templates)
    bodies = list_bodies(unit.id, day, get_snapshot())
    asked = request.GET.get("body", "")
    beside = asked if asked in bodies else ""
    used = None
    if templates:
        used = find_in_use(code or templates[0].code, unit.id, day, get_snapshot(), beside, or_usual=True)
    standing: dict[str, Any] = used.parameters.get("layout", {}) if used is not None else {}
    own = None if used is None else used.body
    is_own = own is not None and (own.org_unit_id, own.template_code, own.body) == (unit.id, code, beside)
    is_added = asked == ADDED
    recipients, archive = standing.get("recipients", []), standing.get("archive", "VT")
    initial = {**standing, "recipients": "\n".join(recipients), "archive": archive}
    if is_added:
        initial["body"], is_own = "", False
    posted = request.method == "POST"
    removing = posted and request.POST.get("step") == "remove"
    form = LayoutForm(request.POST if posted and not removing else None, initial=initial, sets=sets)
    form.fields["body"].required = is_added
    if removing or (posted and form.is_valid()):
        try:
            set_body_layout(
                org_unit_id=unit.id, template_code=code, layout=None if removing else form.layout, by=user,
                at=moments.now(), body=form.layout["body"] if is_added else beside,
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã bỏ thể thức riêng.") if removing else _("Đã lưu thể thức."))
            return redirect(address_of("used-templates", unit))
    shown = {
        "unit": unit, "form": form, "may": may_change_templates(user, unit.id, day), "is_own": is_own, "code": code,
        "templates": [("", _("Mọi mẫu")), *((t.code, in_reader_language(t.title_vi, t.title_en)) for t in templates)],
        "bodies": [*offer_bodies(bodies), (ADDED, _("Thêm một cơ quan khác"))],
        "body": asked if is_added else beside,
        "back": address_of("used-templates", unit), "has_templates": bool(sets),
    }  # fmt: skip
    return render(request, "desk/reports/layouts.html", shown)
