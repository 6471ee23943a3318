"""Small worlds for the tests of figures: places from a snapshot, one form whose answers are facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.documents.models import StoredFile
from caunoi.facts.actions import post_approved, post_reported, reverse_withdrawn
from caunoi.facts.models import DataElement, Indicator
from caunoi.facts.queries import forget_catalogues
from caunoi.forms.models import Form, FormVersion
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.places.queries import forget_snapshots
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.events import Arrived, SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import Source, Submission, SubmissionVersion
from caunoi.vietnamese_text import fold

TESTER = Actor("Người thử")
NOON = datetime(2024, 1, 1, 5, tzinfo=UTC)


def store_places(places: PlaceSnapshot) -> None:
    """Write a snapshot into the tables, with the same numbers as ids."""
    known = take_numbers(1)[0]
    OrgUnit.objects.bulk_create(
        [
            OrgUnit(
                id=u.id, key=u.key, level=u.level, starts_on=u.starts_on, ends_on=u.ends_on, start_known=True,
                known_from=known,
            )
            for u in places.units.values()
        ]
    )  # fmt: skip
    OrgUnitSpell.objects.bulk_create(
        [
            OrgUnitSpell(
                org_unit_id=s.unit, name=s.name, short_name=s.short_name or s.name, search_name=fold(s.name),
                code=s.code, parent_id=s.parent, from_day=s.from_day, to_day=s.to_day,
            )
            for several in places.spells.values()
            for s in several
        ]
    )  # fmt: skip
    for step in places.steps:
        succession, _ = Succession.objects.get_or_create(day=step.day, kind="merge", defaults={"known_from": known})
        SuccessionShare.objects.create(
            succession=succession, old_id=step.old, new_id=step.new, old_parts=step.old_parts,
            new_parts=step.new_parts, basis=step.basis,
        )  # fmt: skip
    forget_snapshots()


@dataclass
class World:
    """Facts stated one by one on one form: `state("giờ công", unit, day, 5)`."""

    places: PlaceSnapshot
    at: datetime = NOON
    submissions: dict[int, tuple[Submission, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        store_places(self.places)
        forget_catalogues()
        file = StoredFile.objects.create(sha256="0" * 64, size=1, media_type="text/plain", stored_at=self.at)
        self.form = Form.objects.create(code="phieu", title_vi="Phiếu", pack="thu")
        self.form_version = FormVersion.objects.create(
            form=self.form, version="1", source=file, file_type="md", xform="<x/>", questions=[],
            published_at=self.at, known_from=1,
        )  # fmt: skip

    def element(
        self, code: str, kind: str = "flow", *, levels: str = "village;commune;province", decimals: int = 0,
        classes: str = "", nature: str = "result", day: str = "${ngay}", unit: str = "",
    ) -> DataElement:  # fmt: skip
        return DataElement.objects.create(
            code=code, name_vi=code, kind=kind, decimals=decimals, levels=levels.split(";"), unit=unit,
            form_code="" if kind == "units" else "phieu", expression="" if kind == "units" else f"${{{code}}}",
            day=day, classes=classes.split(";") if classes else [], nature=nature, pack="thu",
            known_from=take_numbers(1)[0],
        )  # fmt: skip

    def indicator(self, code: str, formula: str, decimals: int = 1) -> Indicator:
        return Indicator.objects.create(
            code=code, name_vi=code, formula=formula, decimals=decimals, pack="thu", known_from=take_numbers(1)[0]
        )

    def state(
        self, code: str, unit: int, day: date, value: Decimal | int | str, *, to: date | None = None,
        approve: bool = True, named: tuple[date, date] | None = None,
    ) -> int:  # fmt: skip
        """One submission that states one value; returns its id. Each statement has a moment of its own."""
        last = to or day
        named_from, named_to = named or (day, last)
        submission = Submission.objects.create(
            form=self.form, org_unit_id=unit, day_from=day, day_to=last, named_from=named_from, named_to=named_to,
            state=State.APPROVED if approve else State.SUBMITTED, created_at=self.at, first_received_at=self.at,
            approved_number=1 if approve else None,
        )  # fmt: skip
        arrived = self._version(submission, 1, code, value, None)
        post_reported(VersionsArrived([arrived], self.at))
        if approve:
            post_approved(VersionsApproved([arrived], self.at))
        self._tick()
        self.submissions[submission.pk] = (submission, arrived.version_id)
        return submission.pk

    def correct(self, submission_id: int, code: str, value: Decimal | int | str, *, approve: bool = True) -> None:
        submission, previous = self.submissions[submission_id]
        submission.current_number += 1
        submission.save()
        arrived = self._version(submission, submission.current_number, code, value, previous)
        post_reported(VersionsArrived([arrived], self.at))
        if approve:
            post_approved(VersionsApproved([arrived], self.at))
        self._tick()
        self.submissions[submission_id] = (submission, arrived.version_id)

    def withdraw(self, submission_id: int) -> None:
        reverse_withdrawn(SubmissionsWithdrawn([submission_id], self.at))
        self._tick()

    def _version(
        self, submission: Submission, number: int, code: str, value: Decimal | int | str, previous: int | None
    ) -> Arrived:
        answers = {code: str(value), "ngay": submission.day_from.isoformat()}
        version = SubmissionVersion.objects.create(
            submission=submission, number=number, form=self.form, form_version=self.form_version,
            instance_id=f"{submission.pk}-{number}", xml="<x/>", answers=answers, source=Source.SPREADSHEET,
            entered_by_name="Trưởng thôn", received_at=self.at,
        )  # fmt: skip
        return Arrived(
            submission_id=submission.pk, version_id=version.pk, form_code="phieu",
            form_version_id=self.form_version.pk, org_unit_id=submission.org_unit_id,
            org_unit_level=self.places.units[submission.org_unit_id].level, day_from=submission.day_from,
            day_to=submission.day_to, named_from=submission.named_from, named_to=submission.named_to,
            answers=answers, previous_version_id=previous,
        )  # fmt: skip

    def _tick(self) -> None:
        write_line("test.state", "test", by=TESTER, at=self.at)
        self.at += timedelta(days=1)
