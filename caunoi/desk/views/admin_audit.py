"""Who did what, for auditors."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_read_audit, reads_whole_audit
from caunoi.audit.actions import write_line
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break, get_anchor
from caunoi.audit.reasons import REASONS
from caunoi.audit.rules import read_anchor
from caunoi.desk.audit_lines import cells, filter_lines, headings, list_lines, show_line
from caunoi.desk.audit_words import name_action
from caunoi.desk.errors import AuditTooLong, CannotAdminister
from caunoi.desk.table_files import send_table
from caunoi.periods.inputs import DayField
from caunoi.vietnamese_text import sort_key

LINES = 50
# What a worksheet holds beside its header.
MOST_ROWS = 1_048_575


class AuditFilter(forms.Form):
    actor = forms.CharField(label=gettext_lazy("Người làm"), required=False, max_length=200)
    action = forms.ChoiceField(label=gettext_lazy("Việc"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("Với"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Ví dụ: user:12, submission:"),
    )
    words = forms.CharField(label=gettext_lazy("Từ trong chi tiết"), required=False, max_length=200)
    first = DayField(label=gettext_lazy("Từ ngày"), required=False)
    last = DayField(label=gettext_lazy("Đến ngày"), required=False)

    def __init__(self, actions: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"] = forms.ChoiceField(
            label=_("Việc"),
            required=False,
            choices=[("", _("mọi việc")), *sorted(((one, name_action(one)) for one in actions), key=_by_name)],
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if first and last and last < first:
            self.add_error("last", _("Ngày cuối đứng trước ngày đầu."))
        return typed

    @property
    def is_set(self) -> bool:
        return bool(self.errors) or any(self.cleaned_data.values())


def _by_name(choice: tuple[str, str]) -> tuple[str, str]:
    return sort_key(choice[1])


@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    whole = reads_whole_audit(reader, moments.today())
    form, lines = _filtered(request, reader, whole)
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context: dict[str, Any] = {
        "form": form,
        "is_set": form.is_set,
        "page": page,
        "lines": [show_line(line) for line in page.object_list],
        "whole": whole,
        "asked": asked.urlencode(),
    }
    if "verify" in request.GET:
        text = request.GET.get("anchor", "").strip()
        kept = read_anchor(text) if text else None
        found = find_chain_break(kept)
        context |= {
            "verified": True,
            "count": AuditLine.objects.count(),
            "broken_at": found[0] if found else None,
            "broken_why": REASONS[found[1]] if found else "",
            "anchor": get_anchor(),
            "kept": kept,
            "given": text,
        }
    return render(request, "desk/admin/audit.html", context)


@never_cache
@require_safe
def audit_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All lines the page's filters match. Taking them away is itself written down. Filters that can't be read are told
    on the page: nobody gets all lines who asked for some."""
    reader, at = _reader(request), moments.now()
    form, lines = _filtered(request, reader, reads_whole_audit(reader, moments.today()))
    if form.errors:
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    count = lines.count()
    if kind == "xlsx" and count > MOST_ROWS:
        raise AuditTooLong(count, MOST_ROWS)
    with transaction.atomic():
        detail = {"lines": count, "kind": kind, "filter": {name: value for name, value in form.data.items() if value}}
        write_line("audit.read", "audit", detail, by=reader.actor, at=at)
    rows = (cells(line) for line in lines.iterator(chunk_size=2000))
    return send_table(_("Nhật ký"), headings(), rows, f"nhat-ky-{moments.local_date(at):%Y-%m-%d}.{kind}", wide=0)


def _reader(request: HttpRequest) -> User:
    reader = cast(User, request.user)
    if not may_read_audit(reader, moments.today()):
        raise CannotAdminister(_("nhật ký"))
    return reader


def _filtered(request: HttpRequest, reader: User, whole: bool) -> tuple[AuditFilter, QuerySet[AuditLine]]:
    lines = list_lines(reader, moments.today(), whole=whole)
    form = AuditFilter(list(lines.order_by("action").values_list("action", flat=True).distinct()), request.GET)
    return form, filter_lines(lines, **form.cleaned_data) if form.is_valid() else lines.none()
