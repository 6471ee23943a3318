from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.backups import home
from caunoi.backups.queries import find_last_good, find_warnings, list_runs
from caunoi.backups.schedule import keep
from caunoi.desk.errors import CannotAdminister


@never_cache
@require_safe
def backups(request: HttpRequest) -> HttpResponse:
    """For administrators and auditors of the whole office: a backup holds everybody's data."""
    if not reads_whole_audit(cast(User, request.user), moments.today()):
        raise CannotAdminister(_("bản sao lưu"))
    at = moments.now()
    good = find_last_good()
    context = {
        "runs": list_runs(),
        "warnings": find_warnings(at),
        "last_good": good,
        "age_hours": (at - good.started_at).total_seconds() // 3600 if good else None,
        "folder": home.scheduled_folder(),
        "hour": settings.CAUNOI_BACKUP_HOUR,
        "keep": keep(),
    }
    return render(request, "backups/backups.html", context)
