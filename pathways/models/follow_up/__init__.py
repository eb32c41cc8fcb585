"""What became of concentrators who graduated or dropped out (design D7): OPI's statuses and dates,
the list of a year's leavers, the attempts to reach them, and the outcome that travels to the state.
"""

from pathways.models.follow_up.answer_link import AnswerLink
from pathways.models.follow_up.attempt import Attempt
from pathways.models.follow_up.contact import Contact
from pathways.models.follow_up.difference import OutcomeDifference
from pathways.models.follow_up.drawn_list import DrawnList
from pathways.models.follow_up.entry import FollowUpEntry, FollowUpPathway
from pathways.models.follow_up.list_request import ListRequest
from pathways.models.follow_up.merged_row import MergedRow
from pathways.models.follow_up.outcome import Outcome, OutcomeChange
from pathways.models.follow_up.proposal import OutcomeProposal
from pathways.models.follow_up.return_mapping import ReturnFileMapping
from pathways.models.follow_up.status import PostProgramStatus
from pathways.models.follow_up.year import FollowUpYear

__all__ = [
    "AnswerLink",
    "Attempt",
    "Contact",
    "DrawnList",
    "FollowUpEntry",
    "FollowUpPathway",
    "FollowUpYear",
    "ListRequest",
    "MergedRow",
    "Outcome",
    "OutcomeChange",
    "OutcomeDifference",
    "OutcomeProposal",
    "PostProgramStatus",
    "ReturnFileMapping",
]
