"""The rule catalogue: what the collection asks of a record, judged the same way at entry, upload, district and state (ADR 0003)."""

from pathways.rules.catalogue import CATALOGUE, Checked, by_id, check_staged, check_stored, stored_keys
from pathways.rules.rule import Finding, OnEntry, Rule, Severity

__all__ = ["CATALOGUE", "Checked", "Finding", "OnEntry", "Rule", "Severity", "by_id", "check_staged", "check_stored", "stored_keys"]
