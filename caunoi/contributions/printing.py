"""The list of a work as a Word file, and letters of thanks, from a pack's templates. Nothing made is kept: it names
people, who can take their consent back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override
from jinja2 import TemplateError, meta

from caunoi.awards.printing import PaperTemplate, check_paper_template
from caunoi.contributions.errors import DisclosureInvalid
from caunoi.contributions.rules.disclosing import Gift
from caunoi.contributions.rules.purse import Purse
from caunoi.contributions.verifying import WorkList
from caunoi.documents.actions import read_bytes
from caunoi.languages import in_reader_language, show_number
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Entity
from caunoi.refusals import Mistake
from caunoi.reports.rules.wording import word_day
from caunoi.reports.template_file import find_obstacle, make_environment, parse_template

LIST_FILE, LETTER_FILE = "contributions/cong_khai.docx", "contributions/thu_cam_on.docx"


class TemplatesGiven(Protocol):
    @property
    def list_template(self) -> bytes | None: ...
    @property
    def letter_template(self) -> bytes | None: ...


@dataclass(frozen=True)
class ThanksLetter:
    """What a letter's template may say, besides `qr`: its fields are its tags."""

    recipient: str
    place: str
    gave: str
    work: str
    day: str
    issuer: str
    address: str


LIST_TAGS = ("cong_trinh", "don_vi", "ngay", "dia_chi", "nguon", "co_ten", "khac", "tong", "khong_neu_ten")
"""What the list's template may say; docs/pack-format.md tells of each."""


def word_amounts(purse: Purse, amounts: Mapping[str, int]) -> str:
    """`Hiến đất 120 m²; Tiền mặt 2.000.000 đồng`: by kind, in the purse's order."""
    found = []
    for kind in purse.kinds:
        if amounts.get(kind.code):
            name = in_reader_language(kind.name_vi, kind.name_en)
            found.append(f"{name}: {show_amount(amounts[kind.code], kind.decimals)} {kind.unit}")
    return "; ".join(found)


def show_amount(amount: int, decimals: int) -> str:
    return show_number(Decimal(amount).scaleb(-decimals), decimals)


def name_source(purse: Purse, code: str) -> str:
    found = next((one for one in purse.sources if one.code == code), None)
    return in_reader_language(found.name_vi, found.name_en) if found is not None else code


# -- the list ----------------------------------------------------------------------------------------------------------


def write_list(work: Entity, listed: WorkList, template: str | None, *, day: date, address: str) -> bytes:
    """In Vietnamese, as official papers are. Raises DisclosureInvalid without a template or with a broken one."""
    if template is None:
        raise DisclosureInvalid(_("Gói chương trình chưa có mẫu danh sách công khai. Hãy thêm mẫu vào gói."))
    with override("vi"):
        values = _list_values(work, listed, day, address)
    try:
        from docxtpl import DocxTemplate  # noqa: PLC0415 - every command and server begins with this file, few print

        document = DocxTemplate(io.BytesIO(read_bytes(template)))
        document.render(values, make_environment())
    except TemplateError as error:
        said = _("Mẫu danh sách công khai không điền được: %(detail)s. Hãy sửa mẫu trong gói.")
        raise DisclosureInvalid(said % {"detail": error}) from error
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _list_values(work: Entity, listed: WorkList, day: date, address: str) -> dict[str, Any]:
    purse, disclosed, places = listed.purse, listed.disclosed, get_snapshot()
    by_source: dict[str, dict[str, int]] = {}
    for (source, kind), amount in disclosed.total().items():
        by_source.setdefault(source, {})[kind] = amount
    whole: dict[str, int] = {}
    for amounts in by_source.values():
        for kind, amount in amounts.items():
            whole[kind] = whole.get(kind, 0) + amount
    return {
        "cong_trinh": work.label,
        "don_vi": places.name_on(work.org_unit_id, day),
        "ngay": word_day(day),
        "dia_chi": address,
        "nguon": [
            {"ten": name_source(purse, one.code), "gom": word_amounts(purse, by_source[one.code])}
            for one in purse.sources
            if one.code in by_source
        ],
        "tong": word_amounts(purse, whole),
        "co_ten": [
            {
                "stt": str(number), "ten": one.name, "noi": places.distinct_name_on(one.org_unit, one.day),
                "ngay": f"{one.day:%d/%m/%Y}", "gom": word_amounts(purse, one.amounts),
                "nguon": name_source(purse, one.source),
            }
            for number, one in enumerate(disclosed.named, 1)
        ],
        "khac": [
            {
                "nguon": name_source(purse, one.source), "so_luot": show_number(Decimal(one.gifts)),
                "so_ho": show_number(Decimal(one.households)) if one.households else "",
                "gom": word_amounts(purse, one.amounts),
            }
            for one in disclosed.others
        ],
        "khong_neu_ten": tell_left_out(listed),
    }  # fmt: skip


