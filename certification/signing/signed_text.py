"""What a certifier signs, in one canonical text, and the seal over what was signed (docs/adr/0007).

UTF-8 lines, each ended by a line feed; JSON within a line has sorted keys and no spaces;
credits have two decimals, moments are ISO in UTC. The signed text is: the form, event, district and
round; the statements as worded; the rules in force; the State edition's records as
the event's collection writes them, sorted by bytes; the counts; the findings and the
explanations, sorted. The sealed text goes on with what the receipt says and with the signatures. A
database's collation and a float have no part in it. Form 1 is of End of Year's records, form 3 of
Fall CTE's outcomes; form 2 was theirs before a line said whom OPI counts in another district.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from certification.collections.chosen import collection_of, collection_of_copy
from certification.collections.collection import Row
from certification.models import CertificationEvent, SealedCopy, Signature
from cte_portal.editions import Scope
from pathways.ledger import canonical
from pathways.ledger.canonical import instant
from pathways.models import CollectionLock
from pathways.rules import Severity, severities
from pathways.rules.signed import CAME_LATER


def exact(value: Any) -> str:
    """JSON with one spelling for each value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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


@dataclass(frozen=True)
class DocumentInShort(Document):
    """The same without the records: of rows, findings and explanations only how many there are."""

    known_digest: str

    @property
    def digest(self) -> str:
        return self.known_digest


def in_short(document: Document) -> DocumentInShort:
    numbers: dict[str, Any] = {
        name: range(len(getattr(document, name))) for name in ("rows", "findings", "explanations")
    }
    values = {name: getattr(document, name) for name in document.__dataclass_fields__}
    return DocumentInShort(**{**values, **numbers}, known_digest=document.digest)


def _section(name: str, entries: Sequence[Any], *, ordered: bool = False) -> Iterable[bytes]:
    yield f"{name} {len(entries)}".encode()
    written = [exact(entry).encode() for entry in entries]
    yield from sorted(written) if ordered else written


def sha256(lines: Iterable[bytes]) -> str:
    seal = hashlib.sha256()
    for line in lines:
        seal.update(line)
        seal.update(b"\n")
    return seal.hexdigest()


def of_state(
    scope: Scope, event: CertificationEvent, round_number: int, district_name: str
) -> Document:
    """What stands at the state of a district now."""
    collection, at_state = collection_of(event), scope.at_state()
    rows = list(collection.rows(at_state))
    judgment = collection.judged(at_state)
    return Document(
        form=collection.form,
        collection=event.collection,
        end_year=event.end_year,
        district=scope.district,
        round=round_number,
        statements=event.worded(district_name),
        rules=judgment.rules,
        rules_hash=judgment.rules_hash,
        rows=rows,
        counts=collection.counts(rows),
        findings=judgment.findings,
        explanations=judgment.explanations,
    )


def as_signed(document: Document, digests: Collection[str]) -> Document:
    """The document as the standing signatures of its round cover it. One that was given before a
    version brought a rule does not fall by the new version: until something else moves, the round
    goes on by the rules of its first signature.
    """
    if not digests or document.collection != CollectionLock.Collection.END_OF_YEAR:
        return document
    if document.digest in digests:
        return document
    earlier = replace(
        document,
        rules=[rule for rule in document.rules if rule[0] not in CAME_LATER],
        rules_hash=severities.digest(document.end_year, without=CAME_LATER),
        findings=_of_known_rules(document.findings),
        explanations=_of_known_rules(document.explanations),
    )
    return earlier if earlier.digest in digests else document


def _of_known_rules(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if entry["rule"] not in CAME_LATER]


def open_counts(document: Document) -> tuple[int, int]:
    """Errors, and warnings without explanation, among the findings that a document holds."""
    explained = {_what(explanation) for explanation in document.explanations}
    severities_of = [finding["severity"] for finding in document.findings]
    unexplained = [
        finding
        for finding in document.findings
        if finding["severity"] == Severity.WARNING.value and _what(finding) not in explained
    ]
    return severities_of.count(Severity.ERROR.value), len(unexplained)


def _what(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """By what an explanation knows its finding."""
    return entry["rule"], entry["state_id"], entry["pathway"], entry["value"]


# --- what was sealed, read back


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
        rows=collection_of_copy(copy).rows_of(copy),
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
            "name": signature.name,
            "job_title": signature.job_title,
            "level": signature.level,
            "method": signature.method,
            "signed_at": instant(signature.signed_at),
            "late": signature.late,
            "digest": signature.digest,
            "statements": signature.statements,
            "notes": signature.notes,
            **({"proof": signature.proof} if signature.proof else {}),
        }
        for signature in signatures
    ]
    yield from document.lines()
    yield from _section("seal", [receipt])
    yield from _section("signatures", signed, ordered=True)
