"""The portal's own settings, with the fault hook of the live tests. Nothing of production reads
this module.
"""

from cte_portal.settings import *
from cte_portal.settings import INSTALLED_APPS

JOBS_A_MINUTE = JOBS_WAITING = 1_000_000
INSTALLED_APPS = [*INSTALLED_APPS, "tests.live.faults.FaultsConfig"]
