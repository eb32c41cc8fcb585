"""A folded name has room for the longest name of letters that each become several."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import F, GeneratedField

from cte_portal.accounts.models import User
from cte_portal.folding import TABLE, Folded

pytestmark = pytest.mark.django_db

MOST_LETTERS = max(map(len, TABLE.values()))
"""What one letter becomes at most: ß is ss."""


def named(expression: object) -> set[str]:
    if isinstance(expression, F):
        return {expression.name}
    sources = getattr(expression, "get_source_expressions", list)()
    return set().union(*map(named, sources))


def test_whatever_is_folded_has_room() -> None:
    folded = [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, GeneratedField) and isinstance(field.expression, Folded)
    ]
    assert User._meta.get_field("name_folded") in folded
    for field in folded:
        sources = map(field.model._meta.get_field, named(field.expression))
        letters = sum(source.max_length or 0 for source in sources)
        assert field.output_field.max_length >= MOST_LETTERS * letters, field


@pytest.mark.parametrize(
    ("last", "first", "kept"),
    [
        ("ß" * 150, "Æ" * 150, "ss" * 150 + "ae" * 150),
        ("", "", ""),
        ("O’Neil-Álvarez", "", "oneilalvarez"),
    ],
)
def test_an_account_of_any_name_is_kept(last: str, first: str, kept: str) -> None:
    person = User.objects.create_user("odd", last_name=last, first_name=first)
    person.refresh_from_db()
    assert person.name_folded == kept
