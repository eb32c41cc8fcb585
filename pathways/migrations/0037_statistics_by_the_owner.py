"""A function of the tables' owner by which a worker, who owns none, makes their statistics anew."""

from django.db import migrations

from cte_portal.triggers import RunStatements

MAKE = """
DO $make$ BEGIN EXECUTE format($function$
    CREATE OR REPLACE FUNCTION pathways_renew_statistics(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF name !~ '^pathways_[a-z_]+$' THEN
            RAISE EXCEPTION 'no table of the portal' USING ERRCODE = 'insufficient_privilege';
        END IF;
        EXECUTE format('ANALYZE %%I.%%I', %L, name);
    END
    $$
$function$, current_schema()); END $make$
"""
DROP = "DROP FUNCTION IF EXISTS pathways_renew_statistics(text)"


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE, None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP, None)


class Migration(migrations.Migration):

    dependencies = [("pathways", "0036_keys_of_viewed_schools")]

    operations = [RunStatements(make, drop, hints={"lives_in": "DISTRICT"})]
