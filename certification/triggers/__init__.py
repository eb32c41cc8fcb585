"""A sealed copy stays as it was sealed, and a signature as it was given: it can be voided once,
with a reason, while its round is open.
"""

from pathlib import Path

from cte_portal.triggers import Triggers

SIGNATURE, COPY, RECORD = (
    "certification_signature",
    "certification_sealedcopy",
    "certification_sealedrecord",
)

_EVERYWHERE = {
    "certification_signature_refuses_update": SIGNATURE,
    "certification_signature_refuses_delete": SIGNATURE,
    "certification_sealedcopy_refuses_update": COPY,
    "certification_sealedcopy_refuses_delete": COPY,
    "certification_sealedrecord_refuses_update": RECORD,
    "certification_sealedrecord_refuses_delete": RECORD,
    "certification_sealedrecord_refuses_insert": RECORD,
}
TRIGGERS = Triggers(
    Path(__file__).parent,
    {
        "sqlite": _EVERYWHERE,
        "postgresql": {
            **_EVERYWHERE,
            **{f"{table}_refuses_truncate": table for table in (SIGNATURE, COPY, RECORD)},
        },
    },
)

_PROOF = {"certification_signature_keeps_its_proof": SIGNATURE}
PROOF_TRIGGERS = Triggers(Path(__file__).parent / "proof", {"sqlite": _PROOF, "postgresql": _PROOF})
"""The same of what the identity provider said, which signatures did not hold at first."""

OUTCOME = "certification_sealedoutcome"
_OUTCOME = {f"{OUTCOME}_refuses_{act}": OUTCOME for act in ("update", "delete", "insert")}
OUTCOME_TRIGGERS = Triggers(
    Path(__file__).parent / "outcome",
    {
        "sqlite": _OUTCOME,
        "postgresql": {**_OUTCOME, f"{OUTCOME}_refuses_truncate": OUTCOME},
    },
)
"""The same of sealed outcomes of leavers, by the functions that refuse it for sealed records."""
