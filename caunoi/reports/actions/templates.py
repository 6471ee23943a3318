"""Putting an edited template in use, going back, and saying how a body lays out its reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.values import changes_of
from caunoi.documents.actions import store_bytes
from caunoi.facts.queries import get_catalogue
from caunoi.moments import local_date
from caunoi.places.models import OrgUnit
from caunoi.reports.checking import check_template
from caunoi.reports.errors import TemplateBroken, TemplatesNotYours, TemplateUnchanged, TemplateUnknown
from caunoi.reports.in_use import list_own, print_of
from caunoi.reports.models import BodyLayout, OwnTemplate, ReportTemplate
from caunoi.reports.permissions import may_change_templates
from caunoi.reports.queries import get_template
from caunoi.reports.word_file import MEDIA_TYPE
from caunoi.sentences import gettext as _


def put_template_in_use(
    *,
    code: str,
    org_unit_id: int,
    content: bytes,
    file_name: str,
    by: User,
    at: datetime,
    parameters: dict[str, Any] | None = None,
) -> OwnTemplate:
    """For the unit and all below it, from now on. Without `parameters` those in use at the unit stay, else the pack's.

    Raises TemplateBroken with every mistake, TemplateUnchanged for what is in use already.
    """
    template = get_template(code)
    _check_may(org_unit_id, by, at)
    standing = next(iter(list_own(code, org_unit_id)), None)
    if parameters is None:
        has_own = standing is not None and standing.file_id is not None
        parameters = dict(standing.parameters if has_own and standing is not None else template.parameters)
    catalogue = get_catalogue()
    if mistakes := check_template(content, parameters, [*catalogue.elements, *catalogue.indicators], file_name):
        raise TemplateBroken(
            _("Tệp có %(count)d lỗi nên chưa đưa vào dùng. Hãy sửa trong Word rồi tải lên lại.")
            % {"count": len(mistakes)},
            mistakes,
        )
    with transaction.atomic():
        file = store_bytes(content, media_type=MEDIA_TYPE, at=at)
        return _put(template, org_unit_id, file.sha256, file_name, parameters, by=by, at=at)


def use_own_again(*, code: str, org_unit_id: int, number: int, by: User, at: datetime) -> OwnTemplate:
    """An older one of the unit's, as its newest."""
    template = get_template(code)
    _check_may(org_unit_id, by, at)
    old = next((one for one in list_own(code, org_unit_id) if one.number == number and one.file_id), None)
    if old is None:
        raise TemplateUnknown(_("Đơn vị này không có bản mẫu số %(number)d.") % {"number": number})
    return _put(template, org_unit_id, old.file_id, old.file_name, old.parameters, by=by, at=at)


def go_back_to_pack(*, code: str, org_unit_id: int, by: User, at: datetime) -> OwnTemplate:
    """The unit uses again what stands above it: a higher unit's own template, else the pack's."""
    template = get_template(code)
    _check_may(org_unit_id, by, at)
    return _put(template, org_unit_id, None, "", {}, by=by, at=at)


@transaction.atomic
def _put(
    template: ReportTemplate, org_unit_id: int, sha256: str | None, file_name: str, parameters: dict[str, Any], *,
    by: User, at: datetime,
) -> OwnTemplate:  # fmt: skip
    # Two officers at once: the second waits here and takes the next number.
    OrgUnit.objects.select_for_update().filter(pk=org_unit_id).first()
    own = OwnTemplate.objects.filter(template_code=template.code, org_unit_id=org_unit_id)
    newest = own.order_by("-number").first()
    same = (None, {}) if newest is None else (newest.file_id, newest.parameters)
    if same == (sha256, parameters) and (newest is None or newest.pack_print == print_of(template)):
        raise TemplateUnchanged(_("Bản này đang được dùng rồi; không có gì thay đổi."))
    made = OwnTemplate.objects.create(
        template_code=template.code, org_unit_id=org_unit_id, number=1 if newest is None else newest.number + 1,
        file_id=sha256, file_name=file_name[:200], parameters=parameters, pack_print=print_of(template),
        by_id=by.pk, by_name=by.actor.name, at=at,
    )  # fmt: skip
    # What is made of the same books from now on is another report.
    take_numbers(1)
    detail = {
        "org_unit": org_unit_id, "number": made.number, "file": file_name,
        "sha256": [None if newest is None else newest.file_id, sha256],
    }  # fmt: skip
    done = "back" if sha256 is None else "put"
    write_line(f"report-template.{done}", f"report-template:{template.code}", detail, by=by.actor, at=at)
    return made


@transaction.atomic
def set_body_layout(
    *,
    org_unit_id: int,
    template_code: str,
    layout: dict[str, Any] | None,
    by: User,
    at: datetime,
    body: str = "",
) -> None:
    """Of the unit and all below it. `body`: of one that reports beside the usual body. `template_code` blank: in all
    templates. None: as the template, or the unit above, has it."""
    _check_may(org_unit_id, by, at)
    if template_code:
        get_template(template_code)
    OrgUnit.objects.select_for_update().filter(pk=org_unit_id).first()
    which: dict[str, Any] = {"org_unit_id": org_unit_id, "template_code": template_code, "body": body}
    standing = BodyLayout.objects.filter(**which).first()
    changed = changes_of({} if standing is None else standing.layout, layout or {})
    if not changed and (standing is None) == (layout is None):
        return
    if layout is None:
        BodyLayout.objects.filter(**which).delete()
    else:
        said = {"layout": layout, "by_id": by.pk, "by_name": by.actor.name, "at": at}
        BodyLayout.objects.update_or_create(**which, defaults=said)
    take_numbers(1)
    subject = f"unit:{org_unit_id}"
    detail = {"template": template_code, "changed": changed, **({"body": body} if body else {})}
    write_line("report-layout.remove" if layout is None else "report-layout.set", subject, detail, by=by.actor, at=at)


def _check_may(org_unit_id: int, by: User, at: datetime) -> None:
    if not may_change_templates(by, org_unit_id, local_date(at)):
        raise TemplatesNotYours(
            _("Đổi mẫu và thể thức báo cáo là việc của người quản trị hoặc quản lý chương trình của đơn vị đó.")
        )
