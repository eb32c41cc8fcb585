"""What became of an e-mail: it is written with what it tells of, and has left once the mail server
has taken it. No status says more than that.
"""

from __future__ import annotations

from dataclasses import dataclass

from cte_portal.batches.models import Batch, Status
from cte_portal.ui.wording import moment

LEFT = "Sent."
"""What a batch says whose e-mail the mail server has taken."""
WAITS = "Waiting for the mail server"
"""The stage of a batch whose e-mail it has not taken yet."""


@dataclass(frozen=True)
class Fate:
    """`kind` and `word` are those of the status component."""

    kind: str
    word: str
    sentence: str = ""


WRITTEN = Fate("none", "Written")
"""Of an e-mail that is not known to the Batch Queue."""


def fate_of(batch: Batch | None) -> Fate:
    if batch is None:
        return WRITTEN
    if batch.is_live:
        waits = "Waits for the mail server." if batch.stage == WAITS else "Waits to leave."
        return Fate("queued", "Written", waits)
    at = moment(batch.finished_at) if batch.finished_at else ""
    if batch.status == Status.COMPLETED and batch.sentence == LEFT:
        return Fate("completed", "Left", at)
    reason = batch.sentence.removeprefix("Not sent: ") or "See the log."
    kind = "problem" if batch.failed else "canceled"
    return Fate(kind, "Not sent", f"{reason[:1].upper()}{reason[1:]} ({at})")
