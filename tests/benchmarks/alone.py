"""Leaves one district in a scratch portal, so that pages.py can measure its pages beside those of
the same district among all others; by hand, in a copy of both databases (PostgreSQL, as superuser):

    createdb -T district district_alone; createdb -T state state_alone
    DATABASE_URL=…/district_alone STATE_DATABASE_URL=…/state_alone DISTRICT=8200 \
        python3 manage.py shell < tests/benchmarks/alone.py

Everything of other districts is gone afterwards, what is never deleted in a real portal included.
"""

import os

from django.db import connections

from cte_portal.editions import writing_state

OWN = """
SELECT attribute.attrelid::regclass, attribute.attname FROM pg_attribute attribute
JOIN pg_class ON pg_class.oid = attribute.attrelid AND pg_class.relkind = 'r'
WHERE attribute.attname IN ('district', 'district_id') AND pg_class.relnamespace = 'public'::regnamespace
"""
LINKS = """
SELECT conrelid::regclass, child.attname, confrelid::regclass, parent.attname FROM pg_constraint
JOIN pg_attribute child ON child.attrelid = conrelid AND child.attnum = conkey[1]
JOIN pg_attribute parent ON parent.attrelid = confrelid AND parent.attnum = confkey[1]
WHERE contype = 'f'
"""


def leave(alias, district):
    """Rows that name another district, then whatever leads to a row that is gone."""
    with writing_state(), connections[alias].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")  # no trigger and no key refuses
        cursor.execute(OWN)
        for table, column in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table} WHERE {column} NOT IN ('', %s)", [district])
        cursor.execute("DELETE FROM pathways_district WHERE number <> %s", [district])
        cursor.execute(LINKS)
        links, gone = cursor.fetchall(), True
        while gone:
            gone = 0
            for child, key, parent, name in links:
                cursor.execute(
                    f"DELETE FROM {child} WHERE {key} IS NOT NULL AND NOT EXISTS"
                    f" (SELECT FROM {parent} WHERE {parent}.{name} = {child}.{key})"
                )
                gone += cursor.rowcount
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM FULL ANALYZE")
        cursor.execute("RESET statement_timeout")


for edition in ("default", "state"):
    leave(edition, os.environ["DISTRICT"])
