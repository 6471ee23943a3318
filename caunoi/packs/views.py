"""Loading a pack by the page: a zip of its folder, checked or loaded, with all its mistakes at once."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_load_packs
from caunoi.desk.errors import CannotAdminister
from caunoi.packs.actions import load_pack
from caunoi.packs.archive import LARGEST, read_pack_zip
from caunoi.packs.queries import get_surroundings, list_packs
from caunoi.packs.reading import read_pack
from caunoi.refusals import FileRefused, Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not may_load_packs(user, moments.today()):
        raise CannotAdminister(_("gói chương trình"))
    context: dict[str, Any] = {"packs": list_packs(), "megabytes": LARGEST // 1024**2}
    if request.method != "POST":
        return render(request, "packs/packs.html", context)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
        context["sentence"] = _("Hãy chọn tệp .zip của một gói, không quá %d MB.") % context["megabytes"]
        return render(request, "packs/packs.html", context, status=422)
    context["file_name"] = file.name
    try:
        with read_pack_zip(file.read()) as folder:
            if request.POST.get("step") == "load":
                result = load_pack(folder, by=user.actor, at=moments.now())
            else:
                context["checked"] = read_pack(folder, get_surroundings)
                return render(request, "packs/packs.html", context)
    except FileRefused as refusal:
        context |= {"sentence": refusal.sentence, "mistakes": refusal.mistakes}
        return render(request, "packs/packs.html", context, status=422)
    except Refusal as refusal:
        context["sentence"] = refusal.sentence
        return render(request, "packs/packs.html", context, status=422)
    if result.changed_anything:
        said = _("Đã nạp gói %(pack)s phiên bản %(version)s: %(new)d mục mới, %(changed)d mục đổi, %(removed)d mục bỏ.")
    else:
        said = _("Gói %(pack)s phiên bản %(version)s đã nạp từ trước; không có gì thay đổi.")
    messages.success(
        request,
        said
        % {
            "pack": result.pack,
            "version": result.version,
            "new": result.created,
            "changed": result.changed,
            "removed": result.removed,
        },
    )
    return redirect("packs")
