"""The settings of a portal one of whose apps has a mistyped plug (test_plugs.py)."""

from cte_portal.settings import *

PORTAL_PLUGS = ["tests.cte_portal.mistyped.PLUG"]
