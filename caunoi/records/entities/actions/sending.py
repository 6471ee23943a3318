"""One entity part of one sending, carried out: created, laid upon a version, or refused with a sentence."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from caunoi.audit.rules import Actor
from caunoi.forms.rules.entities import CURRENT, Declaration, EntityPart
from caunoi.moments import local_date
from caunoi.records.entities.actions.storing import (
    MAX_LABEL,
    Written,
    add_version,
    create_entity,
    list_versions,
    restate_stages,
)
from caunoi.records.entities.actions.work import Work, is_uuid
from caunoi.records.entities.errors import EntityMistake, EntityStageNotAllowed
from caunoi.records.entities.reading import keepers_of
from caunoi.records.entities.rules.corrections import Made, news_of, plain_uuid, sent_by
from caunoi.records.entities.rules.stages import find_obstacle, list_reached
from caunoi.records.entities.rules.versions import (
    CREATE,
    RESTORE,
    UPDATE,
    BaseAwaited,
    BaseUnknown,
    Change,
    Version,
    find_base,
    lay,
)
from caunoi.records.entities.sealed import open_sent, seal_values, was_erased
from caunoi.records.entities.stages import holds_role, read_said_by, record_key, stages_of, tell_obstacle
from caunoi.records.models import Entity, EntityList, SubmissionVersion
from caunoi.sentences import gettext as _


class Awaits(Exception):
    """This part's predecessor has not arrived: the whole sending waits."""

    def __init__(self, part: EntityPart, base: int) -> None:
        super().__init__(part.entity_id)
        self.part, self.base = part, base


