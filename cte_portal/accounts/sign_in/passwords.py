"""What makes a password too easy here: words an outsider would try first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from cte_portal.plugs import directory

EASY_WORDS = (
    "password",
    "passwort",
    "letmein",
    "welcome",
    "qwerty",
    "montana",
    "concentrator",
    "cteportal",
)


class EasyWordValidator:
    """Refuses a password that is little more than a common word, the person's own name or a
    district's name.
    """

    def validate(self, password: str, user: Any = None) -> None:
        plain = "".join(password.lower().split())
        if len(set(plain)) < 5:
            raise ValidationError("Use more varied characters.", code="password_too_plain")
        rest = plain
        for word in sorted(self._words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len([character for character in rest if character.isalpha()]) < 6:
            raise ValidationError(
                "This password is too easy to guess. Avoid names and common words, or add more"
                " words.",
                code="password_easy",
            )

    def get_help_text(self) -> str:
        return "Use 15 characters or more, for example four unrelated words. Spaces are allowed."

    def _words(self, user: Any) -> set[str]:
        names = (
            [getattr(user, name, "") for name in ("username", "first_name", "last_name")]
            if user is not None
            else []
        )
        if user is not None and user.pk:
            numbers = {
                district
                for district in user.memberships.values_list("district", flat=True)
                if district
            }
            names += [name for _, name in directory().districts(numbers)] if numbers else []
        words = {
            word
            for name in names
            for word in [name.lower().replace(" ", ""), *name.lower().split()]
            if len(word) >= 3
        }
        return words | set(EASY_WORDS)
