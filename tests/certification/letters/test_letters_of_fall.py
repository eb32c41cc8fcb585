"""E-mails about Fall CTE speak of outcomes, those about End of Year of records."""

from __future__ import annotations

import pytest

from certification.letters.district_letters import district_letter
from certification.letters.letters import text
from certification.status.status import event_of
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from tests.fixtures.certification import make_event, make_fall_event, make_round
from tests.fixtures.records import District_


@pytest.mark.parametrize("template", ["certified", "recertification_closed"])
def test_a_letter_says_what_is_locked(
    cottonwood: District_, superintendent: object, opi: User, template: str
) -> None:
    for event, locked in ((make_fall_event(), "outcomes"), (make_event(), "records")):
        make_round(event, district="9012")
        district_event = event_of(Scope("9012", event.end_year), event.pk)
        assert district_event is not None
        letter = district_letter(template, "news", district_event, "Cottonwood Bend", opi, "key")
        words = text({"template": template, "told": letter.facts, "path": letter.path}, opi)
        assert f"The {locked} are locked" in " ".join(words.split())
