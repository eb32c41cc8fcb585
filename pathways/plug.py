"""The plug by which the CTE records meet the rest of the portal."""

from __future__ import annotations

from cte_portal.frame import Part
from cte_portal.plugs import Plug
from pathways import navigation
from pathways.directory import Directory
from pathways.files.extract import EXTRACT
from pathways.follow_up.daily import draw_lists
from pathways.follow_up.proposals.links import LINKS
from pathways.follow_up.reminders import remind
from pathways.follow_up.workbench.contacts import CONTACTS
from pathways.guidance import GUIDANCE
from pathways.home.figures import home_figures
from pathways.home.first_steps import first_steps
from pathways.home.follow_up import follow_up_tasks
from pathways.home.resync import not_yet_sent
from pathways.home.steps import home_tasks
from pathways.practice.home import practice_task
from pathways.practice.nightly import PRACTICE_RESET, put_back_nightly
from pathways.records import navigation as records
from pathways.reports import run, statewide
from pathways.resync import batches, watched
from pathways.roster.imports.batch import ROSTER_FILE, ROSTER_FILE_OF_ALL
from pathways.roster.imports.statewide import ROSTER_FILES_OF_ALL
from pathways.roster.imports.undoing import ROSTER_UNDO
from pathways.uploads import kinds
from pathways.uploads.fall.run import FALL_UPLOAD
from pathways.uploads.fall.undoing import FALL_UNDO

PLUG = Plug(
    screens={
        Part.RECORDS: navigation.SCREENS,
        Part.GUIDE: navigation.GUIDE,
        Part.VIEWS: records.VIEWS,
    },
    guidance=GUIDANCE,
    first_steps=first_steps,
    home_tasks={0: practice_task, 2: home_tasks, 5: follow_up_tasks},
    home_figures={2: home_figures},
    home_actions=("pathways/records/home_search.html",),
    facts={3: not_yet_sent},
    batch_kinds=(
        kinds.UPLOAD,
        kinds.UNDO,
        FALL_UPLOAD,
        FALL_UNDO,
        ROSTER_FILE,
        ROSTER_FILE_OF_ALL,
        ROSTER_FILES_OF_ALL,
        ROSTER_UNDO,
        EXTRACT,
        batches.RESYNC,
        batches.RESYNC_ALL,
        batches.PUBLISH,
        PRACTICE_RESET,
        run.VALIDATE,
        statewide.VALIDATE_ALL,
    ),
    retention=(CONTACTS, LINKS),
    watched=(watched.unsent_districts,),
    daily=(batches.publish_again, draw_lists, remind, put_back_nightly),
    directory=Directory(),
)
