"""Where the pages about districts and people stand in the navigation."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

HOME = (
    Screen(
        "Home",
        (),
        "district-home",
        capability=Capability.VIEW_RECORDS,
        synonyms=("tasks", "end of year collection", "dashboard"),
    ),
)

PEOPLE = (
    "users",
    "accounts",
    "invite",
    "add a person",
    "roles",
    "user groups",
    "user account",
    "password",
    "System Administration > User Security > Users",
)

SCREENS = (
    Screen(
        name="People",
        path=("System Settings", "User Management"),
        url_name="district-people",
        capability=Capability.MANAGE_PEOPLE,
        synonyms=PEOPLE,
        also=("district-person", "district-person-new", "district-people-file"),
    ),
    Screen(
        name="People",
        path=("Run the portal",),
        url_name="people",
        capability=Capability.MANAGE_EVERYONE,
        synonyms=PEOPLE,
        scoped=False,
        also=("person", "person-new", "people-file"),
    ),
    Screen(
        name="Audit search",
        path=("Run the portal",),
        url_name="audit",
        capability=Capability.SEE_LISTS,
        synonyms=("log", "history", "audit trail", "who changed what", "reference data changes"),
        scoped=False,
    ),
    Screen(
        name="Sign-ins",
        path=("Run the portal",),
        url_name="sign-ins",
        capability=Capability.SEE_LISTS,
        synonyms=("login log", "failed sign-ins", "wrong passwords", "who signed in", "sign-outs"),
        scoped=False,
    ),
    Screen(
        name="Sign-in and security",
        path=("Your account",),
        url_name="mfa_index",
        synonyms=(
            "change password",
            "second factor",
            "two-factor",
            "authenticator app",
            "recovery codes",
            "mfa",
            "2fa",
            "single sign-on",
            "sso",
        ),
        scoped=False,
        also=(
            "account_change_password",
            "sign-on-confirm",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
        ),
    ),
)
