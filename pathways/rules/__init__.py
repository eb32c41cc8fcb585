"""The rule catalogue: what the collection asks of a record, judged the same way at entry, upload,
district and state (ADR 0003).
"""

from pathways.rules.catalogue import CATALOGUE, Checked, by_id, check_staged, stored_keys
from pathways.rules.rule import Finding, OnEntry, Rule, Severity
from pathways.rules.stored import Breach, breaches, check_stored, judging_stored, reach

__all__ = [
    "CATALOGUE",
    "Breach",
    "Checked",
    "Finding",
    "OnEntry",
    "Rule",
    "Severity",
    "breaches",
    "by_id",
    "check_staged",
    "check_stored",
    "judging_stored",
    "reach",
    "stored_keys",
]
