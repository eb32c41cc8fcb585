"""What the session remembers of its own age, in seconds since 1970."""

LAST_SEEN = "last_seen"
SIGNED_IN_AT = "signed_in_at"
