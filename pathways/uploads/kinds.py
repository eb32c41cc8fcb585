"""The uploads' kinds of batches (Plug.batch_kinds)."""

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.kinds import Kind
from pathways.uploads import cleaning, result, run, undo

UPLOAD = Kind(
    name="upload",
    run=run.run,
    capability=Capability.EDIT_RECORDS,
    in_turn=True,
    noun="upload",
    result=result.of,
    keep=cleaning.keep,
)
UNDO = Kind(
    name="undo", run=undo.run, capability=Capability.EDIT_RECORDS, in_turn=True, noun="undo"
)
