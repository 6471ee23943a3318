"""What sendings do to things: taken in the same transaction in which the sending itself is written.

A mistake never fails the sending: it becomes an EntityProblem. All entities of one sending are carried out, or none.
"""

from __future__ import annotations

import uuid as uuids
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from caunoi.audit.rules import Actor
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import declarations_of
from caunoi.forms.rules.entities import Declaration, EntityPart, read_parts
from caunoi.records.entities.actions.sending import Awaits, Sending, actor_of, find_entity
from caunoi.records.entities.actions.storing import (
    Written,
    add_version,
    list_versions,
    lock_identities,
    restate_stages,
)
from caunoi.records.entities.actions.work import Work
from caunoi.records.entities.errors import EntityMistake
from caunoi.records.entities.rules.corrections import Made, find_undoing, match, plain_uuid
from caunoi.records.entities.rules.versions import (
    CREATE,
    LABEL,
    REMOVE,
    RESTATE,
    RESTORE,
    UNDO,
    Version,
)
from caunoi.records.events import SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import (
    Entity,
    EntityBacklog,
    EntityProblem,
    EntityVersion,
    SubmissionVersion,
)
from caunoi.sentences import AUTOMATIC, keep
from caunoi.sentences import gettext as _

# As long as the field's reference server waits for an offline predecessor.
LONGEST_WAIT = timedelta(days=7)
WITHDRAWN_BY = gettext_noop("Tự động: bản ghi đã rút")


# Events


def take_entities(event: VersionsArrived) -> None:
    """Carry out the entity parts of what arrived. A version announced again (its flags decided) was carried out."""
    declared = _declarations({one.form_version_id for one in event.versions})
    ids = [one.version_id for one in event.versions if one.form_version_id in declared]
    if not ids:
        return
    work = _Taking(event.at)
    done = _list_done(ids)
    work.note_decided([pk for pk in ids if pk in done])
    sendings = [version for version in _read_sendings(ids) if version.pk not in done]
    work.look_ahead(sendings, declared)
    for version in sendings:
        work.take(version, declared[version.form_version_id])
    work.force_overdue()
    work.changes.announce(event.at)


def tell_approved(event: VersionsApproved) -> None:
    """What was approved counts in the approved book from now on: say which registers that concerns. What was flagged
    changed nothing until now; books and register take it at the same moment."""
    declared = _declarations({one.form_version_id for one in event.versions})
    ids = [one.version_id for one in event.versions if one.form_version_id in declared]
    if ids:
        work = _Taking(event.at, event.by)
        work.take_accepted(ids, declared)
        work.note_decided(ids)
        work.changes.announce(event.at)


def undo_withdrawn(event: SubmissionsWithdrawn) -> None:
    """What withdrawn sendings made of things is undone, unless somebody built upon it: then a person decides."""
    touched = EntityVersion.objects.filter(source__submission_id__in=event.submission_ids)
    waiting = EntityBacklog.objects.filter(source__submission_id__in=event.submission_ids)
    problems = EntityProblem.objects.filter(source__submission_id__in=event.submission_ids, settled_at=None)
    waiting.delete()
    problems.update(settled_by=WITHDRAWN_BY, settled_at=event.at)
    submissions = sorted(set(touched.values_list("source__submission_id", flat=True)))
    if not submissions:
        return
    work = _Taking(event.at)
    for entity in Entity.objects.filter(versions__in=touched).select_related("entity_list").distinct():
        work.changes.add(entity)
    for submission_id in submissions:
        newest = (
            SubmissionVersion.objects.select_related("submission")
            .filter(submission_id=submission_id)
            .order_by("-number")[0]
        )
        work.undo(newest, _list_made(newest), Actor(WITHDRAWN_BY))
    work.changes.announce(event.at)


@transaction.atomic
def release_backlog(at: datetime) -> int:
    """Carry out what has waited too long for its predecessor, as if its base were the newest version. Gives how many
    sendings. Runs with every arrival that touches things, and daily."""
    work = _Taking(at)
    released = work.force_overdue()
    work.changes.announce(at)
    return released


@transaction.atomic
def retry(version: SubmissionVersion, at: datetime) -> bool:
    """Once more, after a person removed what stood in the way. True if it could be carried out (or waits)."""
    declarations = declarations_of(version.form_version)
    work = _Taking(at)
    problems = version.entity_problems.count()
    work.take(version, declarations)
    work.changes.announce(at)
    return version.entity_problems.count() == problems


