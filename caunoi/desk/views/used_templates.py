"""Which Word templates a unit's reports are made with: an edited one put in use, and going back."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import WorkingUnit, describe_working_unit, list_working_units
from caunoi.desk.views.report_templates import TemplateForm, read_toml
from caunoi.documents.actions import read_bytes
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import FileRefused, Mistake, Refusal
from caunoi.reports.actions import go_back_to_pack, put_template_in_use, use_own_again
from caunoi.reports.errors import TemplatesNotYours, TemplateUnknown
from caunoi.reports.in_use import InUse, find_in_use, list_own
from caunoi.reports.permissions import may_change_templates
from caunoi.reports.queries import get_template, list_templates
from caunoi.reports.template_file import MOST_BYTES
from caunoi.reports.word_file import MEDIA_TYPE


class EditedTemplateForm(TemplateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].label = _("Mẫu Word đã sửa (.docx)")
        self.fields["parameters"].help_text = _("Để trống: giữ các tham số đang dùng.")


class UnitForm(forms.Form):
    place = forms.CharField(label=gettext_lazy("Đơn vị (tên hoặc mã)"), max_length=200)


def find_unit(request: HttpRequest) -> WorkingUnit:
    """Named by `place`, else the first the reader works for. Raises TemplatesNotYours outside what they work for."""
    user, day = cast(User, request.user), moments.today()
    mine = list_working_units(user, Role, day)
    asked = request.GET.get("place", "").strip()
    if not asked:
        if not mine:
            raise TemplatesNotYours(_("Bạn chưa được giao đơn vị nào. Hãy nhờ người quản trị giao vai trò."))
        return next((one for one in mine if may_change_templates(user, one.id, day)), mine[0])
    unit = get_place(asked, day, get_snapshot())
    if unit not in {one.id for one in mine} and not may_change_templates(user, unit, day):
        raise TemplatesNotYours(_("Đơn vị này nằm ngoài phạm vi của bạn. Hãy chọn đơn vị khác."))
    return describe_working_unit(unit, day)


def address_of(name: str, unit: WorkingUnit, *args: str) -> str:
    return f"{reverse(name, args=args)}?{urlencode({'place': unit.key})}"


def word_standing(used: InUse, unit: WorkingUnit) -> str:
    """Whose template it is."""
    if used.own is None:
        return _("của gói %(pack)s") % {"pack": used.template.pack}
    day = f"{moments.local_date(used.own.at):%d/%m/%Y}"
    said = {"number": used.own.number, "day": day, "by": used.own.by_name}
    if used.own.org_unit_id == unit.id:
        return _("riêng, bản %(number)d, %(by)s đưa vào ngày %(day)s") % said
    name = get_snapshot().name_on(used.own.org_unit_id, moments.today())
    return _("của %(name)s, bản %(number)d, %(by)s đưa vào ngày %(day)s") % {**said, "name": name}


@require_safe
def used_templates(request: HttpRequest) -> HttpResponse:
    unit, user, day = find_unit(request), cast(User, request.user), moments.today()
    rows = []
    for template in list_templates():
        used = find_in_use(template.code, unit.id, day, get_snapshot())
        rows.append(
            {
                "title": in_reader_language(template.title_vi, template.title_en),
                "standing": word_standing(used, unit),
                "newer": used.has_newer_from_pack,
                "address": address_of("used-template", unit, template.code),
            }
        )
    shown = {
        "unit": unit,
        "rows": rows,
        "may": may_change_templates(user, unit.id, day),
        "layouts": address_of("report-layouts", unit),
        "mine": list_working_units(user, Role, day),
    }
    return render(request, "desk/reports/used_templates.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def used_template(request: HttpRequest, code: str) -> HttpResponse:
    """`step`: put (an uploaded file), again (an older version by its number), back (what stands above)."""
    unit, user, day = find_unit(request), cast(User, request.user), moments.today()
    template, may = get_template(code), may_change_templates(user, unit.id, day)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    form = EditedTemplateForm(request.POST, request.FILES) if step == "put" else EditedTemplateForm()
    mistakes: list[Mistake] = []
    sentence = ""
    if step and (step != "put" or form.is_valid()):
        try:
            said = _take(step, code, unit, form, request, user)
        except FileRefused as refused:
            sentence, mistakes = refused.sentence, list(refused.mistakes)
        except Refusal as refused:
            sentence = refused.sentence
        else:
            messages.success(request, said)
            return redirect(address_of("used-template", unit, code))
    used = find_in_use(code, unit.id, day, get_snapshot())
    shown = {
        "unit": unit, "code": code, "title": in_reader_language(template.title_vi, template.title_en), "form": form,
        "mistakes": mistakes, "sentence": sentence, "may": may, "used": used, "standing": word_standing(used, unit),
        "own": list_own(code, unit.id), "is_own": used.own is not None and used.own.org_unit_id == unit.id,
        "back": address_of("used-templates", unit), "here": address_of("used-template", unit, code),
        "file": address_of("used-template-file", unit, code),
    }  # fmt: skip
    return render(request, "desk/reports/used_template.html", shown, status=422 if sentence else 200)


def _take(step: str, code: str, unit: WorkingUnit, form: EditedTemplateForm, request: HttpRequest, user: User) -> str:
    at = moments.now()
    if step == "back":
        go_back_to_pack(code=code, org_unit_id=unit.id, by=user, at=at)
        return _("Từ nay dùng lại mẫu chung.")
    if step == "again":
        number = read_number(request.POST.get("number")) or 0
        use_own_again(code=code, org_unit_id=unit.id, number=number, by=user, at=at)
        return _("Từ nay dùng lại bản %(number)d.") % {"number": number}
    word, given = form.cleaned_data["word"], read_toml(form.cleaned_data["parameters"])
    if isinstance(given, Mistake):
        raise FileRefused(given.message, [given])
    made = put_template_in_use(
        code=code, org_unit_id=unit.id, content=word.read(MOST_BYTES + 1), file_name=word.name, parameters=given,
        by=user, at=at,
    )  # fmt: skip
    return _("Từ nay dùng mẫu này (bản %(number)d). Báo cáo đã lập giữ nguyên.") % {"number": made.number}


@require_safe
def used_template_file(request: HttpRequest, code: str) -> HttpResponse:
    """`number`: a version of the unit's own; `pack`: the pack's; without either the one in use."""
    unit, day = find_unit(request), moments.today()
    template, number = get_template(code), read_number(request.GET.get("number"))
    if number is not None:
        found = next((one for one in list_own(code, unit.id) if one.number == number and one.file_id), None)
        if found is None or found.file_id is None:
            raise TemplateUnknown(_("Đơn vị này không có bản mẫu số %(number)d.") % {"number": number})
        sha256, name = found.file_id, f"{code}-{number}.docx"
    elif "pack" in request.GET:
        sha256, name = template.template_id, f"{code}.docx"
    else:
        sha256, name = find_in_use(code, unit.id, day, get_snapshot()).file_id, f"{code}.docx"
    response = HttpResponse(read_bytes(sha256), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
