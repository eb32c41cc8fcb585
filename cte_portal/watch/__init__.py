"""How the portal is watched from outside."""
