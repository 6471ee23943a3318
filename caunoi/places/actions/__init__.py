"""Every write of places: loading files, one succession entered by a form, a reorganisation of many units."""

from caunoi.places.actions.loading import Loaded, load_changes, load_successions, load_units
from caunoi.places.actions.reorganising import (
    add_step,
    apply_reorganisation,
    drop_reorganisation,
    prepare_reorganisation,
    remove_step,
    rename_reorganisation,
    upload_steps,
)
from caunoi.places.actions.succeeding import succeed
from caunoi.places.actions.undoing import undo_reorganisation

__all__ = [
    "Loaded",
    "add_step",
    "apply_reorganisation",
    "drop_reorganisation",
    "load_changes",
    "load_successions",
    "load_units",
    "prepare_reorganisation",
    "remove_step",
    "rename_reorganisation",
    "succeed",
    "undo_reorganisation",
    "upload_steps",
]
