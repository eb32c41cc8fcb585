"""Sessions in the database, as Django keeps them, and what they remember of their own age, in
seconds since 1970. The question that every page begins with is prepared (docs/adr/0013).
"""

from __future__ import annotations

import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.prepared import prepared

LAST_SEEN = "last_seen"
SIGNED_IN_AT = "signed_in_at"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for session in _current(self.session_key or "", timezone.now()):
            return session
        self._session_key = None
        return None


@prepared
def _current(key: str, now: datetime.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
