"""The advisory database of the demo, built again only when something of it changed."""

import hashlib
import os
import pathlib
import tempfile
import zipfile

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
    return _ensure(folder, "own.db" if folder == OWN else "full.db", _key(folder, binary), binary)


def ensure_without(folder, cve, binary=BINARY):
    """→ the file of a database that lacks every record which names the CVE."""
    name = ("own" if folder == OWN else "full") + f"-without-{cve}.db"
    key = _key(folder, binary)
    with tempfile.TemporaryDirectory(prefix="narrows-demo-") as scratch:
        return _ensure(
            folder, name, key, binary, lambda: _osv_without(folder / "osv", cve, scratch)
        )[0]


def _ensure(folder, name, key, binary, osv=None):
    kev, epss = _single(folder / "kev"), _single(folder / "epss")
    database = ROOT / "build" / "demo" / name
    seal = database.with_suffix(".key")
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
        osv() if osv else folder / "osv",
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


def _osv_without(osv, cve, scratch):
    """A copy of the bulk layout; archives that do not name the CVE are links."""
    copy = pathlib.Path(scratch, "osv")
    name = f'"{cve}"'.encode("ascii")  # of a record, whatever member
    for archive in sorted(osv.glob("*/all.zip")):
        target = copy / archive.parent.name / "all.zip"
        target.parent.mkdir(parents=True)
        with zipfile.ZipFile(archive) as whole:
            records = whole.namelist()
            hit = {record for record in records if name in whole.read(record)}
            if not hit:
                target.symlink_to(archive)
                continue
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as rest:
                for record in records:
                    if record not in hit:
                        rest.writestr(record, whole.read(record))
    return copy
