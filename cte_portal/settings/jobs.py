"""The Batch Queue (cte_portal/batches, docs/adr/0005)."""

from cte_portal.settings.data import REDIS_URL
from cte_portal.settings.environment import VAR_DIR, env, number, own_folder

BROKER_URL = env.str("BROKER_URL", default=REDIS_URL)
CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost"
if BROKER_URL:
    if BROKER_URL.startswith(("redis://", "rediss://")):
        CELERY_BROKER_TRANSPORT = "cte_portal.batches.redis_broker:RedisTransport"
    # The visibility time-out is longer than any job: what comes back sooner is told apart by the
    # claim anyway.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 4 * 3600,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
else:
    QUEUE_DIR = VAR_DIR / "queue"
    for folder in ("", "messages", "control"):
        own_folder(QUEUE_DIR / folder)
    CELERY_BROKER_TRANSPORT = "cte_portal.batches.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_DEFAULT_QUEUE = "district"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_LOST_WAIT = 1

BATCH_LEASE_SECONDS = number("BATCH_LEASE_SECONDS", 20)
BATCH_RENEW_SECONDS = number("BATCH_RENEW_SECONDS", 5)
BATCH_POLL_SECONDS = number("BATCH_POLL_SECONDS", 0.5)
BATCH_REPUBLISH_SECONDS = number("BATCH_REPUBLISH_SECONDS", 10)
BATCH_RETRY_FACTOR = number("BATCH_RETRY_FACTOR", 1)
# What one person may submit, and what one district may have waiting; commands of the operator are
# not counted.
JOBS_A_MINUTE = 20
JOBS_WAITING = 50
