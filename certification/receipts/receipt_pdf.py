"""The receipt as a tagged PDF with the words of its page (ux R-09): `receipt.typ` lays them out,
Typst writes PDF/UA-1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone

from certification.models import Signature
from certification.receipts.receipts import Receipt
from certification.review.snapshot import Section
from cte_portal.ui.wording import moment

LAYOUT = Path(__file__).with_name("receipt.typ")
FIGURE_WIDTHS = [9, 3, 4, 3, 3]


def pdf_of(receipt: Receipt, *, reader: str) -> bytes:
    """A name in letters that the built-in fonts lack is drawn with the machine's own, tagged all
    the same, though no longer to the standard.
    """
    inputs = {"told": json.dumps(words(receipt, reader=reader))}
    try:
        return typst.compile(
            LAYOUT, sys_inputs=inputs, pdf_standards="ua-1", ignore_system_fonts=True
        )
    except typst.TypstError:
        return typst.compile(LAYOUT, sys_inputs=inputs)


def words(receipt: Receipt, *, reader: str) -> dict[str, Any]:
    """The words of the PDF, as plain text, in the order of the page."""
    copy, event, standing = receipt.copy, receipt.round.event, receipt.standing
    sent = f"State edition as sent on {moment(copy.sent_at)}" if copy.sent_at else "State edition"
    facts = [
        ("Receipt number", copy.receipt),
        ("District", f"{receipt.scope.district} {copy.district_name}"),
        ("Status", f"{standing.word}. {standing.sentence}"),
        ("Sealed", moment(copy.sealed_at)),
        ("Data", sent),
    ]
    if receipt.predecessors:
        facts.append(
            ("Supersedes", ", ".join(predecessor.receipt for predecessor in receipt.predecessors))
        )
    if receipt.successor:
        facts.append(("Superseded by", receipt.successor.receipt))
    parts = [
        _signatures(receipt),
        {
            **_figures("Figures", receipt, receipt.students),
            "lines": [summary] if (summary := _summary(receipt)) else [],
        },
    ]
    if copy.notes:
        parts.append(
            {
                "heading": "Signers’ notes",
                "numbered": False,
                "items": [
                    f"{predecessor['figure']}: {predecessor['note']} ({predecessor['by']})"
                    for predecessor in copy.notes
                ],
            }
        )
    parts.append(
        {
            "heading": "Each primary certifier stated",
            "numbered": True,
            "items": list(copy.statements),
        }
    )
    covers = (
        "It covers the records, figures, findings, explanations, rules, statements, and signatures."
        " Any later change to them gives a different value."
    )
    parts.append({"heading": "Seal (SHA-256)", "mono": list(receipt.seal), "lines": [covers]})
    follow_up = (
        " Concentrators who graduated or dropped out are followed up from"
        f" {event.follow_up_opens:%m/%d/%Y} to {event.follow_up_closes:%m/%d/%Y}."
        if event.follow_up_opens and not event.is_of_leavers
        else ""
    )
    questions = f" Questions? Contact {settings.HELP_NAME}, {settings.HELP_PHONE}."
    parts.append(
        {"heading": "What happens next", "lines": [f"{receipt.corrections}{follow_up}{questions}"]}
    )
    parts += [
        _figures(f"Figures: {section.title}", receipt, (section,)) for section in receipt.groups
    ]
    return {
        "title": copy.event_name,
        "portal": "CTE Portal, Montana Office of Public Instruction",
        "printed": f"Printed {moment(timezone.now())} by {reader}",
        "receipt": copy.receipt,
        "facts": facts,
        "parts": parts,
    }


def _signatures(receipt: Receipt) -> dict[str, Any]:
    rows = [
        (
            f"{signature.name}, {signature.job_title}",
            "Primary" if signature.level == "primary" else "Secondary, review",
            _confirmed_by(signature),
            f"{moment(signature.signed_at)}{', after the due date' if signature.late else ''}",
        )
        for signature in receipt.signatures
    ]
    head = ("Name and title", "Role", "Confirmed by", "Signed")
    return {
        "heading": "Signed by",
        "numbers": False,
        "widths": [9, 5, 16, 10],
        "head": head,
        "rows": rows,
    }


def _confirmed_by(signature: Signature) -> str:
    method, words = signature.get_method_display(), signature.proof_words
    return f"{method}. {words}" if words else method


def _figures(heading: str, receipt: Receipt, sections: tuple[Section, ...]) -> dict[str, Any]:
    before = f"{receipt.before_year}, certified" if receipt.earlier else receipt.before_year
    rows = [
        (
            figure.label,
            f"{figure.now:,}",
            "–" if figure.before is None else f"{figure.before:,}",
            figure.difference or "–",
            figure.percent or "–",
        )
        for section in sections
        for figure in section.figures
    ]
    head = ("Students", receipt.scope.school_year, before, "Difference", "%")
    return {
        "heading": heading,
        "numbers": True,
        "widths": FIGURE_WIDTHS,
        "head": head,
        "rows": rows,
    }


def _summary(receipt: Receipt) -> str:
    no_earlier_copy = (
        ""
        if receipt.earlier
        else f"There is no sealed copy of {receipt.before_year} to compare with. "
    )
    if not receipt.collection.has_findings:
        return no_earlier_copy.strip()
    errors = f"{receipt.errors:,} error{'' if receipt.errors == 1 else 's'}."
    reason = ", each with a reason" if receipt.warnings else ""
    return (
        f"{no_earlier_copy}{errors} {receipt.warnings:,}"
        f" warning{'' if receipt.warnings == 1 else 's'}{reason}."
    )
