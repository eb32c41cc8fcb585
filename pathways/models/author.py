"""Who wrote a line: the account, shown by the name it had then. Two people of one name are told
apart by their user names (M-13).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from cte_portal.accounts.models import User
from cte_portal.prepared import filled_up, prepared


class Authored:
    """A line with `by` and `by_id`; `told_apart` adds the user name where the name alone could be
    somebody else's.
    """

    by: Any
    by_id: Any
    user_name = ""

    @property
    def author(self) -> str:
        return f"{self.by} ({self.user_name})" if self.user_name else str(self.by)


Line = TypeVar("Line", bound=Authored)


def told_apart(authored: Iterable[Line]) -> list[Line]:
    """The same lines, with user names where another account has the author's name, today or in
    these lines. One statement, or none; also none for lines that come `with_accounts`.
    """
    lines = list(authored)
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.by_id is not None:
            accounts[line.by].add(line.by_id)
    if accounts:
        people = _accounts_of(lines)
        for line in lines:
            user_name, has_namesake = people.get(line.by_id, ("", False))
            if has_namesake or len(accounts.get(line.by, ())) > 1:
                line.user_name = user_name
    return lines


def with_accounts(lines: QuerySet[Any]) -> QuerySet[Any]:
    """Lines that bring along what `told_apart` asks of their authors: for a page that shows the few
    of one student.
    """
    account = _with_namesakes(User.objects.filter(pk=OuterRef("by_id")))
    return lines.annotate(
        account_name=Subquery(account.values("username")),
        account_has_namesake=Subquery(account.values("has_namesake")),
    )


def _accounts_of(lines: list[Any]) -> dict[int, tuple[str, bool]]:
    """User name of each author's account, and whether another one is listed by the same name."""
    if hasattr(lines[0], "account_name"):
        named = [(line.by_id, line.account_name, line.account_has_namesake) for line in lines]
    else:
        keys = {line.by_id for line in lines if line.by_id is not None}
        named = _accounts(filled_up(tuple(sorted(keys))))
    return {pk: (user_name, has_namesake) for pk, user_name, has_namesake in named if user_name}


@prepared
def _accounts(keys: tuple[int, ...]) -> QuerySet[User, tuple[int, str, bool]]:
    people = _with_namesakes(User.objects.filter(pk__in=keys))
    return people.order_by().values_list("pk", "username", "has_namesake")


def _with_namesakes(people: QuerySet[User]) -> QuerySet[Any]:
    namesakes = User.objects.filter(name_folded=OuterRef("name_folded")).exclude(pk=OuterRef("pk"))
    return people.annotate(has_namesake=Exists(namesakes))
