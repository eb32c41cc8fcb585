"""Sessions in the database, as Django keeps them, and what they remember of their own age, in
seconds since 1970. The question that every page begins with is prepared (docs/adr/0013).
"""

from __future__ import annotations

import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.prepared import prepared

LAST_SEEN = "last_seen"
ENDED_FOR = "ended_for"  # whose session ended in this browser, until somebody signs in there
SIGNED_IN_AT = "signed_in_at"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for session in _current(self.session_key or "", timezone.now()):
            return session
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:
        """One statement for a session that stands, without a transaction around it: each save of a
        page goes through here.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        session = self.create_model_instance(dict(self.items()))
        stored = Session.objects.filter(pk=session.pk)
        try:
            written = stored.update(
                session_data=session.session_data, expire_date=session.expire_date
            )
        except DatabaseError as error:
            raise UpdateError from error
        if not written:
            raise UpdateError


@prepared
def _current(key: str, now: datetime.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
