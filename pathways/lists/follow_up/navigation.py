"""Where OPI's lists of the follow-up stand among its other lists: name, model, the words by which
people may look for it, and further pages.
"""

LISTS = (
    (
        "Post-program statuses",
        "postprogramstatus",
        ("follow-up", "placement", "placed", "outcome codes", "3S1"),
        (),
    ),
    (
        "Follow-up years",
        "followupyear",
        ("follow-up dates", "attempts required", "target", "window", "3S1"),
        (),
    ),
)
