"""The answers of certification to what the records ask (pathways/certified.py;
settings.PORTAL_CERTIFIED).
"""

from __future__ import annotations

from certification.events import events, year_end
from certification.receipts import receipts, sealed_files
from certification.signing import signing
from certification.status import status
from pathways.certified import Certified


class Answers:
    data_changed = staticmethod(signing.data_changed)
    rules_changed = staticmethod(signing.rules_changed)
    signed_by = staticmethod(signing.signed_by)
    lock_links = staticmethod(receipts.lock_links)
    sealed_year = staticmethod(receipts.sealed_year)
    sealed_files = staticmethod(sealed_files.sealed_files)
    sealed_concentrators = staticmethod(receipts.sealed_concentrators)
    last_certified_year = staticmethod(receipts.last_certified_year)
    year_is_held = staticmethod(status.year_is_held)
    unfinished = staticmethod(year_end.unfinished)
    follow_up_moved = staticmethod(events.follow_up_moved)
    holds_sending = staticmethod(year_end.holds_sending)


ANSWERS: Certified = Answers()
