"""The portal's own settings, and passwords that are hashed at once: two dozen people sign in at the
same moment, at a third of a second of a processor each, and none of the faults is about that.
"""

from cte_portal.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
