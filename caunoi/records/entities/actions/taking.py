"""What sendings do to things: taken in the same transaction in which the sending itself is written.

A mistake never fails the sending: it becomes an EntityProblem. All entities of one sending are carried out, or none.
"""

from __future__ import annotations

import uuid as uuids
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.audit.rules import Actor
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import declarations_of
from caunoi.forms.rules.entities import CURRENT, Declaration, EntityPart, read_parts
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions.storing import (
    MAX_LABEL,
    Changes,
    Written,
    add_version,
    create_entity,
    get_or_make_list,
    list_versions,
    lock_identities,
)
from caunoi.records.entities.errors import EntityMistake
from caunoi.records.entities.reading import keepers_of
from caunoi.records.entities.rules.corrections import Made, find_undoing, match, news_of, plain_uuid, sent_by
from caunoi.records.entities.rules.versions import (
    CREATE,
    LABEL,
    REMOVE,
    RESTORE,
    UNDO,
    UPDATE,
    BaseAwaited,
    BaseUnknown,
    Change,
    Version,
    lay,
)
from caunoi.records.events import SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import (
    Entity,
    EntityBacklog,
    EntityList,
    EntityProblem,
    EntityVersion,
    SubmissionVersion,
)

# As long as the field's reference server waits for an offline predecessor.
LONGEST_WAIT = timedelta(days=7)


class _Awaits(Exception):
    """This part's predecessor has not arrived: the whole sending waits."""

    def __init__(self, part: EntityPart, base: int) -> None:
        super().__init__(part.entity_id)
        self.part, self.base = part, base


# Events


def take_entities(event: VersionsArrived) -> None:
    """Carry out the entity parts of what arrived. A version announced again (its flags decided) was carried out."""
    declared = _declarations({one.form_version_id for one in event.versions})
    ids = [one.version_id for one in event.versions if one.form_version_id in declared]
    if not ids:
        return
    work = _Work(event.at)
    done = _list_done(ids)
    for version in _read_sendings(ids):
        if version.pk in done:
            work.note_decided([version.pk])
        else:
            work.take(version, declared[version.form_version_id])
    work.force_overdue()
    work.changes.announce(event.at)


def tell_approved(event: VersionsApproved) -> None:
    """What was approved counts in the approved book from now on: say which registers that concerns."""
    declared = _declarations({one.form_version_id for one in event.versions})
    ids = [one.version_id for one in event.versions if one.form_version_id in declared]
    if ids:
        work = _Work(event.at)
        work.note_decided(ids)
        work.changes.announce(event.at)


def undo_withdrawn(event: SubmissionsWithdrawn) -> None:
    """What withdrawn sendings made of things is undone, unless somebody built upon it: then a person decides."""
    touched = EntityVersion.objects.filter(source__submission_id__in=event.submission_ids)
    waiting = EntityBacklog.objects.filter(source__submission_id__in=event.submission_ids)
    problems = EntityProblem.objects.filter(source__submission_id__in=event.submission_ids, settled_at=None)
    waiting.delete()
    problems.update(settled_by=_withdrawn_by(), settled_at=event.at)
    submissions = sorted(set(touched.values_list("source__submission_id", flat=True)))
    if not submissions:
        return
    work = _Work(event.at)
    for submission_id in submissions:
        newest = (
            SubmissionVersion.objects.select_related("submission")
            .filter(submission_id=submission_id)
            .order_by("-number")[0]
        )
        work.undo(newest, _list_made(newest), Actor(_withdrawn_by()))
    work.changes.announce(event.at)


@transaction.atomic
def release_backlog(at: datetime) -> int:
    """Carry out what has waited too long for its predecessor, as if its base were the newest version. Gives how many
    sendings. Runs with every arrival that touches things, and daily."""
    work = _Work(at)
    released = work.force_overdue()
    work.changes.announce(at)
    return released


@transaction.atomic
def retry(version: SubmissionVersion, at: datetime) -> bool:
    """Once more, after a person removed what stood in the way. True if it could be carried out (or waits)."""
    declarations = declarations_of(version.form_version)
    work = _Work(at)
    problems = version.entity_problems.count()
    work.take(version, declarations)
    work.changes.announce(at)
    return version.entity_problems.count() == problems


def _withdrawn_by() -> str:
    return _("Tự động: bản ghi đã rút")


def _declarations(form_version_ids: Collection[int]) -> dict[int, tuple[Declaration, ...]]:
    rows = FormVersion.objects.filter(pk__in=form_version_ids).only("entities")
    return {one.pk: declarations_of(one) for one in rows if one.entities}


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


