"""Where the files that go in and out stand in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

MT_STATE_REPORTING = ("Reporting", "MT State Reporting")

SCREENS = (
    Screen(
        name="MT Data Upload",
        path=MT_STATE_REPORTING,
        url_name="mt-data-upload",
        step="Step 2B",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "upload a file",
            "import",
            "tsv",
            "Validate and Test File",
            "template",
            "spreadsheet",
            "Excel",
            "MT State Reporting > MT Data Upload",
            "roster files",
            "AIM files",
            "OneRoster",
            "student demographics",
            "student enrollments",
            "import data",
            "import wizard",
            "submit to batch",
            "upload results",
            "Import Results Summary",
            "CTE EOY",
            "Fall CTE file",
            "send a file",
            "csv",
            "System Administration > Data Utilities > Data Import Wizard",
            "undo an upload",
            "Import Type",
            "Work to Perform",
            "choose file",
            "tab delimited",
            "xlsx",
            "Infinite Campus",
            "process is not complete",
        ),
        also=(
            "mt-data-upload-columns",
            "mt-data-upload-undo",
            "roster-columns",
            "roster-sources",
            "roster-source",
            "roster-mapping",
            "roster-undo",
        ),
    ),
    Screen(
        name="MT Extracts",
        path=MT_STATE_REPORTING,
        url_name="mt-extracts",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "export",
            "download records",
            "extract",
            "spreadsheet",
            "Excel",
            "State Format",
            "MT State Reporting > MT Extracts",
            "download a file",
            "data out",
            "extract utility",
            "tsv out",
            "MT State Reporting",
            "xlsx",
            "tab delimited",
        ),
    ),
)
