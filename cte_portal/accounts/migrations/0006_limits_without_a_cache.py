"""The table that counts tries at signing in while the cache does not answer; Django's own database cache keeps it."""

from django.core.management import call_command
from django.db import migrations

from cte_portal.triggers import RunStatements

TABLE = "accounts_limit"


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_an_address_is_one_accounts")]

    operations = [RunStatements(make, drop)]
