"""The picture of an answer of the figures page, and its specification for the script that shows numbers under the
pointer. The address holds the question, as that of the page does."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.charts.choosing import answer_table, choose_chart
from caunoi.desk.charts.drawing import NARROW, WIDE
from caunoi.desk.charts.picture import MEDIA, Format, draw, number_locale
from caunoi.desk.figure_inputs import QuestionForm
from caunoi.moments import today
from caunoi.refusals import NotFound


@require_safe
def figure_chart(request: HttpRequest, form: str) -> HttpResponse:
    """`svg` and `png` are the picture, `json` what the browser draws itself."""
    scope = scope_of(cast(User, request.user), today())
    asked = QuestionForm(request.GET)
    if not asked.is_valid():
        raise NotFound(_("Không đọc được câu hỏi của biểu đồ này. Hãy mở lại từ trang số liệu."))
    question = asked.question()
    table = answer_table(question, scope)
    width = NARROW if request.GET.get("width") == "narrow" else WIDE
    chart = choose_chart(request.GET, question, table, scope, width).chart if table else None
    if chart is None:
        raise NotFound(_("Không có số liệu để vẽ biểu đồ này trong phạm vi của bạn."))
    if form == "json":
        shown: dict[str, Any] = {"specification": chart.specification, "locale": number_locale(), "alt": chart.alt}
        return JsonResponse(shown, json_dumps_params={"ensure_ascii": False})
    response = HttpResponse(draw(chart.specification, cast(Format, form)), content_type=MEDIA[form])
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="bieu-do.{form}"'
    return response
