"""What a certifier signs, in one canonical text, and the seal over what was signed (docs/adr/0007).

Form 1. UTF-8 lines, each ended by a line feed; JSON within a line has sorted keys and no spaces;
credits have two decimals, moments are ISO in UTC. The signed text is: the form, event, district and
round; the statements as worded; the rules in force; the State edition's records as
`pathways.ledger.canonical` writes them, sorted by bytes; the counts; the findings and the
explanations, sorted. The sealed text goes on with what the receipt says and with the signatures. A
database's collation and a float have no part in it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from certification.models import CertificationEvent, SealedCopy, SealedRecord, Signature
from certification.review.figures import counts_of
from cte_portal.editions import Scope
from pathways.findings.findings import findings
from pathways.ledger import canonical
from pathways.models import Explanation
from pathways.rules import Severity, severities

FORM = 1
Row = tuple[Any, ...]


def exact(value: Any) -> str:
    """JSON with one spelling for each value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def instant(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat() if moment else "none"


@dataclass(frozen=True)
class Document:
    """Everything that a signature covers."""

    form: int
    collection: str
    end_year: int
    district: str
    round: int
    statements: Sequence[str]
    rules: Sequence[Any]
    rules_hash: str
    rows: Sequence[Row]
    counts: Any
    findings: Sequence[Any]
    explanations: Sequence[Any]

    def lines(self) -> Iterable[bytes]:
        yield f"cte-portal certification {self.form}".encode()
        yield f"{self.collection} {self.end_year} {self.district} round {self.round}".encode()
        yield from _section("statements", self.statements)
        yield from _section(f"rules {self.rules_hash}", self.rules)
        yield f"records {len(self.rows)}".encode()
        yield from sorted(canonical.line(row) for row in self.rows)
        yield from _section("counts", [self.counts])
        yield from _section("findings", self.findings, ordered=True)
        yield from _section("explanations", self.explanations, ordered=True)

    @property
    def digest(self) -> str:
        return sha256(self.lines())


def _section(name: str, entries: Sequence[Any], *, ordered: bool = False) -> Iterable[bytes]:
    yield f"{name} {len(entries)}".encode()
    written = [exact(entry).encode() for entry in entries]
    yield from sorted(written) if ordered else written


def sha256(lines: Iterable[bytes]) -> str:
    made = hashlib.sha256()
    for line in lines:
        made.update(line)
        made.update(b"\n")
    return made.hexdigest()


def of_state(
    scope: Scope, event: CertificationEvent, round_number: int, district_name: str
) -> Document:
    """What stands at the state of a district now."""
    at_state = scope.at_state()
    rows = list(canonical.rows(at_state).iterator(chunk_size=5000))
    found = findings(at_state, whole=True)
    held = [
        {
            "rule": one.rule.id,
            "severity": one.severity.value,
            "state_id": one.breach.state_id,
            "pathway": one.breach.pathway,
            "value": one.breach.value,
        }
        for one in found.lines
    ]
    explained = [
        _explanation(one.explanation, one.breach.pathway) for one in found.lines if one.explanation
    ]
    return Document(
        form=FORM,
        collection=event.collection,
        end_year=event.end_year,
        district=scope.district,
        round=round_number,
        statements=event.worded(district_name),
        rules=severities.as_signed(scope.end_year),
        rules_hash=severities.digest(scope.end_year),
        rows=rows,
        counts=counts_of(rows),
        findings=held,
        explanations=explained,
    )


def _explanation(one: Explanation, pathway: str) -> dict[str, str]:
    said = {
        "rule": one.rule,
        "state_id": one.state_id,
        "pathway": pathway,
        "value": one.value,
        "reason": one.reason,
    }
    return {**said, "by": one.by, "at": instant(one.at)}


def open_counts(document: Document) -> tuple[int, int]:
    """Errors, and warnings without explanation, among the findings that a document holds."""
    explained = {
        (one["rule"], one["state_id"], one["pathway"], one["value"])
        for one in document.explanations
    }
    errors = sum(one["severity"] == Severity.ERROR.value for one in document.findings)
    warnings = [one for one in document.findings if one["severity"] == Severity.WARNING.value]
    return errors, sum(
        (one["rule"], one["state_id"], one["pathway"], one["value"]) not in explained
        for one in warnings
    )


# --- what was sealed, read back

RECORD = tuple(canonical.COLUMNS)


def of_copy(copy: SealedCopy) -> Document:
    """The signed document again, from the sealed copy alone."""
    event = copy.round.event
    return Document(
        form=copy.form_version,
        collection=event.collection,
        end_year=event.end_year,
        district=copy.round.district,
        round=copy.round.number,
        statements=copy.statements,
        rules=copy.rules,
        rules_hash=copy.rules_hash,
        rows=list(
            SealedRecord.objects.filter(copy=copy).values_list(*RECORD).iterator(chunk_size=5000)
        ),
        counts=copy.counts,
        findings=copy.findings,
        explanations=copy.explanations,
    )


def seal_of(document: Document, copy: SealedCopy, signatures: Iterable[Signature]) -> str:
    return sha256(sealed_text(document, copy, signatures))


def sealed_text(
    document: Document, copy: SealedCopy, signatures: Iterable[Signature]
) -> Iterable[bytes]:
    """The lines of the signed text, and of everything that was added when it was sealed."""
    receipt = {
        "receipt": copy.receipt,
        "event": copy.event_name,
        "district": copy.district_name,
        "sealed_at": instant(copy.sealed_at),
        "sent_at": instant(copy.sent_at),
        "generation": copy.generation,
        "notes": copy.notes,
    }
    signed = [
        {
            "name": one.name,
            "job_title": one.job_title,
            "level": one.level,
            "method": one.method,
            "signed_at": instant(one.signed_at),
            "late": one.late,
            "digest": one.digest,
            "statements": one.statements,
            "notes": one.notes,
        }
        for one in signatures
    ]
    yield from document.lines()
    yield from _section("seal", [receipt])
    yield from _section("signatures", signed, ordered=True)
