"""Sessions, kept forms and one-time links go when their time is over (Plug.retention)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from cte_portal.accounts.models import (
    Invitation,
    KeptForm,
    SavedList,
    SignInEvent,
    SignOnSession,
    ViewEvent,
)
from cte_portal.accounts.models.kept_form import LIFETIME
from cte_portal.plugs import Kept

LINKS_SHOWN = datetime.timedelta(
    days=30
)  # after their end, so that the administrator sees that a link has expired

COMINGS_KEPT = datetime.timedelta(days=2 * 365)
"""Sign-ins, what was read, and saved lists from the day on which they were saved."""


def _sessions() -> int:
    """With them what they hold: lists of a search, the words of a page shown once."""
    now = timezone.now()
    longest = datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    SignOnSession.objects.filter(began_at__lt=now - longest).delete()
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _kept_forms() -> int:
    return KeptForm.objects.filter(kept_at__lt=timezone.now() - LIFETIME).delete()[0]


def _links() -> int:
    return Invitation.objects.filter(expires_at__lt=timezone.now() - LINKS_SHOWN).delete()[0]


def _sign_ins() -> int:
    return SignInEvent.objects.filter(at__lt=timezone.now() - COMINGS_KEPT).delete()[0]


def _views() -> int:
    return ViewEvent.objects.filter(at__lt=timezone.now() - COMINGS_KEPT).delete()[0]


def _saved_lists() -> int:
    return SavedList.objects.filter(saved_at__lt=timezone.now() - COMINGS_KEPT).delete()[0]


SESSIONS = Kept("sessions", "12 hours after sign-in", _sessions)
KEPT_FORMS = Kept("kept forms", "24 hours", _kept_forms)
LINKS = Kept("one-time links", "30 days after they expire", _links)
SIGN_INS = Kept("sign-ins", "2 years", _sign_ins)
VIEWS = Kept("views", "2 years", _views)
SAVED_LISTS = Kept("saved lists", "2 years", _saved_lists)
