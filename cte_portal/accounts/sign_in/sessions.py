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
from cte_portal.prepared_changes import Change, prepared_change

LAST_SEEN = "last_seen"
ENDED_FOR = "ended_for"  # whose session ended in this browser, until somebody signs in there
SIGNED_IN_AT = "signed_in_at"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for session in _current(self.session_key or "", timezone.now()):
            return session
        self._session_key = None
        return None

    def exists(self, session_key: str) -> bool:
        return bool(_key(session_key))

    def save(self, must_create: bool = False) -> None:
        """One statement for a session that stands, without a transaction around it: each save of a
        page goes through here.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        session = self.create_model_instance(dict(self.items()))
        try:
            written = _save(session.session_key, session.session_data, session.expire_date)
        except DatabaseError as error:
            raise UpdateError from error
        if not written:
            raise UpdateError


@prepared
def _current(key: str, now: datetime.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@prepared
def _key(key: str) -> QuerySet[Session, tuple[str]]:
    return Session.objects.filter(session_key=key).values_list("session_key")


@prepared_change
def _save(key: str, data: str, expires: datetime.datetime) -> Change:
    stored = Session.objects.filter(session_key=key)
    return stored, {"session_data": data, "expire_date": expires}
