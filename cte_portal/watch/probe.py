"""`python -m cte_portal.watch.probe`: the container's own health check. It asks as the proxy does,
by a host that the portal knows.
"""

import http.client
import os
import sys


def main() -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    asking = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=8)
    try:
        asking.request(
            "GET",
            "/health/ready",
            headers={"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
        )
        answer = asking.getresponse()
        print(answer.read().decode()[:300])
    except OSError as error:
        print(type(error).__name__)
        return 1
    return int(answer.status != 200)


if __name__ == "__main__":
    sys.exit(main())
