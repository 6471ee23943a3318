"""Every write of meetings. `planning` is a meeting before it is held and its steps, `counting` what is counted in it,
`matters` what it leaves to units, `recording` the record that a closed one fills."""

from caunoi.meetings.actions.counting import add_topic, remove_topic, state_attendance, take_turns
from caunoi.meetings.actions.matters import add_matter, drop_matter, publish_answer, settle_matter, unsettle_matter
from caunoi.meetings.actions.planning import change_meeting, plan_meeting, take_step
from caunoi.meetings.actions.recording import send_record

__all__ = [
    "add_matter",
    "add_topic",
    "change_meeting",
    "drop_matter",
    "plan_meeting",
    "publish_answer",
    "remove_topic",
    "send_record",
    "settle_matter",
    "state_attendance",
    "take_step",
    "take_turns",
    "unsettle_matter",
]
