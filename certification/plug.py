"""Certification's entries in the rest of the portal. Its answers to pathways are in
`certification/answers.py`.
"""

from __future__ import annotations

from certification import navigation
from certification.archives import navigation as archives
from certification.archives.archiving import ARCHIVE
from certification.certifiers import certifiers
from certification.demo import load
from certification.events import seasons
from certification.guidance import GUIDANCE
from certification.home import figures, set_up, steps
from certification.letters import occasions, posting
from certification.status.districts_now import districts_now
from certification.student_files.making import STUDENT_FILE
from cte_portal.frame import Part
from cte_portal.plugs import Plug

PLUG = Plug(
    screens={
        Part.ALL_DISTRICTS: navigation.BOARD,
        Part.SIGNATURES: navigation.SCREENS,
        Part.ARCHIVES: archives.SCREENS,
    },
    guidance=GUIDANCE,
    home_tasks={1: steps.identify, 4: steps.certify, 6: steps.certify_leavers},
    home_figures={4: figures.figures},
    student_links=("certification/years/student_link.html",),
    facts={4: navigation.due},
    statewide_facts={4: navigation.due_statewide},
    set_up_steps=(set_up.set_up,),
    seasons=seasons.seasons,
    offices=(certifiers.office,),
    batch_kinds=(posting.LETTER, ARCHIVE, STUDENT_FILE),
    daily=(occasions.daily,),
    demo=(load.load,),
    districts_now=districts_now,
    certifies_in=certifiers.districts_of,
    statewide_home="status-board",
)
