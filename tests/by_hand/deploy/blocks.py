"""Prints the first block of commands of a page that holds the given words, with values in the place
of its `…`: what an operator copies, and nothing else.

    blocks.py docs/deploy.md 'create-roles.sh' --set OWNER_PASSWORD=…
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from pathlib import Path


def blocks(text: str) -> list[str]:
    """What stands between fences, without the indentation of its list."""
    return [
        textwrap.dedent(block)
        for block in re.findall(r"^[ ]*```\n(.*?)^[ ]*```$", text, re.DOTALL | re.MULTILINE)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("words")
    parser.add_argument("--set", nargs="*", default=[])
    given = parser.parse_args()
    matching = [block for block in blocks(given.page.read_text()) if given.words in block]
    if not matching:
        sys.exit(f"{given.page} has no block with {given.words!r}")
    commands = matching[0]
    for pair in given.set:
        name, _, value = pair.partition("=")
        commands, times = re.subn(rf"\b{name}=…", f"{name}={value}", commands)
        if not times:
            sys.exit(f"{given.page} does not ask for {name}")
    if "…" in commands:
        sys.exit(f"{given.page} leaves something open: {commands}")
    print(commands, end="")


if __name__ == "__main__":
    main()