class _Work:
    """One act's work on things."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.changes = Changes()
        self.places = get_snapshot()

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
                    sending = _Sending(self, version, declarations, part, force)
                    followers += sending.correct(before) if before else sending.carry_out()
                self.undo(version, dropped, _actor(version))
        except EntityMistake as mistake:
            self._note_problem(version, mistake)
            return
        except _Awaits as awaited:
            entity_list = self._list_of(awaited.part, declarations, version)
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
        # An earlier version that could not be carried out, or still waits, is corrected by this one.
        earlier = {"source__submission_id": version.submission_id, "source__number__lte": version.number}
        EntityBacklog.objects.filter(**earlier).delete()
        EntityProblem.objects.filter(**earlier, settled_at=None, source__number__lt=version.number).update(
            settled_by=version.entered_by_name or _("Tự động"), settled_at=self.at
        )
        self._release_followers(followers)

    def _note_problem(self, version: SubmissionVersion, mistake: EntityMistake) -> None:
        EntityBacklog.objects.filter(source=version).delete()
        EntityProblem.objects.create(
            source=version,
            org_unit_id=version.submission.org_unit_id,
            list_code=mistake.list_code[:80],
            sentence=mistake.sentence,
            at=self.at,
        )

    def _list_of(self, part: EntityPart, declarations: Sequence[Declaration], version: SubmissionVersion) -> EntityList:
        names = [name for one in declarations if one.list_code == part.list_code for name, _path in one.properties]
        return get_or_make_list(part.list_code, names, version.form.pack)

    # What waited

    def _release_followers(self, followers: Sequence[tuple[Entity, Version]]) -> None:
        """Sendings that waited for exactly these versions, the oldest first; each may free further ones."""
        for entity, version in followers:
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
        rows = EntityVersion.objects.filter(source_id__in=ids).values_list(
            "source_id", "entity__entity_list__code", "entity__org_unit_id"
        )
        for source, code, unit in rows:
            self.changes.decided.add(source)
            self.changes.lists.add(code)
            self.changes.units.add(unit)

    # Undoing

    def undo(self, version: SubmissionVersion, dropped: Sequence[Made], by: Actor) -> None:
        """Put back what stood before the sending spoke of these things."""
        own = frozenset(
            SubmissionVersion.objects.filter(submission_id=version.submission_id).values_list("pk", flat=True)
        )
        for made in dropped:
            entity = _find_entity(made.list_code, made.uuid)
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
            written = Written(
                act=REMOVE if made.created else UNDO,
                from_day=next(one.from_day for one in versions if one.number == made.first),
                by=by,
                at=self.at,
                base=made.last,
            )
            if made.created:
                entity.removed = True
                add_version(entity, versions, current.values, (), written, resolves=True)
            else:
                add_version(entity, versions, {**current.values, **before}, before, written)
            self.changes.add(entity)


class _Sending:
    """One entity part of one sending."""

    def __init__(
        self,
        work: _Work,
        version: SubmissionVersion,
        declarations: Sequence[Declaration],
        part: EntityPart,
        force: bool,
    ) -> None:
        self.work, self.version, self.part, self.force = work, version, part, force
        self.declarations = declarations
        self.sent = sent_by(part)
        self.unit = version.submission.org_unit_id
        self.from_day: date = version.submission.day_to
        if len(part.label) > MAX_LABEL:
            raise self.mistake(_("Tên “%(label)s…” dài quá %(most)d ký tự."), label=part.label[:60], most=MAX_LABEL)

    def mistake(self, sentence: str, **words: object) -> EntityMistake:
        return EntityMistake(self.part.list_code, sentence % words)

    def written(self, act: str, **more: object) -> Written:
        return Written(
            act=act,
            from_day=self.from_day,
            by=_actor(self.version),
            at=self.work.at,
            source_id=self.version.pk,
            **more,  # type: ignore[arg-type]  # the rest of Written's own fields
        )

    def carry_out(self) -> list[tuple[Entity, Version]]:
        """Update first, create if there is none to update. Gives the versions others may have waited for."""
        part = self.part
        try:
            identity = str(uuids.UUID(plain_uuid(part.entity_id)))
        except ValueError:
            raise self.mistake(
                _("Mã của mục (“%(id)s”) không phải là UUID nên không lập hay sửa được."), id=part.entity_id[:60]
            ) from None
        entity = _find_entity(part.list_code, identity)
        if part.update and entity is not None and not entity.removed:
            return self._update(entity)
        if part.create or (entity is None and self.force and part.label):
            return self._create(identity, entity)
        change = self._read_change()
        if entity is None and change.branch_id and change.base is not None and not self.force:
            raise _Awaits(part, change.base)
        raise self.mistake(_("Không có mục này trong sổ (hoặc đã bỏ), nên không sửa được."))

    def _create(self, identity: str, entity: Entity | None) -> list[tuple[Entity, Version]]:
        if not self.part.label:
            raise self.mistake(_("Mục mới chưa có tên nên không lập được."))
        entity_list = self.work._list_of(self.part, self.declarations, self.version)
        if entity is None:
            entity, version = create_entity(entity_list, identity, self.unit, self.sent, self.written(CREATE))
        elif entity.removed:
            entity.removed, entity.org_unit_id = False, self.unit
            versions = list_versions(entity)
            values = {**dict.fromkeys(versions[-1].values, ""), **self.sent}
            version = add_version(entity, versions, values, values, self.written(RESTORE), resolves=True)
        else:
            raise self.mistake(_("Mục này đã có trong sổ (“%(label)s”), nên không lập lại."), label=entity.label)
        self.work.changes.add(entity)
        return [(entity, version)]

    def _update(self, entity: Entity) -> list[tuple[Entity, Version]]:
        if entity.merged_into is not None:
            raise self.mistake(
                _("“%(label)s” đã gộp vào “%(other)s”. Hãy sửa ở mục đó, hoặc bỏ gộp rồi làm lại."),
                label=entity.label, other=entity.merged_into.label,
            )  # fmt: skip
        if self.unit not in keepers_of(entity.org_unit_id, self.from_day, self.work.places):
            raise self.mistake(
                _("“%(label)s” thuộc %(unit)s, đơn vị gửi bản ghi này không sửa được."),
                label=entity.label, unit=self.work.places.path_name(entity.org_unit_id, self.from_day),
            )  # fmt: skip
        self.work._list_of(self.part, self.declarations, self.version)
        return self._lay(entity, self._read_change())

    def _lay(self, entity: Entity, change: Change, act: str = UPDATE) -> list[tuple[Entity, Version]]:
        versions = list_versions(entity)
        try:
            laid = lay(change, versions, force=self.force)
        except BaseAwaited:
            assert change.base is not None
            raise _Awaits(self.part, change.base) from None
        except BaseUnknown:
            raise self.mistake(
                _("“%(label)s” không có phiên bản %(number)d mà bản ghi này dựa vào."),
                label=entity.label, number=change.base,
            ) from None  # fmt: skip
        written = self.written(
            act,
            base=laid.base,
            branch_id=change.branch_id,
            trunk=change.trunk,
            branch_base=change.base if change.branch_id else None,
            conflict=laid.conflict,
        )
        version = add_version(entity, versions, laid.values, laid.changed, written)
        self.work.changes.add(entity)
        return [(entity, version)]

    def _read_change(self) -> Change:
        """The versions as the device counts them. Empty ones count as absent."""
        part = self.part
        branch, base, trunk = plain_uuid(part.branch_id), _number(part.base_version), _number(part.trunk_version)
        if part.trunk_version and not branch:
            raise self.mistake(_("Bản ghi có trunkVersion mà không có branchId nên không biết nó dựa vào đâu."))
        if branch and not _is_uuid(branch):
            raise self.mistake(_("branchId “%(id)s” không phải là UUID."), id=branch[:60])
        if part.trunk_version and trunk is None:
            raise self.mistake(_("trunkVersion “%(text)s” không phải là số nguyên."), text=part.trunk_version[:60])
        made_here = part.base_version == CURRENT
        if base is None and not made_here:
            raise self.mistake(
                _("Bản ghi không cho biết sửa từ phiên bản nào (baseVersion “%(text)s”)."), text=part.base_version[:60]
            )
        sent = self.sent
        if made_here:
            # In a row an empty cell means "not given"; a device says so by leaving the question out.
            sent = {name: value for name, value in sent.items() if value}
        return Change(sent, base, trunk, branch)

    def correct(self, made: Made) -> list[tuple[Entity, Version]]:
        """The sending said something else about this thing before: only what it says otherwise changes."""
        entity = _find_entity(made.list_code, made.uuid)
        assert entity is not None, "what was made stays"
        news = news_of(self.part, made)
        moved = made.created and self.from_day != entity.begins_on
        if not news and not moved:
            return []
        if entity.merged_into is not None:
            return self._update(entity)  # says why not
        return self._lay(entity, Change(news, base=made.last), CREATE if moved else UPDATE)


def _find_entity(list_code: str, uuid: str) -> Entity | None:
    """Locked until the end: two changes of one thing queue up instead of both becoming its next version."""
    rows = Entity.objects.select_for_update(of=("self",)).select_related("entity_list", "merged_into")
    return rows.filter(entity_list__code=list_code, uuid=uuid).first()


def _actor(version: SubmissionVersion) -> Actor:
    return Actor(version.entered_by_name, version.entered_by_id)


def _wants_something(part: EntityPart) -> bool:
    """Neither flag: the form's conditions did not hold. An update of nothing chosen is no wish either."""
    return part.create or (part.update and bool(part.entity_id or part.base_version or part.branch_id))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 2**31 else None


def _is_uuid(text: str) -> bool:
    try:
        uuids.UUID(text)
    except ValueError:
        return False
    return True
