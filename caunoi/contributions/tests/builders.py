"""A commune with two villages, a neighbour, and works in the commune's register, as the pack has them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.contributions.actions import set_purse
from caunoi.contributions.queries import list_purses
from caunoi.contributions.rules.purse import AmountRule, GiftKind, MoneySource, Purse, Side, WorkForm
from caunoi.desk.tests.builders import commune_officer, store_world
from caunoi.documents.actions import store_bytes
from caunoi.facts.models import DataElement
from caunoi.facts.queries import forget_catalogues
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.personal.models import PersonalQuestion
from caunoi.records.actions import Incoming, IncomingFile, Received, approve, receive
from caunoi.records.models import Entity, EntityList, Source, SubmissionVersion
from caunoi.records.tests.builders import BY, publish
from caunoi.vietnamese_text import fold

PACK = Path(__file__).parents[3] / "packs" / "tuyen-van"
LIST = "cong_trinh_dan_sinh"
ROAD, CANAL, FAR = (uuid5(UUID(int=6), name) for name in ("road", "canal", "far"))
DAY = date(2026, 3, 2)
AT = local_moment(date(2026, 3, 20))
FORMS = {"dong_gop": "village", "kinh_phi_cong_trinh": "commune", "cong_trinh": "commune"}
CONSENT = {"so_ho": "1", "neu_ten": "co", "dong_y_ngay": "2026-03-01", "dong_y_cach": "van_ban"}


def read_pack_purse() -> Purse:
    """contributions/ of the pack, read without its forms."""

    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((PACK / "contributions" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))

    forms = []
    for row in rows("forms"):
        consent, _equals, value = row.pop("consent").partition("=")
        pairs = (pair.partition("=") for pair in row.pop("progress").split(";") if pair)
        side = Side(row.pop("side"))
        forms.append(
            WorkForm(
                **row, side=side, consent=consent, consent_value=value, progress={one: two for one, _e, two in pairs}
            )
        )
    return Purse(
        tuple(MoneySource(**row) for row in rows("sources")),
        tuple(
            GiftKind(
                row["code"], row["name_vi"], row["name_en"], row["unit"], int(row["decimals"]), row["money"] == "yes"
            )
            for row in rows("kinds")
        ),
        tuple(forms),
        tuple(AmountRule(**row) for row in rows("amounts")),
    )


def store_works() -> User:
    """The officer of Bản Qua (2), who may do everything there. ROAD and CANAL are works of it, FAR of Cốc San (5)."""
    store_world()
    for name, level in FORMS.items():
        publish(name, AssignmentRow(level, "event", approval_level="commune", self_approval_allowed=True), at=AT)
    register = EntityList.objects.create(
        code=LIST, title_vi="Công trình dân sinh", title_en="Community works", pack="tuyen-van",
        properties=["loai", "dia_diem", "trang_thai"], known_from=take_numbers(1)[0],
    )  # fmt: skip
    work(register, ROAD, "Đường bê tông Bản Vền", 2)
    work(register, CANAL, "Kênh Nà Lùng", 2)
    work(register, FAR, "Nhà văn hóa Cốc San", 5)
    purse = read_pack_purse()
    for rule in purse.amounts:
        _count(rule, purse)
    forget_catalogues()
    for form, question in (("dong_gop", "ten_ho"), ("kinh_phi_cong_trinh", "ten_ben_gop")):
        PersonalQuestion.objects.create(
            form_code=form, question=question, purpose_vi="Công khai, cảm ơn", keep_months=36, counted_from="day",
            pack="tuyen-van",
        )  # fmt: skip
    templates = [
        store_bytes((PACK / "contributions" / name).read_bytes(), media_type="application/zip", at=AT).sha256
        for name in ("cong_khai.docx", "thu_cam_on.docx")
    ]
    set_purse(pack="tuyen-van", purse=purse, list_template=templates[0], letter_template=templates[1])
    officer = commune_officer()
    officer.grants.create(role=Role.PROGRAMME_MANAGER, org_unit_id=2, from_day=date(2020, 1, 1))
    return officer


def work(register: EntityList, uuid: UUID, label: str, unit: int, ended_on: date | None = None) -> Entity:
    return Entity.objects.create(
        entity_list=register, uuid=uuid, org_unit_id=unit, label=label, search=fold(label), current_number=1,
        begins_on=date(2025, 1, 1), ended_on=ended_on, created_at=AT, updated_at=AT,
    )  # fmt: skip


def _count(rule: AmountRule, purse: Purse) -> None:
    form, kind = purse.form(rule.form), purse.kind(rule.kind)
    assert form is not None and kind is not None
    DataElement.objects.create(
        code=rule.element, name_vi=rule.element, name_en=rule.element, unit=kind.unit, kind="flow", decimals=0,
        levels=[FORMS[rule.form]], form_code=rule.form, expression=f"${{{rule.question}}}", day="${ngay}",
        filter=f"${{{form.source}}} = '{rule.source}'" if form.source else "", pack="tuyen-van",
        known_from=take_numbers(1)[0],
    )  # fmt: skip


def give(unit: int = 3, *, work: UUID | None = ROAD, corrects: Received | None = None, **answers: str) -> Received:
    """Residents of a village; land, days and money by the names of the form's questions."""
    kinds = {"dat_m2": "dat", "so_ngay_cong": "ngay_cong", "so_tien": "tien", "hien_vat_dong": "hien_vat"}
    given = {
        "ngay": DAY.isoformat(), "loai_cong_trinh": "duong", "so_ho": "5", "cong_trinh": str(work) if work else "",
        "hinh_thuc": " ".join(kind for question, kind in kinds.items() if question in answers), **answers,
    }  # fmt: skip
    return send("dong_gop", unit, given, corrects)


def fund(source: str, unit: int = 2, *, work: UUID = ROAD, **answers: str) -> Received:
    given = {
        "ngay": DAY.isoformat(), "cong_trinh": str(work), "nguon": source,
        "hinh_thuc": "hien_vat" if "hien_vat_dong" in answers else "tien", **answers,
    }  # fmt: skip
    return send("kinh_phi_cong_trinh", unit, given, None)


def finish(
    unit: int = 2, *, work: UUID = ROAD, photos: Sequence[IncomingFile] = (), corrects: Received | None = None,
    **answers: str,
) -> Received:  # fmt: skip
    given = {"ngay": DAY.isoformat(), "cong_trinh": str(work), "loai": "nao_vet_kenh", "chieu_dai_km": "0.5", **answers}
    return send("cong_trinh", unit, given, corrects, photos)


def send(
    form: str, unit: int, answers: dict[str, str], corrects: Received | None, files: Sequence[IncomingFile] = ()
) -> Received:
    given = {question: answer for question, answer in answers.items() if answer}
    instance = None
    if corrects is not None:
        instance = SubmissionVersion.objects.get(pk=corrects.version_id).instance_id
    item = Incoming(
        form, unit, AT, answers=given, source=Source.BROWSER, deprecated_id=instance, attachments=tuple(files)
    )
    return receive(item, by=BY, at=AT)


def approved(by: User, *received: Received) -> None:
    for one in received:
        approve(one.submission_id, by=by, at=AT)


def purse() -> Purse:
    return list_purses()["tuyen-van"]


def road() -> Any:
    return Entity.objects.select_related("entity_list").get(uuid=ROAD)
