"""What the places room refuses, with what and where."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from caunoi.refusals import Refusal


class PlaceUnknown(Refusal):
    """No unit ever had this code, key or name. `nearest` are names that look alike."""

    code = "place-unknown"

    def __init__(self, sentence: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.nearest = tuple(nearest)


class PlaceAmbiguous(Refusal):
    """Several units of that day bear the name. `candidates` are (key, code, full path of names)."""

    code = "place-ambiguous"

    def __init__(self, sentence: str, candidates: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(sentence)
        self.candidates = tuple(candidates)


class PlaceNotOnDay(Refusal):
    """The unit exists, but not on the asked day. `unit` is its id; the sentence names what stands for it then."""

    code = "place-not-on-day"

    def __init__(self, sentence: str, unit: int) -> None:
        super().__init__(sentence)
        self.unit = unit


class SuccessionRefused(Refusal):
    """A succession that cannot be; `problems` are whole sentences, all of them at once."""

    code = "succession-refused"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class ReorganisationRefused(Refusal):
    """A reorganisation that cannot be carried out or changed; `problems` are whole sentences, all of them at once."""

    code = "reorganisation-refused"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class UndoRefused(Refusal):
    """Something stands in the way of undoing a reorganisation; `obstacles` are whole sentences, all of them at once."""

    code = "undo-refused"

    def __init__(self, obstacles: Sequence[str]) -> None:
        super().__init__(_("Chưa hoàn tác được vì: ") + " ".join(obstacles))
        self.obstacles = tuple(obstacles)
