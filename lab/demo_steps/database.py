"""The advisory database of the demo, built again only when something of it changed."""

import hashlib
import os

from .laboratory import BINARY, ROOT, Failure, run

FULL = ROOT.parent / "shared" / "advisories"
OWN = ROOT / "lab" / "advisories"


def sources():
    """The full set where it lies beside the repository, else the repository's own subset."""
    return FULL if FULL.is_dir() else OWN


def _single(folder):
    files = sorted(path for path in folder.glob("*") if path.is_file())
    if not files:
        raise Failure(f"{folder} holds no file: name a folder with osv/, kev/ and epss/")
    return files[0]


def _key(folder, binary):
    digest = hashlib.sha256()
    for path in [binary, *sorted(folder.rglob("*"))]:
        if path.is_file():
            state = path.stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def ensure(folder, binary=BINARY):
    """→ (the database's file, whether it was built now)."""
    kev, epss = _single(folder / "kev"), _single(folder / "epss")
    database = ROOT / "build" / "demo" / ("own.db" if folder == OWN else "full.db")
    seal = database.with_suffix(".key")
    key = _key(folder, binary)
    if database.exists() and seal.exists() and seal.read_text(encoding="ascii") == key:
        return database, False
    database.parent.mkdir(parents=True, exist_ok=True)
    # Others may be about it too: each in a file of its own, the last one stays.
    unfinished = database.with_suffix(f".{os.getpid()}")
    run(
        binary,
        "db",
        "build",
        "--osv",
        folder / "osv",
        "--kev",
        kev,
        "--epss",
        epss,
        "--output",
        unfinished,
    )
    unfinished.rename(database)
    seal.write_text(key, encoding="ascii")
    return database, True
