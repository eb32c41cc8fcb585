"""Three sentences for each page of certification, by URL name: what it is for, what to do, and what
follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

GUIDANCE: Mapping[str, Sentences] = {
    "type-membership-setup": (
        "Here you identify a Certifier for the collection, type CTE Data.",
        (
            "To remove a Certifier, uncheck Active; to modify one, toggle between Primary and"
            " Secondary."
        ),
        "One Primary Certifier is recommended, because all Primary Certifiers must certify.",
    ),
    "certifier": (
        "This is one Certifier of your district.",
        "Toggle between Primary and Secondary, or uncheck Active to remove the Certifier.",
        "A Secondary Certifier reviews and does not sign for the district.",
    ),
    "event-dashboard": (
        "These are the events that your district certifies.",
        "Select End of Year CTE Concentrator & Participants Certification.",
        "Wait at least 60 minutes after a complete resync before certifying data.",
    ),
    "event-certification": (
        "Here the Certifiers review the data and sign.",
        (
            "Work through Before you can sign, look at the Review Snapshot, then select Certify &"
            " Submit."
        ),
        "When all Primary Certifiers have signed, the records are locked and there is a receipt.",
    ),
    "certification-snapshot": (
        "These are the figures to be certified, beside the last certified year.",
        "Look at each difference; unusual ones are marked.",
        "If a figure is wrong, correct the records and resync.",
    ),
    "district-years": (
        "These are your district's figures of up to five school years.",
        "Choose what is counted, and compare the years in the chart or in the table.",
        "A certified year comes from its sealed copy; any other shows the records as they are now.",
    ),
    "student-years": (
        "These are the student's records of up to five school years, Pathway by Pathway.",
        "Compare the credits in the charts or in the table.",
        "A certified year comes from its sealed copy; any other shows the records as they are now.",
    ),
    "certification-changes": (
        "These are the students added, removed or changed since the last certification.",
        "Check that you know why each is here.",
        "What is wrong is corrected on the CTE Concentrator screen.",
    ),
    "certification-explanations": (
        "These are the warnings that were explained, with the reasons.",
        "Read whether each reason holds.",
        "They are signed together with the records.",
    ),
    "certification-list": (
        "These are the students behind a figure of the Review Snapshot, each once.",
        "Compare them with your own list.",
        "They are as many as the figure says.",
    ),
    "certification-status": (
        "This is how far your district's certification is.",
        "See who has signed and who has not.",
        "OPI sees the same.",
    ),
    "certification-receipt": (
        "This receipt proves what was certified, by whom and when.",
        "Print it or keep the PDF.",
        "Its seal would not fit if a single record were different.",
    ),
    "recertification": (
        "This is a request to correct certified data, with its answer.",
        "Read what was asked, and answer where it waits for you.",
        "After it is approved, correct the data, resync, and certify again.",
    ),
    "recertification-new": (
        "Here a Certifier asks OPI to open certified data again.",
        "Say what is wrong and what will change.",
        "What was certified stays official until all have signed again.",
    ),
    "recertification-demand": (
        "Here OPI requests a correction from a district.",
        "Say what is wrong and by when.",
        "The Certifiers get a message, and the district signs again.",
    ),
    "status-board": (
        "This is how far each district is, all districts in one table.",
        "Filter for those that are late or have errors, and remind them from here.",
        "Figures are those of the last validation at the state.",
    ),
    "reminders": (
        "Here OPI reminds the Certifiers of districts that have not certified.",
        "Look at who would get it and at the text, then send.",
        "Nobody is reminded twice on one day.",
    ),
    "recertification-inbox": (
        "These are districts' requests to correct certified data.",
        "Open a request, read what would change, then approve or deny it.",
        "An answer can be withdrawn for five minutes.",
    ),
    "certification-events": (
        "These are the events of the collections, with their dates.",
        "Open one to change its dates or statements, or add the next one.",
        "Districts see an event once it is published.",
    ),
    "certification-event": (
        "This is one event: dates, statements, links and extensions.",
        "Change what must change, look at what follows, and publish.",
        "Who has signed already keeps the text that was signed.",
    ),
    "certification-extension": (
        "Here one district gets a later due date.",
        "Give the dates and the reason.",
        "All other districts keep the event's dates.",
    ),
    "district-archives": (
        "Here the data of one district are taken out as one archive.",
        "Choose the district and give the purpose.",
        "Each download is kept in the audit.",
    ),
    "student-files": (
        "Here every sealed row of an event is taken out as one file, with its data dictionary.",
        "Choose the event and give the purpose; the job's line leads to the file.",
        "Who asked for it and who took it is kept in the audit.",
    ),
}
