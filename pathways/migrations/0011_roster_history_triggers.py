"""Roster history is append-only."""

from django.db import migrations

from cte_portal.triggers import RunStatements
from pathways.triggers import ROSTER_HISTORY


class Migration(migrations.Migration):
    dependencies = [("pathways", "0010_roster_history")]

    operations = [RunStatements(ROSTER_HISTORY.install, ROSTER_HISTORY.remove, hints={"lives_in": "DISTRICT"})]