def _declarations(form_version_ids: Collection[int]) -> dict[int, tuple[Declaration, ...]]:
    if not form_version_ids:
        return {}
    # Nearly always none, and asked for each sending.
    marks = ", ".join(["%s"] * len(form_version_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM forms_formversion WHERE id IN ({marks}) AND entities <> '[]'", [*form_version_ids]
        )
        declaring = [pk for (pk,) in cursor.fetchall()]
    rows = FormVersion.objects.filter(pk__in=declaring).only("entities") if declaring else ()
    return {one.pk: declarations_of(one) for one in rows}


def _read_sendings(ids: Sequence[int]) -> Iterable[SubmissionVersion]:
    rows = SubmissionVersion.objects.select_related("submission", "form").in_bulk(ids)
    return [rows[pk] for pk in ids]


def _list_done(ids: Sequence[int]) -> set[int]:
    return {
        pk
        for model in (EntityVersion, EntityBacklog, EntityProblem)
        for pk in model._default_manager.filter(source_id__in=ids).values_list("source_id", flat=True)
    }


def _list_made(version: SubmissionVersion) -> list[Made]:
    """What this submission, up to this version of it, made of things, in the order it first touched them."""
    rows = (
        EntityVersion.objects.filter(source__submission_id=version.submission_id, source__number__lte=version.number)
        .exclude(act__in=[UNDO, REMOVE, RESTATE])
        .select_related("entity__entity_list")
        .order_by("pk")
    )
    grouped: dict[int, list[EntityVersion]] = {}
    for row in rows:
        grouped.setdefault(row.entity_id, []).append(row)
    found = []
    for several in grouped.values():
        entity, first, last = several[0].entity, several[0], several[-1]
        undone = entity.versions.filter(number__gt=last.number, act__in=[UNDO, REMOVE], base_number=last.number)
        if undone.exists():
            continue
        said: dict[str, str] = {}
        for row in several:
            values = {**row.properties, LABEL: row.label}
            said.update({name: values[name] for name in row.changed if name in values})
        created = first.act in (CREATE, RESTORE)
        found.append(Made(entity.entity_list.code, str(entity.uuid), created, said, first.number, last.number))
    return found


class _Taking(Work):
    """One act's work on things."""

    # A sending

    def take(self, version: SubmissionVersion, declarations: Sequence[Declaration], *, force: bool = False) -> None:
        parts = [one for one in read_parts(version.xml, declarations) if _wants_something(one)]
        made = _list_made(version) if version.number > 1 else []
        if not parts and not made:
            return
        lock_identities([*(plain_uuid(one.entity_id) for one in parts), *(one.uuid for one in made)])
        followers: list[tuple[Entity, Version]] = []
        try:
            with transaction.atomic():
                pairs, dropped = match(parts, made)
                for part, before in pairs:
                    sending = Sending(self, version, declarations, part, force)
                    followers += sending.correct(before) if before else sending.carry_out()
                self.undo(version, dropped, actor_of(version), source_id=version.pk)
        except EntityMistake as mistake:
            self.forget_lists()
            self._note_problem(version, mistake)
            return
        except Awaits as awaited:
            self.forget_lists()
            self.awaited.add(str(uuids.UUID(plain_uuid(awaited.part.entity_id))))
            entity_list = self.list_of(awaited.part, declarations, version)
            EntityBacklog.objects.create(
                entity_list=entity_list,
                uuid=uuids.UUID(plain_uuid(awaited.part.entity_id)),
                branch_id=plain_uuid(awaited.part.branch_id),
                base_number=awaited.base,
                source=version,
                position=awaited.part.position,
                held_at=self.at,
            )
            return
        if version.number > 1:
            # An earlier version that could not be carried out, or still waits, is corrected by this one.
            earlier = {"source__submission_id": version.submission_id, "source__number__lt": version.number}
            EntityBacklog.objects.filter(**earlier).delete()
            EntityProblem.objects.filter(**earlier, settled_at=None).update(
                settled_by=version.entered_by_name or AUTOMATIC, settled_at=self.at
            )
        self._release_followers(followers)

    def take_accepted(self, ids: Sequence[int], declared: Mapping[int, Sequence[Declaration]]) -> None:
        if self.accepted_by is None:
            return
        open_problems = EntityProblem.objects.filter(source_id__in=ids, settled_at=None).exclude(source__flags=[])
        by_source: dict[int, list[int]] = {}
        for pk, source in open_problems.values_list("pk", "source_id"):
            by_source.setdefault(source, []).append(pk)
        for version in _read_sendings(list(by_source)):
            self.take(version, declared[version.form_version_id])
            EntityProblem.objects.filter(pk__in=by_source[version.pk]).update(
                settled_by=str(self.accepted_by), settled_at=self.at
            )

    def _note_problem(self, version: SubmissionVersion, mistake: EntityMistake) -> None:
        EntityBacklog.objects.filter(source=version).delete()
        EntityProblem.objects.create(
            source=version,
            org_unit_id=version.submission.org_unit_id,
            list_code=mistake.list_code[:80],
            sentence=keep(mistake.sentence),
            at=self.at,
        )

    # What waited

    def _release_followers(self, followers: Sequence[tuple[Entity, Version]]) -> None:
        """Sendings that waited for exactly these versions, the oldest first; each may free further ones."""
        for entity, version in followers:
            if (uuid := str(entity.uuid)) in self.ahead and uuid not in self.awaited:
                continue
            waiting = EntityBacklog.objects.filter(entity_list=entity.entity_list, uuid=entity.uuid)
            if version.number == 1:
                waiting = waiting.filter(base_number=1)
            elif version.branch_id and version.branch_base is not None:
                waiting = waiting.filter(branch_id=version.branch_id, base_number=version.branch_base + 1)
            else:
                continue
            for row in waiting.select_related("source__submission", "source__form").order_by("pk"):
                self._retake(row.source, force=False)

    def _retake(self, version: SubmissionVersion, *, force: bool) -> None:
        EntityBacklog.objects.filter(source=version).delete()
        self.take(version, declarations_of(version.form_version), force=force)

    def force_overdue(self) -> int:
        """The longest waiting first: its arrival may free the others in their order."""
        count = 0
        while True:
            overdue = EntityBacklog.objects.filter(held_at__lte=self.at - LONGEST_WAIT)
            row = overdue.select_related("source__submission", "source__form").order_by("base_number", "pk").first()
            if row is None:
                return count
            self._retake(row.source, force=True)
            count += 1

    def note_decided(self, ids: Sequence[int]) -> None:
        """With a correction also what the versions before it said, where it left that as it was."""
        decided = Exists(
            SubmissionVersion.objects.filter(
                pk__in=ids, submission_id=OuterRef("source__submission_id"), number__gte=OuterRef("source__number")
            )
        )
        submissions = SubmissionVersion.objects.filter(pk__in=ids).values("submission_id")
        rows = EntityVersion.objects.filter(decided, source__submission_id__in=submissions).values_list(
            "source_id", "entity__entity_list__code", "entity__org_unit_id"
        )
        for source, code, unit in rows:
            self.changes.decided.add(source)
            self.changes.lists.add(code)
            self.changes.units.add(unit)

    # Undoing

    def undo(
        self, version: SubmissionVersion, dropped: Sequence[Made], by: Actor, *, source_id: int | None = None
    ) -> None:
        """Put back what stood before the sending spoke of these things. `source_id`: the correction that no longer
        speaks of them, and that has its word in a book only once it counts there; None: at once in both books."""
        if not dropped:
            return
        own = frozenset(
            SubmissionVersion.objects.filter(submission_id=version.submission_id).values_list("pk", flat=True)
        )
        for made in dropped:
            entity = find_entity(made.list_code, made.uuid)
            assert entity is not None, "what was made stays"
            versions = list_versions(entity)
            before = find_undoing(made, versions, own)
            if before is None:
                sentence = _(
                    "“%(label)s” do bản ghi này lập hoặc sửa, nay bản ghi không còn nói đến nữa; nhưng sau đó mục này"
                    " đã được sửa tiếp nên không tự bỏ. Hãy mở mục này và quyết định."
                )
                self._note_problem(version, EntityMistake(made.list_code, sentence % {"label": entity.label}))
                continue
            current = versions[-1]
            said = [one for one in versions if made.first <= one.number <= made.last and one.source_id in own]
            written = Written(
                act=REMOVE if made.created else UNDO,
                # Of a change whose day was corrected: from the earlier of the days on.
                from_day=said[0].from_day if made.created else min(one.from_day for one in said),
                by=by,
                at=self.at,
                source_id=source_id,
                base=made.last,
            )
            if made.created:
                entity.removed = True
                add_version(entity, versions, current.values, (), written, resolves=True)
            else:
                undone = add_version(entity, versions, {**current.values, **before}, before, written)
                restate_stages(entity, [*versions, undone], by, self.at, source_id)
            self.changes.add(entity)


def _wants_something(part: EntityPart) -> bool:
    """Neither flag: the form's conditions did not hold. An update of nothing chosen is no wish either."""
    return part.create or (part.update and bool(part.entity_id or part.base_version or part.branch_id))
