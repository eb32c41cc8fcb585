"""The register of seals: a file outside of the database, a line for each sealed copy, by which a
seal that was removed whole, or rewritten together with its digest, is seen.

Each line ends with a SHA-256 over itself and the line before, so that a line cannot be taken out
of the file or changed in it unnoticed either; cutting lines off the end can be, and the copies
they name come back as new. The file names receipts and digests, no student.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HEAD = "receipt digest chain"
BEGINNING = "0" * 64


class RegisterIsDamaged(Exception):
    """The file is no register, or a line of it was changed, moved or taken out."""


@dataclass(frozen=True)
class Register:
    """What the file holds: receipt number to digest, in the order in which they came, and the
    chain's last link.
    """

    digests: dict[str, str]
    link: str = BEGINNING

    @classmethod
    def read(cls, path: Path) -> Register:
        """The register at `path`, an empty one where there is no file. Raises RegisterIsDamaged,
        and OSError where the file cannot be read.
        """
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return cls({})
        except UnicodeDecodeError as error:
            raise RegisterIsDamaged("It is no register of seals.") from error
        if not lines or lines[0] != HEAD:
            raise RegisterIsDamaged("It is no register of seals.")
        digests: dict[str, str] = {}
        link = BEGINNING
        for number, line in enumerate(lines[1:], start=2):
            receipt, digest = [*line.split(" "), ""][:2]
            link = _link(link, receipt, digest)
            if line != f"{receipt} {digest} {link}" or receipt in digests:
                raise RegisterIsDamaged(
                    f"Line {number} was changed, or a line before it is missing."
                )
            digests[receipt] = digest
        return cls(digests, link)

    def differences(self, seals: Mapping[str, str]) -> list[str]:
        """What the database, receipt number to digest, no longer has as the register has it."""
        return [
            f"{receipt}  in the register, missing here"
            if receipt not in seals
            else f"{receipt}  has another seal than in the register"
            for receipt, digest in self.digests.items()
            if seals.get(receipt) != digest
        ]

    def add_to(self, path: Path, seals: Iterable[tuple[str, str]]) -> int:
        """Write the register with the seals that it does not have, in place of the file, all or
        nothing. Returns how many came.
        """
        additions = [(receipt, digest) for receipt, digest in seals if receipt not in self.digests]
        lines, link = [HEAD], BEGINNING
        for receipt, digest in [*self.digests.items(), *additions]:
            link = _link(link, receipt, digest)
            lines.append(f"{receipt} {digest} {link}")
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return len(additions)


def _link(link: str, receipt: str, digest: str) -> str:
    return hashlib.sha256(f"{link} {receipt} {digest}".encode()).hexdigest()
