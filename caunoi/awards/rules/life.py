"""When a step with a dossier of awards is possible."""

from __future__ import annotations

from enum import Enum


class DossierState(Enum):
    DRAFT = "draft"
    DECIDED = "decided"
    DROPPED = "dropped"


class DossierStep(Enum):
    CHANGE = "change"
    DECIDE = "decide"
    DROP = "drop"
    WITHDRAW = "withdraw"
    PRINT = "print"


TRANSITIONS: dict[tuple[DossierState, DossierStep], DossierState] = {
    (DossierState.DRAFT, DossierStep.CHANGE): DossierState.DRAFT,
    (DossierState.DRAFT, DossierStep.DECIDE): DossierState.DECIDED,
    (DossierState.DRAFT, DossierStep.DROP): DossierState.DROPPED,
    (DossierState.DECIDED, DossierStep.WITHDRAW): DossierState.DECIDED,
    (DossierState.DECIDED, DossierStep.PRINT): DossierState.DECIDED,
}


def find_next(state: DossierState, step: DossierStep) -> DossierState | None:
    return TRANSITIONS.get((state, step))
