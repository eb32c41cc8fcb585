"""What the Batch Queue gives the rest of the portal. Its screens stand among those of who puts work
into it.
"""

from __future__ import annotations

from cte_portal.batches import dispatch
from cte_portal.batches.letters import (
    account_letters,
    batch_end,
    invitations,
    password_links,
    posted,
    unused_accounts,
)
from cte_portal.batches.navigation import running
from cte_portal.batches.notices import notices
from cte_portal.batches.queue import watched
from cte_portal.batches.retention import retention
from cte_portal.batches.retention.clean_up import clean_up
from cte_portal.plugs import Plug

PLUG = Plug(
    batch_kinds=(
        account_letters.ACCOUNT,
        invitations.INVITATION,
        password_links.PASSWORD,
        batch_end.NOTICE,
    ),
    retention=(retention.NOTICES, dispatch.FILES, retention.ORPHANS, retention.HALF_UPLOADS),
    watched=(watched.jobs,),
    measured=(watched.ended,),
    daily=(clean_up, unused_accounts.warn),
    running=running,
    notices=notices.fresh,
    post=account_letters.queue,
    posted=posted.newest,
    fate_of_invitation=invitations.fate,
    post_password=password_links.queue,
)
