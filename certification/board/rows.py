"""The lines of the board for its page, as patterns that are filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.safestring import SafeString

from certification.board.line import Line
from certification.models import CertificationEvent
from cte_portal.ui.patterns import kept_patterns
from cte_portal.ui.templatetags.portal import count, us_date

PLACE = "0000"
"""A district's number in an address that is made once for all lines."""
OF_LEAVERS = ("leavers", "tried", "answered", "placed")


def rows_of(
    lines: Iterable[Line], event: CertificationEvent, *, can_extend: bool
) -> Iterator[SafeString]:
    patterns, (before, after) = kept_patterns(), _page(event)
    extend = {is_extended: _extend(event, is_extended) for is_extended in (True, False)}
    statuses: dict[tuple[str, str], SafeString] = {}
    for line in lines:
        word, kind = line.word, line.stand.kind
        if (word, kind) not in statuses:
            statuses[word, kind] = patterns.fill("ui/status.html", {"word": word}, kind=kind)
        of_district, resynced, active = line.district_event, line.last_resync, line.last_activity
        has_signers = of_district.primaries or of_district.is_certified
        leavers = dict(zip(OF_LEAVERS, line.leavers, strict=True)) if line.leavers else {}
        yield patterns.fill(
            "certification/board/board_row.html",
            {
                "number": line.number,
                "name": line.name,
                "page": f"{before}{line.number}{after}",
                "status": statuses[word, kind],
                "signed": line.signed if has_signers else "none",
                **leavers,
                "errors": count(line.errors),
                "warnings": count(line.warnings),
                "not_sent": line.not_sent_words,
                "records": line.records,
                "age": line.age,
                "resynced": us_date(resynced),
                "active": us_date(active),
                "due": us_date(line.due),
                "extend": extend[of_district.dates.extended] % line.number,
            },
            may_extend=can_extend and not (of_district.is_certified or of_district.ended),
            is_of_leavers=line.follow_up is not None,
            is_below_target=line.is_below_target,
            is_validated=line.validated is not None,
            is_current=line.is_current,
            no_errors=not line.errors,
            no_warnings=not line.warnings,
            all_sent=line.not_sent_words == "0",
            is_resynced=resynced is not None,
            is_active=active is not None,
            is_extended=of_district.dates.extended,
        )


def _page(event: CertificationEvent) -> tuple[str, str]:
    """The address of a district's page of the event, before and after the district's number."""
    if event.is_published:
        address = reverse("event-certification", args=[PLACE, event.end_year, event.pk])
    else:
        address = reverse("certification-status", args=[PLACE, event.end_year])
    before, _, after = address.partition(PLACE)
    return before, after


def _extend(event: CertificationEvent, is_extended: bool) -> str:
    """The address where a district gets an extension, or another one, with `%s` for its number."""
    if is_extended:
        address = reverse("certification-extension", args=[event.pk, PLACE])
        return f"{address.removesuffix(f'{PLACE}/')}%s/"
    return f"{reverse('certification-extension-new', args=[event.pk])}?district=%s"
