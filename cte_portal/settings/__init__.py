"""Settings of the portal, read from the environment.

Two modes: `demo` (the default, what `manage.py up` uses; everything has a value and data live under
`var/`) and `production`, where a missing or unsafe value stops the start with a sentence that says
what to set. DEBUG is off in both.
"""

import gc

from cte_portal.settings.apps import *
from cte_portal.settings.data import *
from cte_portal.settings.environment import *
from cte_portal.settings.files import *
from cte_portal.settings.jobs import *
from cte_portal.settings.logs import *
from cte_portal.settings.people import *
from cte_portal.settings.sign_on import *
from cte_portal.settings.wire import *
from cte_portal.settings.words import *

# What a process loads from here on stays until it ends. To look through it again and again for what
# could be thrown away takes a quarter of its start; `cte_portal.ui.apps` says when all is loaded.
gc.disable()
