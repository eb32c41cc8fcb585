"""A certified follow-up keeps its outcomes: held by the District edition's triggers."""

from django.db import migrations

from cte_portal.triggers import RunStatements
from pathways.triggers import OUTCOME_LOCK


class Migration(migrations.Migration):
    dependencies = [("pathways", "0018_follow_up_drawn_lists")]

    operations = [
        RunStatements(OUTCOME_LOCK.install, OUTCOME_LOCK.remove, hints={"lives_in": "DISTRICT"})
    ]
