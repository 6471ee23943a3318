"""Help: what a page is for and how it is used."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caunoi.desk.context import read_shell
from caunoi.desk.help import HelpText, find_help
from caunoi.refusals import NotFound


@dataclass(frozen=True)
class Topic:
    name: str
    label: str
    text: HelpText


@login_not_required
@require_safe
def help_all(request: HttpRequest) -> HttpResponse:
    """Of every page the reader's menu offers."""
    return render(request, "desk/help.html", {"topics": _list_topics(request)})


@login_not_required
@require_safe
def help_one(request: HttpRequest, name: str) -> HttpResponse:
    text = find_help(name)
    if text is None:
        raise NotFound(_("Trang này chưa có phần trợ giúp. Hãy xem danh sách các trang có trợ giúp."))
    offered = {topic.name: topic.label for topic in _list_topics(request)}
    topic = Topic(name, offered.get(name, _("Trợ giúp")), text)
    return render(request, "desk/help.html", {"topics": [topic], "one": True})


def _list_topics(request: HttpRequest) -> list[Topic]:
    named = [("home", _("Trang chính"))]
    named += [(link.name, link.label) for group in read_shell(request).navigation for link in group.links]
    found = [(name, label, find_help(name)) for name, label in named]
    return [Topic(name, label, text) for name, label, text in found if text is not None]
