"""Explanations and the roster's history keep the account beside the name. Their triggers stand afterwards, whichever way it runs."""

from django.db import migrations, models

from pathways.triggers import ROSTER_HISTORY


def _account(model: str, name: str = "by_id") -> migrations.AddField:
    return migrations.AddField(model_name=model, name=name, field=models.BigIntegerField(null=True))


class Migration(migrations.Migration):
    dependencies = [("pathways", "0013_words_on_screen")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, ROSTER_HISTORY.install, hints={"lives_in": "DISTRICT"}),
        _account("explanation"),
        _account("explanation", "taken_back_by_id"),
        *(_account(f"{kind}change") for kind in ("school", "calendar", "student", "enrollment", "course", "section", "roster")),
        migrations.RunPython(ROSTER_HISTORY.install, migrations.RunPython.noop, hints={"lives_in": "DISTRICT"}),
    ]
