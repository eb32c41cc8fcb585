"""Where a page's forms may lead: to the portal, and to the identity provider that is set."""

from __future__ import annotations

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

from cte_portal.accounts.sign_in.sign_on.provider import origin


class PolicyMiddleware(CSPMiddleware):
    """Chromium holds a form's redirects to `form-action` as well, and sign-on and sign-out lead to
    the provider's pages.
    """

    def get_policy_parts(self, *args: Any, **kwargs: Any) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(*args, **kwargs)
        if settings.OIDC_ISSUER:
            parts.update = {**(parts.update or {}), "form-action": [origin()]}
        return parts
