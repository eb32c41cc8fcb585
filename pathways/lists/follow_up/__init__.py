"""OPI's lists for the follow-up of leavers: post-program statuses, and each year's dates and
demands.
"""
