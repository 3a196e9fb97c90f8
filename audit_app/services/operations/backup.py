"""Backup files: a zip with a manifest, the database and, if asked for, the keys; checked before anything is touched."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from audit_app.domain.errors import AuditError, InvalidInput

FORMAT = "service-audit backup"
VERSION = 1
MANIFEST = "manifest.json"
DATABASE = "database"
KEYS = ("secret.key", "encryption.key")
MEMBERS = frozenset({DATABASE, *KEYS})
CHUNK = 1024 * 1024
LARGEST_MANIFEST = 100_000


class NotABackup(InvalidInput):
    """The file is none of our backups, or it is damaged."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a file in the backup was when it was written: its bytes and their SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    revision: str
    """The migration that the database was at."""
    backend: str
    """`sqlite` or `postgresql`; one cannot be restored as the other."""
    key: str
    """The fingerprint of the key that its secrets are sealed with."""
    parts: Mapping[str, Part] = field(default_factory=dict)


def fingerprint(key: str) -> str:
    """What tells a key from another without giving it away."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def write_backup(path: Path, manifest: Manifest, database: Path, keys: Mapping[str, str]) -> Manifest:
    """Write the backup file `path`, which must not exist; `keys` by file name. Returns the whole manifest.

    The file has its name only once it is whole and on the disk. Raises AuditError when it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with _private(part) as file:
            whole = _write(file, manifest, database, keys)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise AuditError(f"The backup {path} cannot be written ({error.strerror}); there is none.") from error
    finally:
        part.unlink(missing_ok=True)
    return whole


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b") as file:
        yield file


def _write(file: IO[bytes], manifest: Manifest, database: Path, keys: Mapping[str, str]) -> Manifest:
    parts: dict[str, Part] = {}
    # Little compression: photos and screenshots have theirs already.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with database.open("rb") as source:
            parts[DATABASE] = _store(archive, DATABASE, source)
        for name, text in keys.items():
            archive.writestr(name, text)
            parts[name] = Part(len(text.encode()), hashlib.sha256(text.encode()).hexdigest())
        told = asdict(manifest) | {
            "made_at": manifest.made_at.isoformat(),
            "format": FORMAT,
            "version": VERSION,
        }
        told["parts"] = {name: asdict(part) for name, part in parts.items()}
        archive.writestr(MANIFEST, json.dumps(told, indent=1))
    return Manifest(manifest.made_at, manifest.revision, manifest.backend, manifest.key, parts)


def _store(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> Part:
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return Part(size, digest.hexdigest())


def read_manifest(path: Path) -> Manifest:
    """What the backup says of itself; raises NotABackup."""
    with _opened(path) as archive:
        try:
            info = archive.getinfo(MANIFEST)
            told = json.loads(archive.read(MANIFEST)) if info.file_size < LARGEST_MANIFEST else {}
            if told["format"] != FORMAT:
                raise _not_ours(path)
            if told["version"] != VERSION:
                raise NotABackup(f"{path} was made by a newer version of this program. Install that version.")
            parts = {name: Part(int(one["size"]), str(one["sha256"])) for name, one in told["parts"].items()}
            made_at = datetime.fromisoformat(told["made_at"]).astimezone(UTC)
            manifest = Manifest(made_at, str(told["revision"]), str(told["backend"]), str(told["key"]), parts)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _not_ours(path) from error
    if DATABASE not in manifest.parts or not set(manifest.parts) <= MEMBERS:
        raise _not_ours(path)
    return manifest


def unpack(path: Path, manifest: Manifest, name: str, target: Path) -> None:
    """Write the part `name` to the new file `target`; raises NotABackup when it is not what was put in."""
    expected, digest, size = manifest.parts[name], hashlib.sha256(), 0
    with _opened(path) as archive, _private(target) as file:
        try:
            with archive.open(name) as source:
                # No further than what was put in: a file may claim to unpack to anything.
                while size <= expected.size and (chunk := source.read(CHUNK)):
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        except KeyError as error:
            raise _not_ours(path) from error
        file.flush()
        os.fsync(file.fileno())
    if (size, digest.hexdigest()) != (expected.size, expected.sha256):
        raise _damaged(path)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise _damaged(path) from error
    except (NotImplementedError, RuntimeError) as error:  # another compression, or encrypted
        raise _not_ours(path) from error
    except OSError as error:
        raise NotABackup(f"{path} cannot be read ({error.strerror}).") from error


def _damaged(path: Path) -> NotABackup:
    return NotABackup(f"{path} is damaged or no backup. Nothing was changed; take another one.")


def _not_ours(path: Path) -> NotABackup:
    return NotABackup(f"{path} is no backup of this program. Nothing was changed.")
