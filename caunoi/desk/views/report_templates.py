"""The tags of report templates with examples to copy, and a template checked before it goes into a pack."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from caunoi.facts.queries import get_catalogue
from caunoi.refusals import Mistake
from caunoi.reports.checking import check_template
from caunoi.reports.rules.tag_help import CHAPTERS, CODE, TARGET
from caunoi.reports.template_file import MOST_BYTES

MOST_TOML_BYTES = 200_000


class TemplateForm(forms.Form):
    word = forms.FileField(
        label=gettext_lazy("Mẫu Word (.docx)"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": gettext_lazy("Chưa chọn tệp. Hãy chọn mẫu .docx cần kiểm tra.")},
    )
    parameters = forms.FileField(
        label=gettext_lazy("Tệp tham số (.toml), nếu có"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".toml"}),
        help_text=gettext_lazy("Cần khi mẫu có biểu đồ hoặc câu nhận xét."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report_templates(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = TemplateForm(request.POST, request.FILES) if posted else TemplateForm()
    shown: dict[str, Any] = {"form": form, "chapters": _list_tags()}
    if posted and form.is_valid():
        word = form.cleaned_data["word"]
        shown |= {"checked": word.name, "mistakes": _check(word, form.cleaned_data["parameters"])}
    return render(request, "desk/reports/templates.html", shown)


def _check(word: Any, parameters: Any) -> list[Mistake]:
    given = read_toml(parameters)
    if isinstance(given, Mistake):
        return [given]
    catalogue = get_catalogue()
    # One byte more than is allowed is enough to know that it is too much.
    content = word.read(MOST_BYTES + 1)
    return check_template(content, given or {}, [*catalogue.elements, *catalogue.indicators], word.name)


def read_toml(parameters: Any) -> dict[str, Any] | Mistake | None:
    """What the uploaded file says; None where none was."""
    if parameters is None:
        return None
    try:
        text = parameters.read(MOST_TOML_BYTES).decode("utf-8-sig")
        given: dict[str, Any] = json.loads(json.dumps(tomllib.loads(text), default=str))
    except UnicodeDecodeError:
        return Mistake(parameters.name, "", 0, "", _("Tệp không ở bảng mã UTF-8. Hãy lưu lại với UTF-8."))
    except tomllib.TOMLDecodeError as error:
        return Mistake(parameters.name, "", 0, "", _("Tệp .toml viết sai: %(why)s.") % {"why": error})
    return given


def _list_tags() -> list[dict[str, Any]]:
    """Examples name a figure of what is loaded here, so that a copied one works."""
    codes = sorted(get_catalogue().elements)
    code, target = (codes[0], codes[-1]) if codes else (CODE, TARGET)
    return [
        {
            "title": chapter.title,
            "tags": [
                {"example": tag.example.replace(CODE, code).replace(TARGET, target), "prints": tag.prints}
                for tag in chapter.tags
            ],
        }
        for chapter in CHAPTERS
    ]
