"""The portal: editions, people, the Batch Queue, the look of the pages. It knows nothing of CTE."""

from cte_portal.celery import app as celery_app

__all__ = ["celery_app"]