def tell_left_out(listed: WorkList) -> str:
    """A sentence on those who gave and are not named."""
    left_out = sum(listed.disclosed.left_out.values())
    if left_out:
        said = _(
            "%(count)d lượt đóng góp không nêu tên vì chưa có đồng ý ghi đủ ngày và cách, hoặc đã rút lại đồng ý; "
            "số liệu tính chung ở phần không nêu tên."
        )
        return said % {"count": left_out}
    return _("Chỉ nêu tên người đã đồng ý; những lượt khác tính chung ở phần không nêu tên.")


def check_contribution_templates(given: TemplatesGiven) -> list[Mistake]:
    """Of what a pack brings: a file that is no Word document, a tag no list or letter knows."""
    found: list[Mistake] = []
    if given.list_template is not None:
        if obstacle := find_obstacle(given.list_template):
            found.append(Mistake(LIST_FILE, "", 0, "", obstacle))
        else:
            asked = meta.find_undeclared_variables(parse_template(given.list_template))
            message = _("Danh sách không có thẻ tên này.")
            known = ", ".join(LIST_TAGS)
            found += [Mistake(LIST_FILE, "", 0, "", message, one, known) for one in sorted(asked - set(LIST_TAGS))]
    if given.letter_template is not None:
        found += check_paper_template(LETTER_FILE, given.letter_template, ThanksLetter)
    return found


# -- letters -----------------------------------------------------------------------------------------------------------


def get_letter_template(template: str | None) -> PaperTemplate:
    if template is None:
        raise DisclosureInvalid(_("Gói chương trình chưa có mẫu thư cảm ơn. Hãy thêm mẫu vào gói."))
    return PaperTemplate(read_bytes(template), "thu_cam_on.docx")


def letters_to_givers(work: Entity, listed: WorkList, *, day: date, address: str) -> Iterator[ThanksLetter]:
    """To each who agreed to be named."""
    places = get_snapshot()
    for one in listed.disclosed.named:
        place = places.path_name(one.org_unit, one.day)
        yield _letter(work, listed.purse, one.name, place, one.amounts, day, address)


def letters_to_units(
    work: Entity, listed: WorkList, gifts: Mapping[int, Mapping[str, int]], *, day: date, address: str
) -> Iterator[ThanksLetter]:
    """To the people of each unit that gave together: nobody is named. `gifts`: unit -> kind -> amount."""
    places = get_snapshot()
    for unit in sorted(gifts, key=lambda one: places.order_key(one, day)):
        with override("vi"):
            recipient = _("Nhân dân %(unit)s") % {"unit": places.name_on(unit, day)}
        parent = places.parent_on(unit, day)
        place = places.path_name(parent, day) if parent is not None else ""
        yield _letter(work, listed.purse, recipient, place, gifts[unit], day, address)


def sum_gifts(gifts: Iterable[Gift]) -> dict[int, dict[str, int]]:
    """Unit -> kind -> amount, of what households gave together."""
    found: dict[int, dict[str, int]] = {}
    for one in gifts:
        if one.households is None:
            continue
        sums = found.setdefault(one.org_unit, {})
        for kind, amount in one.amounts.items():
            sums[kind] = sums.get(kind, 0) + amount
    return found


def _letter(
    work: Entity, purse: Purse, recipient: str, place: str, amounts: Mapping[str, int], day: date, address: str
) -> ThanksLetter:
    with override("vi"):
        gave = word_amounts(purse, amounts)
        return ThanksLetter(
            recipient, place, gave, work.label, word_day(day), get_snapshot().name_on(work.org_unit_id, day), address
        )


def write_letters(letters: Iterator[ThanksLetter], template: str | None, into: IO[bytes]) -> int:
    """One Word file, each letter on a page of its own; how many."""
    return get_letter_template(template).write(letters, into)
