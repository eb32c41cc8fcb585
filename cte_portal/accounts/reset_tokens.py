"""The token of a link for a new password, made by a worker and judged by a web process: both know
the last letters of the password's hash, and the worker no more of it.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator


class ResetTokens(EmailAwarePasswordResetTokenGenerator):
    """Ends with the password, like Django's own: another hash ends in other letters."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        person = copy(user)
        person.password = user.password_letters
        return str(super()._make_hash_value(person, timestamp))
