"""What may be done with an upload that has ended: save what a test showed, take back what was
saved.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pathways.files.sent_file import SaveSentFile, SentFile, UndoSentFile
from pathways.models import Change, OutcomeChange, OutcomeDifference
from pathways.uploads.run import TITLE


class OneUpload(SentFile):
    kinds = ("upload", "fall-upload")
    other_batch = "This batch is no upload."
    other_year = "Records can be changed only in the current school year."


class SaveTested(OneUpload, SaveSentFile):
    """Rows that somebody has changed since the test are left out and listed."""


class UndoUpload(OneUpload, UndoSentFile):
    template_name = "pathways/uploads/upload_undo.html"
    undo_kinds: ClassVar = {"upload": "undo", "fall-upload": "fall-undo"}
    undo_title = f"{TITLE} – Undo"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.file.kind == "fall-upload":
            batch = self.file.pk
            numbers = {
                "outcomes": OutcomeChange.objects.filter(batch=batch).count(),
                "differences": OutcomeDifference.objects.filter(batch=batch, resolution="").count(),
            }
        else:
            numbers = {"records": Change.objects.filter(batch=self.file.pk).count()}
        return super().get_context_data(**kwargs, **numbers)
