"""Keeping the answers of a return file until a person decides on each."""

from __future__ import annotations

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.attempts import offered
from pathways.follow_up.proposals.proposing import Source, keep
from pathways.follow_up.return_file.columns import Columns, remember
from pathways.follow_up.return_file.rows import ReturnFile, plan


def keep_answers(scope: Scope, file: ReturnFile, columns: Columns, *, by: str, by_id: int) -> int:
    """Keep what is not there yet, by the rows as they are judged now, and remember the columns.
    Returns how many answers are new. Raises a Refusal.
    """
    with outcomes.follow_up_open(scope):
        if not offered(scope, columns.status).is_answered:
            raise Refusal("This status is no answer. Nothing was saved.")
        planned = plan(scope, file, columns)
        remember(scope, columns, by=by, by_id=by_id)
        answers = [new.answer for new in planned.new]
        return keep(scope, answers, Source.FILE, columns.source_name, by=by, by_id=by_id)
