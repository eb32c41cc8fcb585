"""nginx in front of the webs, with the configuration that operators copy."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

from tests.by_hand.services import ROOT, Service, binary


class Proxy(Service):
    """docs/deploy/nginx.conf without its TLS."""

    def __init__(self, folder: Path, port: int, webs: list[int]) -> None:
        kept = folder / "nginx"
        command = [binary("nginx"), "-c", str(kept / "nginx.conf"), "-g", "daemon off;"]
        super().__init__("nginx", kept, port, command)
        self.webs = webs
        shutil.copy(ROOT / "docs" / "deploy" / "back.html", kept / "back.html")
        temporary = " ".join(
            f"{kind}_temp_path {kept}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (kept / "nginx.conf").write_text(
            f"pid {kept}/pid; error_log {kept}/error.log; events {{}} http {{ access_log"
            f" {kept}/access.log; {temporary} include {kept}/cte.conf; }}"
        )
        self.route()

    def route(self, down: int | None = None) -> None:
        """Where requests go; one web may be taken out."""
        servers = " ".join(
            f"server 127.0.0.1:{port}{' down' if port == down else ''};" for port in self.webs
        )
        text = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
        text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
        text = re.sub(r"\n    ssl_[^\n]*", "", text)
        text = re.sub(r"(upstream cte \{).*?\}", rf"\1 {servers} }}", text, flags=re.DOTALL)
        text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        text = text.replace("Forwarded-Proto https;", "Forwarded-Proto $scheme;")
        text = text.replace("Host $host;", "Host $http_host;")  # this one has a port
        text = text.replace("/opt/cte/docs/deploy/back.html", f"{self.folder}/back.html")
        (self.folder / "cte.conf").write_text(text)

    def reload(self, down: int | None = None) -> None:
        self.route(down)
        assert self.process
        self.process.send_signal(signal.SIGHUP)
