"""Help: what a page is for and how it is used."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caunoi.desk.context import read_shell
from caunoi.desk.help import HelpText, find_help
from caunoi.refusals import NotFound


@dataclass(frozen=True)
class Topic:
    """`address`: of the page that is explained; empty where there are many of them."""

    name: str
    label: str
    text: HelpText
    address: str = ""


@login_not_required
@require_safe
def help_all(request: HttpRequest) -> HttpResponse:
    """Of every page the reader's menu offers, and of those that stand in no menu."""
    return render(request, "desk/help.html", {"topics": _list_topics(request)})


@login_not_required
@require_safe
def help_one(request: HttpRequest, name: str) -> HttpResponse:
    text = find_help(name)
    if text is None:
        raise NotFound(_("Trang này chưa có phần trợ giúp. Hãy xem danh sách các trang có trợ giúp."))
    offered = {topic.name: topic for topic in _list_topics(request)}
    topic = offered.get(name) or Topic(name, _("Trợ giúp"), text)
    return render(request, "desk/help.html", {"topics": [topic], "one": True})


def _list_topics(request: HttpRequest) -> list[Topic]:
    named = [
        (link.name, link.label, reverse(link.name)) for group in read_shell(request).navigation for link in group.links
    ]
    if named:
        named.insert(0, ("home", _("Trang chính"), reverse("home")))
        named += [
            ("submission", _("Bản ghi"), ""),
            ("search", _("Tìm kiếm"), reverse("search")),
            ("notices", _("Thông báo"), reverse("notices")),
            ("account", _("Tài khoản của tôi"), reverse("account")),
        ]
    else:
        named = [("releases", _("Bảng công bố"), reverse("releases"))]
    named += [
        ("sign-in", _("Đăng nhập"), reverse("sign-in")),
        ("verify", _("Kiểm tra báo cáo"), reverse("verify")),
        ("answers", _("Câu hỏi và trả lời đã công khai"), reverse("public-answers")),
        ("attend", _("Đếm lượt dự họp"), ""),
    ]
    found = [(name, label, find_help(name), address) for name, label, address in named]
    return [Topic(name, label, text, address) for name, label, text, address in found if text is not None]
