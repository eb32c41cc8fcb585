"""A list as its page shows it."""

from __future__ import annotations

import csv
import io
import re
from typing import Any


def names(html: str) -> list[str]:
    """The students in the order of the page."""
    content = html.partition("<dialog")[0]
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', content, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", row).split(",")[0].strip() for row in rows]


def heads(html: str) -> list[str]:
    row = re.findall(r"<thead>(.*?)</thead>", html, re.DOTALL)[0]
    return [
        " ".join(re.sub(r"<[^>]*>", "", head).split())
        for head in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', row, re.DOTALL)
    ]


def file_of(answer: Any) -> list[list[str]]:
    """The rows of a CSV file that was sent, with its titles."""
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))