class Sending:
    """One entity part of one sending."""

    def __init__(
        self,
        work: Work,
        version: SubmissionVersion,
        declarations: Sequence[Declaration],
        part: EntityPart,
        force: bool,
    ) -> None:
        if personal := work.personal_of(part.list_code):
            part = replace(part, properties=open_sent(part.properties, personal, version))
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
            by=actor_of(self.version),
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
        entity = None if self.work.is_new(identity) else find_entity(part.list_code, identity)
        if part.update and entity is not None and not entity.removed:
            return self._update(entity)
        if part.create or (entity is None and self.force and part.label):
            return self._create(identity, entity)
        change = self._read_change()
        if entity is None and change.branch_id and change.base is not None and not self.force:
            raise Awaits(part, change.base)
        raise self.mistake(_("Không có mục này trong sổ (hoặc đã bỏ), nên không sửa được."))

    def _create(self, identity: str, entity: Entity | None) -> list[tuple[Entity, Version]]:
        if not self.part.label:
            raise self.mistake(_("Mục mới chưa có tên nên không lập được."))
        entity_list = self.work.list_of(self.part, self.declarations, self.version)
        self._check_stage(entity_list, (), self.sent, self.part.label)
        if entity is None:
            entity, version = create_entity(entity_list, identity, self.unit, self.sent, self.written(CREATE))
        elif entity.removed:
            entity.removed, entity.org_unit_id = False, self.unit
            versions = list_versions(entity)
            values = self._as_kept(entity, {**dict.fromkeys(versions[-1].values, ""), **self.sent})
            version = add_version(entity, versions, values, values, self.written(RESTORE), resolves=True)
        else:
            raise self.mistake(_("Mục này đã có trong sổ (“%(label)s”), nên không lập lại."), label=entity.label)
        self.work.note_created(entity)
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
        self.work.list_of(self.part, self.declarations, self.version)
        return self._lay(entity, self._read_change())

    def _lay(self, entity: Entity, change: Change, act: str = UPDATE) -> list[tuple[Entity, Version]]:
        versions = list_versions(entity)
        change = replace(change, sent=self._as_kept(entity, change.sent))
        try:
            change = replace(change, sent=self._without_stage_unmoved(entity, change, versions))
            laid = lay(change, versions, force=self.force)
        except BaseAwaited:
            assert change.base is not None
            raise Awaits(self.part, change.base) from None
        except BaseUnknown:
            raise self.mistake(
                _("“%(label)s” không có phiên bản %(number)d mà bản ghi này dựa vào."),
                label=entity.label, number=change.base,
            ) from None  # fmt: skip
        self._check_stage(entity.entity_list, versions, change.sent, entity.label)
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

    # Stages

    def _without_stage_unmoved(self, entity: Entity, change: Change, versions: Sequence[Version]) -> dict[str, str]:
        """What is sent, without a stage that its writer only left as they saw it, or as it stands by now: they may have
        been offline while it went on."""
        name, sent = entity.entity_list.stage_by, dict(change.sent)
        if name in sent:
            seen = find_base(change, versions, force=self.force).values.get(name, "")
            if sent[name] in ("", seen, versions[-1].values.get(name, "")):
                del sent[name]
        return sent

    def _check_stage(
        self,
        register: EntityList,
        others: Sequence[Version],
        sent: Mapping[str, str],
        label: str,
        *,
        corrects: bool = False,
    ) -> None:
        """`others`: the versions of the thing, without those of this record. Raises EntityMistake."""
        stages = stages_of(register)
        if not stages.name or not sent.get(stages.name):
            return
        stage, places = sent[stages.name], self.work.places
        obstacle = find_obstacle(
            stages,
            list_reached(others, stages.name, read_said_by(others)),
            stage,
            self.from_day,
            local_date(self.work.at),
            level=places.units[self.unit].level,
            has_role=self._has_role,
            corrects=corrects,
        )
        if obstacle is not None and obstacle.wrong == "role" and self.work.accepted_by is not None:
            # Else the books would count what the register does not take.
            raise EntityStageNotAllowed(tell_obstacle(register, obstacle, stage, label))
        if obstacle is not None:
            raise EntityMistake(register.code, tell_obstacle(register, obstacle, stage, label))

    def _has_role(self, roles: Sequence[str]) -> bool:
        """Who entered it, or who accepts it."""
        version, accepts = self.version, self.work.accepted_by
        entered = local_date(version.received_at)
        return holds_role(version.entered_by, roles, self.unit, entered, source=version.source) or (
            accepts is not None and holds_role(accepts, roles, self.unit, local_date(self.work.at))
        )

    def _restage(self, entity: Entity, versions: list[Version]) -> None:
        """The stage that this record says otherwise than before, or of another day. The steps after it stay."""
        name = entity.entity_list.stage_by
        stage = self.part.properties.get(name, "") if name else ""
        if not stage:
            return
        said_by, own = read_said_by(versions), record_key(self.version.submission_id)
        mine = list_reached([one for one in versions if said_by(one) == own], name, said_by)
        if mine and (mine[-1].stage, mine[-1].day) == (stage, self.from_day):
            return
        others = [one for one in versions if said_by(one) != own]
        self._check_stage(entity.entity_list, others, {name: stage}, entity.label, corrects=True)
        values = {**versions[-1].values, name: stage}
        versions.append(add_version(entity, versions, values, {name}, self.written(UPDATE, base=versions[-1].number)))

    def _as_kept(self, entity: Entity, sent: Mapping[str, str]) -> dict[str, str]:
        """As it would stand in the thing, to be compared with what does. Somebody who was forgotten is not written down
        again because an old sending arrives late or is corrected: only by hand."""
        if was_erased(entity):
            sent = {name: value for name, value in sent.items() if name not in entity.entity_list.personal}
        return seal_values(entity, sent, self.work.at)

    def _read_change(self) -> Change:
        """The versions as the device counts them. Empty ones count as absent."""
        part = self.part
        branch, base, trunk = plain_uuid(part.branch_id), _number(part.base_version), _number(part.trunk_version)
        if part.trunk_version and not branch:
            raise self.mistake(_("Bản ghi có trunkVersion mà không có branchId nên không biết nó dựa vào đâu."))
        if branch and not is_uuid(branch):
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
        entity = find_entity(made.list_code, made.uuid)
        assert entity is not None, "what was made stays"
        news = news_of(replace(self.part, properties=self._as_kept(entity, self.part.properties)), made)
        moved = made.created and self.from_day != entity.begins_on
        if entity.merged_into is not None and (news or moved):
            return self._update(entity)  # says why not
        staged = entity.entity_list.stage_by
        news.pop(staged, None)
        # Also if nothing is otherwise: it may be the first version without flags to say so.
        self.work.changes.add(entity)
        laid = self._lay(entity, Change(news, base=made.last), CREATE if moved else UPDATE) if news or moved else []
        if staged:
            # Which stage holds on a day is a matter of days, not of who wrote last.
            versions = list_versions(entity)
            self._restage(entity, versions)
            restate_stages(entity, versions, actor_of(self.version), self.work.at, self.version.pk)
        return laid


def find_entity(list_code: str, uuid: str) -> Entity | None:
    """Locked until the end: two changes of one thing queue up instead of both becoming its next version."""
    rows = Entity.objects.select_for_update(of=("self",)).select_related("entity_list", "merged_into")
    return rows.filter(entity_list__code=list_code, uuid=uuid).first()


def actor_of(version: SubmissionVersion) -> Actor:
    return Actor(version.entered_by_name, version.entered_by_id)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 2**31 else None
