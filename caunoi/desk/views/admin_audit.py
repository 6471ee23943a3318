"""Who did what, for auditors."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_read_audit, reads_whole_audit
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.audit.reasons import REASONS
from caunoi.desk.audit_lines import filter_lines, list_lines, show_line
from caunoi.desk.errors import CannotAdminister
from caunoi.periods.inputs import DayField

LINES = 50


class AuditFilter(forms.Form):
    actor = forms.CharField(label=gettext_lazy("Người làm"), required=False, max_length=200)
    action = forms.ChoiceField(label=gettext_lazy("Việc"), required=False)
    first = DayField(label=gettext_lazy("Từ ngày"), required=False)
    last = DayField(label=gettext_lazy("Đến ngày"), required=False)

    def __init__(self, actions: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"] = forms.ChoiceField(
            label=_("Việc"), required=False, choices=[("", _("mọi việc")), *[(action, action) for action in actions]]
        )


@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    reader, today = cast(User, request.user), moments.today()
    if not may_read_audit(reader, today):
        raise CannotAdminister(_("nhật ký"))
    lines = list_lines(reader, today)
    form = AuditFilter(list(lines.order_by("action").values_list("action", flat=True).distinct()), request.GET)
    if form.is_valid():
        lines = filter_lines(lines, **form.cleaned_data)
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "lines": [show_line(line) for line in page.object_list],
        "whole": reads_whole_audit(reader, today),
    }
    if "verify" in request.GET:
        found = find_chain_break()
        context |= {
            "verified": True,
            "count": AuditLine.objects.count(),
            "broken_at": found[0] if found else None,
            "broken_why": REASONS[found[1]] if found else "",
        }
    return render(request, "desk/admin/audit.html", context)
