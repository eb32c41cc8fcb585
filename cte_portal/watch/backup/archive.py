"""A backup: a folder with both databases and the files, encrypted where a passphrase is given, and
a manifest with their digests.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from cte_portal.editions import Edition
from cte_portal.watch.backup.dumps import ToolFailed, dump, run
from cte_portal.watch.looks.store import bucket

MANIFEST, SEALED = "manifest.json", ".enc"
CIPHER = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-iter", "600000"]
FILES = "files.tar.gz"


def name_of(edition: Edition) -> str:
    return f"{edition.name.lower()}.dump"


def write(into: Path, passphrase: Path | None) -> Path:
    """State first: what is sent between the two shows as not yet sent. The manifest comes last, so
    that a folder without one is no backup.
    """
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=into, prefix=".writing-") as name:
        folder = Path(name)
        for edition in reversed(Edition):
            dump(edition, folder / name_of(edition))
        with tarfile.open(folder / FILES, "w:gz") as archive:
            if bucket():
                _add_bucket(archive)
            elif settings.MEDIA_ROOT.is_dir():
                archive.add(settings.MEDIA_ROOT, arcname="files")
        if passphrase is not None:
            for part in list(folder.iterdir()):
                _encrypt(part, passphrase)
        parts = {
            part.name: {"sha256": digest(part), "bytes": part.stat().st_size}
            for part in sorted(folder.iterdir())
        }
        about = {"version": settings.PORTAL_VERSION, "at": timezone.now().isoformat()}
        (folder / MANIFEST).write_text(json.dumps({**about, "parts": parts}, indent=1))
        target = into / f"{timezone.now():%Y%m%d-%H%M%S}"
        target.mkdir(mode=0o700)
        for part in folder.iterdir():
            part.chmod(0o600)
            part.rename(target / part.name)
    return target


def _add_bucket(archive: tarfile.TarFile, folder: str = "") -> None:
    """The files of a bucket, each read through a temporary file. One that goes meanwhile is left
    out, as a folder's would be.
    """
    folders, names = default_storage.listdir(folder)
    for name in names:
        path = f"{folder}{name}"
        with suppress(FileNotFoundError), default_storage.open(path) as content:
            member = tarfile.TarInfo(f"files/{path}")
            member.size, member.mtime = content.size, int(time.time())
            archive.addfile(member, content)
    for name in folders:
        _add_bucket(archive, f"{folder}{name}/")


def check(folder: Path) -> None:
    """Raises ToolFailed where the folder is no backup, or a part is not as it was written."""
    try:
        parts = json.loads((folder / MANIFEST).read_text())["parts"]
    except FileNotFoundError:
        raise ToolFailed(f"{folder} is no backup: it has no {MANIFEST}.") from None
    for name, values in parts.items():
        if not (folder / name).exists() or digest(folder / name) != values["sha256"]:
            raise ToolFailed(f"{name} is not as it was written.")


@contextmanager
def opened(folder: Path, passphrase: Path | None) -> Iterator[Path]:
    """The parts in clear, in a folder of their own that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="cte-restore-") as name:
        for part in folder.iterdir():
            if part.name == MANIFEST:
                continue
            target = Path(name) / part.name.removesuffix(SEALED)
            if part.suffix != SEALED:
                target.symlink_to(part.resolve())
            elif passphrase is None:
                raise ToolFailed("The backup is encrypted. Say --passphrase-file.")
            else:
                source = ["-d", "-pass", f"file:{passphrase}", "-in", str(part)]
                run([*CIPHER, *source, "-out", str(target)], {})
        yield Path(name)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encrypt(part: Path, passphrase: Path) -> None:
    target = part.with_name(part.name + SEALED)
    run(
        [*CIPHER, "-salt", "-pass", f"file:{passphrase}", "-in", str(part), "-out", str(target)], {}
    )
    part.unlink()
