"""Receipts of sealed copies, what was sealed as a file, and View District Certification Status
(guide, Step Four; ux R-09).
"""

from __future__ import annotations

import tempfile
from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from certification.collections.chosen import collection_of_copy
from certification.models import Recertification, Round, SealedCopy, Signature
from certification.models.certifier import certifies
from certification.receipts.receipt_pdf import pdf_of
from certification.receipts.receipts import Receipt, request_url
from certification.status.status import closed_event, events_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView, access
from pathways.files.extract import FORMATS, TYPES
from pathways.models import CollectionLock


class OfCopy(ScopedView):
    """A page of one sealed copy of the district and year: official or superseded, also once its
    event is closed.
    """

    capability = Capability.VIEW_RECORDS

    def copy(self) -> SealedCopy:
        copies = SealedCopy.objects.of_district(self.scope.district).filter(
            round__event__end_year=self.scope.end_year
        )
        return get_object_or_404(copies.select_related("round__event"), pk=self.kwargs["copy"])


class CertificationReceipt(OfCopy):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        receipt = Receipt(self.copy())
        context = {
            "receipt": receipt,
            "copy": receipt.copy,
            "event": receipt.round.event,
            "formats": list(FORMATS.items()) if self.can(Capability.EXPORT_RECORDS) else [],
            "is_locked": (
                CollectionLock.objects.filter(
                    district=self.scope.district, reference=receipt.copy.receipt
                ).exists()
            ),
            "request_url": (
                request_url(receipt.copy) if receipt.round.status == Round.Status.SEALED else ""
            ),
            "certifies": certifies(self.scope.district, request.user),
        }
        return render(request, "certification/receipts/receipt.html", context)


class ReceiptPdf(OfCopy):
    """The receipt as a tagged PDF, to file or to send on; it names no student."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        copy = self.copy()
        content = pdf_of(Receipt(copy), reader=self.person.record_name)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{copy.receipt}.pdf"'
        return response


class SealedExtract(OfCopy):
    """The sealed records as a file."""

    capability = Capability.EXPORT_RECORDS

    def get(self, request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponseBase:
        if form not in TYPES:
            raise Http404("There is no such format.")
        copy, content = (
            self.copy(),
            tempfile.TemporaryFile(),  # noqa: SIM115
        )
        collection = collection_of_copy(copy)
        collection.extract(content, copy, form)
        content.seek(0)
        access.info(
            "downloaded file=sealed-extract user=%s district=%s copy=%s",
            self._user_id,
            self.scope.district,
            copy.pk,
        )
        return FileResponse(
            content,
            as_attachment=True,
            filename=f"{collection.extract_name} {copy.receipt}.{form}",
            content_type=TYPES[form],
        )


class CertificationStatus(ScopedView):
    """View District Certification Status: rounds, signers, receipts and recertifications of the
    year, and every sealed copy there is.
    """

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signatures = Prefetch("signatures", queryset=Signature.objects.order_by("signed_at"))
        rounds = (
            Round.objects.filter(district=self.scope.district)
            .select_related("sealed_copy")
            .prefetch_related(signatures)
        )
        requests = Recertification.objects.filter(district=self.scope.district).select_related(
            "opened_round"
        )
        events = [
            (
                district_event,
                list(rounds.filter(event=district_event.event).order_by("-number")),
                list(requests.filter(event=district_event.event)),
            )
            for district_event in events_of(self.scope)
        ]
        copies = (
            SealedCopy.objects.of_district(self.scope.district)
            .select_related("round__event")
            .order_by("-sealed_at")
        )
        return render(
            request,
            "certification/receipts/district_status.html",
            {"events": events, "copies": copies, "closed": closed_event(self.scope)},
        )
