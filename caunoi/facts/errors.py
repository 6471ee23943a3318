"""What the facts room refuses."""

from __future__ import annotations

from caunoi.refusals import Refusal


class CodeUnknown(Refusal):
    code = "code-unknown"


class CannotBeAdded(Refusal):
    """Asked to add what cannot be added (own-level values, targets to results, a whole to its part)."""

    code = "cannot-be-added"


class FactRefused(Refusal):
    """An answer that cannot become the exact value its data element asks for (too many decimals, too large)."""

    code = "fact-refused"


class QuestionMalformed(Refusal):
    """A period the wrong way round, an unknown level, a ref that is no question."""

    code = "question-malformed"


class LedgerBroken(Refusal):
    """A columnar segment is missing or differs from its hash; remedy: `caunoi ledger rebuild`."""

    code = "ledger-broken"


class EngineUnreachable(Refusal):
    """`CAUNOI_ENGINE=spark` and the cluster does not answer; nothing else answers in its place."""

    code = "engine-unreachable"
