from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from caunoi.places.models import OrgUnit
from caunoi.records.models.submissions import SubmissionVersion
from caunoi.sentences import tell


class EntityList(models.Model):
    """A register: things followed over time, created and changed by forms (loudspeaker stations, performing groups)."""

    code = models.CharField(max_length=80, unique=True, help_text="the XLSForm's list_name")
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=80)
    properties = models.JSONField(default=list, help_text="names in order, as the forms' save_to gives them")
    columns = models.JSONField(default=list, help_text="properties that lists show, in order; empty: the first ones")
    ended_when = models.TextField(blank=True, help_text="condition over properties: the thing no longer exists")
    personal = models.JSONField(default=list, help_text="properties about a person: sealed with the thing's own key")
    label_from = models.JSONField(
        default=list, help_text="properties whose values make a thing's name, in order; empty: forms give it"
    )
    seats_by = models.CharField(max_length=80, blank=True, default="", help_text="property that says which seat")
    seats = models.JSONField(default=dict, help_text="level -> value of that property -> how many each unit has")
    review_from = models.CharField(
        max_length=5, blank=True, default="", help_text="MM-DD: each year from that day every thing is looked at again"
    )
    term_until = models.CharField(max_length=80, blank=True, default="", help_text="property with a term's last day")
    stage_by = models.CharField(max_length=80, blank=True, default="", help_text="property that says the stage")
    stage_form = models.CharField(
        max_length=80, blank=True, default="", help_text="form by which a thing goes from stage to stage"
    )
    transitions = models.JSONField(
        default=list, help_text="which stage may follow which, as entities.rules.stages has it"
    )
    reviews = models.JSONField(
        default=list, help_text="how a unit's review fills its form, as entities.rules.reviews has it"
    )
    refers_to = models.JSONField(default=dict, help_text="property -> code of the register whose thing it names")
    told_by = models.JSONField(
        default=list, help_text="[form, question]: records about a thing that its page lists, and what it adds up"
    )
    known_from = models.BigIntegerField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Conflict(models.TextChoices):
    """As the OpenRosa entity specification has it: *soft*, the base was not current; *hard*, and the same property got
    another value. Never downgraded by itself."""

    NONE = "", _("không")
    SOFT = "soft", _("nhẹ")
    HARD = "hard", _("trái ngược")


class Entity(models.Model):
    """One thing of a register. What it is stands in versions; these columns repeat the newest for lists and search."""

    entity_list = models.ForeignKey(EntityList, on_delete=models.PROTECT, related_name="entities")
    uuid = models.UUIDField()
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="entities")
    label = models.CharField(max_length=400)
    search = models.CharField(max_length=800, help_text="the label and properties folded: no accents, lower case")
    properties = models.JSONField(default=dict, help_text="name -> text")
    current_number = models.IntegerField()
    begins_on = models.DateField(help_text="the first day it is known to exist")
    ended_on = models.DateField(null=True, help_text="the first day it no longer exists")
    conflict = models.CharField(max_length=4, choices=Conflict.choices, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    removed = models.BooleanField(
        default=False, help_text="entered by mistake, or its sending was withdrawn: it counts on no day"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity_list", "uuid"], name="entity_once_a_list")]
        indexes = [models.Index(fields=["entity_list", "org_unit"])]

    def __str__(self) -> str:
        return f"entity:{self.pk}"


class EntityVersion(models.Model):
    """What the thing was from a day on, and which sending or person said so. Never changed.

    `base_number`: the version the writer saw. `branch_id`, `trunk_number`, `branch_base_number`: of changes made
    offline one upon the other, as the entity specification names them.
    """

    class Act(models.TextChoices):
        CREATE = "create", _("lập")
        UPDATE = "update", _("sửa")
        RESOLVE = "resolve", _("quyết định chỗ trái nhau")
        MERGE = "merge", _("gộp")
        UNMERGE = "unmerge", _("bỏ gộp")
        UNDO = "undo", _("thu hồi")
        REMOVE = "remove", _("bỏ")
        RESTORE = "restore", _("lấy lại")
        MOVE = "move", _("chuyển đơn vị")
        RESTATE = "restate", _("xếp lại theo ngày")

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    from_day = models.DateField(help_text="the day since which it holds: the record's event day or period end")
    label = models.CharField(max_length=400)
    properties = models.JSONField(default=dict, help_text="all of them, after this change")
    changed = models.JSONField(default=list, help_text="names this change carried (`label` among them)")
    base_number = models.IntegerField(null=True)
    branch_id = models.CharField(max_length=64, blank=True)
    trunk_number = models.IntegerField(null=True)
    branch_base_number = models.IntegerField(null=True)
    conflict = models.CharField(max_length=4, choices=Conflict.choices, blank=True)
    source = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, null=True, related_name="entity_versions")
    # Of a move. Two columns, as what the thing belongs to now may have moved on since.
    moved_from = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    moved_to = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "number"], name="entity_version_number")]
        ordering = ["entity_id", "number"]

    def __str__(self) -> str:
        return f"{self.entity_id} v{self.number}"


class EntityBacklog(models.Model):
    """An offline change whose predecessor in its branch has not arrived. Released when it does, or after some days."""

    entity_list = models.ForeignKey(EntityList, on_delete=models.PROTECT, related_name="+")
    uuid = models.UUIDField()
    branch_id = models.CharField(max_length=64)
    base_number = models.IntegerField(help_text="the version in the branch it waits for, as the device counts")
    source = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField(default=0, help_text="which of the sending's entities: several in one sending")
    held_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "position"], name="entity_backlog_once"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.branch_id} {self.base_number}"


class EntityProblem(models.Model):
    """An entity part of a sending that could not be carried out. The sending stands; a person looks at this.

    `sentence` says why, as `caunoi.sentences` keeps it.
    """

    source = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, related_name="entity_problems")
    org_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    list_code = models.CharField(max_length=80)
    sentence = models.TextField()
    at = models.DateTimeField()
    settled_by = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by="")
                | models.Q(settled_at__isnull=False) & ~models.Q(settled_by=""),
                name="entity_problem_settled_by_and_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.list_code}"

    @property
    def told(self) -> str:
        """In the reader's language."""
        return tell(self.sentence)
