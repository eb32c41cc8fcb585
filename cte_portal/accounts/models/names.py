"""What the names of people may hold: letters that everybody sees, of one alphabet, so that nobody
passes for somebody else.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from cte_portal.folding import folded
from cte_portal.pages.reason import UNSEEN

_BESIDE_LETTERS = frozenset(" -'’.‐0123456789")

USER_NAME = RegexValidator(
    r"^[A-Za-z0-9@.+_-]+\Z",
    "Use only letters from A to Z, digits, and . _ - @ +, without spaces",
    code="user_name",
)


def tidy(text: str) -> str:
    """A name with its accents composed and its spaces single, as it is kept."""
    return " ".join(part for part in unicodedata.normalize("NFC", text).split(" ") if part)


def check_name(text: str) -> None:
    """Refuse a name with line breaks, invisible characters, or letters of two alphabets."""
    if any(not _shown(character) for character in text):
        raise ValidationError(
            "Use letters, spaces, hyphens, apostrophes, and periods only", code="name_characters"
        )
    check_alphabet(text)


def check_alphabet(text: str) -> None:
    """Refuse a name with letters of two alphabets, whatever else stands between them: of a person,
    or of a district.
    """
    alphabets = sorted({alphabet for character in text if (alphabet := _alphabet(character))})
    if len(alphabets) > 1:
        raise ValidationError(
            f"This name mixes {' and '.join(alphabets)} letters, which look alike. Type it again",
            code="name_alphabets",
        )


def name_key(first: str, last: str) -> str:
    """A name without accents, case and signs: equal for two people whom a list would not tell
    apart.
    """
    return folded(f"{last} {first}").casefold()


def _shown(character: str) -> bool:
    if character in _BESIDE_LETTERS:
        return True
    return (
        unicodedata.category(character)[0] in "LM"
        and character not in UNSEEN
        and not _selects(character)
    )


def _selects(character: str) -> bool:
    """Variation selectors, which change how the letter before them looks, or do nothing."""
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\u180b" <= character <= "\u180f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _alphabet(character: str) -> str:
    """Latin, Cyrillic, Greek …, by the beginning of the letter's Unicode name; none for marks,
    digits and signs.
    """
    if not character.isalpha() or unicodedata.category(character) == "Lm":
        return ""
    return unicodedata.name(character, "unknown").split()[0].capitalize()


class NameField(forms.CharField):
    """A first or last name, tidied before it is checked."""

    default_validators = [check_name]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 50, **options})

    def to_python(self, value: Any) -> str:
        return tidy(str(super().to_python(value) or ""))
