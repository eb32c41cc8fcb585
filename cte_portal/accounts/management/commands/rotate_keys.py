"""`manage.py rotate_keys`: puts the secrets of all authenticator apps under the first key of
MFA_KEYS, those in clear among them. Afterwards the keys behind the first are of no more use.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from cte_portal.accounts.sign_in import keys
from cte_portal.ui.command import CommandRefusal, PortalCommand


class Command(PortalCommand):
    help = "Encrypt the secrets of all authenticator apps anew, with the first key of MFA_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MFA_KEYS:
            raise CommandError("MFA_KEYS is not set. Nothing was changed.")
        number, unreadable = keys.rotate()
        if unreadable:
            raise CommandRefusal(
                "No key of MFA_KEYS opens the authenticators with these numbers:"
                f" {', '.join(map(str, unreadable))}. Add the key they were written with, or"
                " reset the second factor of these people. Nothing was changed.",
                {"unreadable": unreadable},
            )
        if options["json"]:
            self.stdout.write(json.dumps({"status": "done", "encrypted": number}))
        else:
            self.stdout.write(f"{number} authenticators are under the first key.")
