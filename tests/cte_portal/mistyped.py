"""A plug whose author mistyped the name of a field (test_plugs.py)."""

from cte_portal.plugs import Plug

PLUG = Plug(home_task={})  # type: ignore[call-arg]
