"""The second factor after signing in at the provider: asked here unless the provider did."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from cte_portal.accounts.sign_in.sign_on import mark


class SecondStep(AuthenticateStage):
    def _should_handle(self, request: HttpRequest) -> bool:
        kept, person = mark.of(request), self.login.user
        if kept and person and kept["user"] == person.pk and kept["strong"]:
            return False
        return bool(super()._should_handle(request))
