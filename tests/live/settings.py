"""The portal's own settings, with the fault hook of the live tests and passwords that are hashed
at once. Nothing of production reads this module.
"""

from django.conf.global_settings import PASSWORD_HASHERS

from cte_portal.settings import *
from cte_portal.settings import INSTALLED_APPS

JOBS_A_MINUTE = JOBS_WAITING = 1_000_000
INSTALLED_APPS = [*INSTALLED_APPS, "tests.live.faults.FaultsConfig"]
# Practice data that were loaded by other settings have the portal's own.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
