"""What happened to the reader's records, which letters they want, and turning letters off from a letter."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.mail import may_send
from caunoi.accounts.models import User
from caunoi.desk.errors import PageUnknown
from caunoi.desk.notices.actions import choose_letters, mark_read, silence, try_address_again
from caunoi.desk.notices.letters import read_token
from caunoi.desk.notices.models import Kind, Mailing
from caunoi.desk.notices.outages import find_outage, look_again, may_mend
from caunoi.desk.notices.queries import list_newest, list_wanted, show
from caunoi.desk.notices.soon import list_soon


@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    mailing = Mailing.objects.filter(user=user).first()
    mends = may_send() and may_mend(user, moments.now())
    wanted = list_wanted(user.pk)
    context = {
        "lines": show(list_newest(user)),
        "soon": list_soon(user, moments.today()),
        "kinds": [(kind.value, kind.label, kind.value in wanted) for kind in Kind],
        "may_send": may_send(),
        "outage": find_outage() if mends else None,
        "refused": mailing if mailing and mailing.refused_address and mailing.refused_address == user.email else None,
    }
    return render(request, "desk/notices.html", context)


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    mark_read(user=cast(User, request.user), at=moments.now())
    return redirect("notices")


@require_POST
def notices_choose(request: HttpRequest) -> HttpResponse:
    choose_letters(user=cast(User, request.user), kinds=request.POST.getlist("kinds"), at=moments.now())
    messages.success(request, _("Đã lưu lựa chọn nhận thư."))
    return redirect("notices")


@require_POST
def notices_try(request: HttpRequest) -> HttpResponse:
    """After the mailbox was emptied, or the mail server's rules changed."""
    try_address_again(user=cast(User, request.user), at=moments.now())
    messages.success(request, _("Thư tới sẽ lại được gửi tới địa chỉ này."))
    return redirect("notices")


@require_POST
def notices_server(request: HttpRequest) -> HttpResponse:
    """Is the mail server there again? Letters that wait go out with the worker's next round."""
    if not may_send() or not may_mend(cast(User, request.user), moments.now()):
        raise PageUnknown
    if problem := look_again(moments.now()):
        messages.error(request, problem)
    else:
        messages.success(request, _("Máy chủ thư đã trả lời. Thư đang chờ sẽ được gửi trong vòng một giờ."))
    return redirect("notices")


@csrf_exempt  # mail programs press the button without a page; the signed token says who may
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices_off(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link asks, pressing the button turns off: programs that look at links in letters press nothing."""
    read = read_token(token)
    if read is None:
        raise PageUnknown
    user_id, kind = read
    kinds = [kind] if kind in Kind.values else list(Kind.values)
    if request.method == "POST":
        silence(user_id=user_id, kinds=kinds, at=moments.now())
    labels = [Kind(one).label for one in kinds]
    return render(request, "desk/notices_off.html", {"labels": labels, "done": request.method == "POST"})
