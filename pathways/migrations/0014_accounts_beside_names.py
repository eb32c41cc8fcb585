"""Explanations and the roster's history keep the account beside the name. Their triggers stand afterwards, whichever way it runs."""

from django.db import migrations, models

from cte_portal.triggers import RunStatements
from pathways.triggers import ROSTER_HISTORY


def _account(model: str, name: str = "by_id") -> migrations.AddField:
    return migrations.AddField(model_name=model, name=name, field=models.BigIntegerField(null=True))


class Migration(migrations.Migration):
    dependencies = [("pathways", "0013_words_on_screen")]

    operations = [
        RunStatements(RunStatements.noop, ROSTER_HISTORY.install, hints={"lives_in": "DISTRICT"}),
        _account("explanation"),
        _account("explanation", "taken_back_by_id"),
        *(_account(f"{kind}change") for kind in ("school", "calendar", "student", "enrollment", "course", "section", "roster")),
        RunStatements(ROSTER_HISTORY.install, RunStatements.noop, hints={"lives_in": "DISTRICT"}),
    ]
