"""Which laboratories there are on the machine, and the removal of what is left of dead ones.

A record lies in /run/narrows-lab while a laboratory exists. Its keeper takes it away last, when
nothing else is left; a record whose keeper is dead is therefore one that still has to be swept.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import sys
import time

from . import cgroups, linux, network, settings
from .errors import LabError


@contextlib.contextmanager
def locked():
    """One at a time on this machine: making a record, sweeping."""
    while True:
        settings.RECORDS.mkdir(mode=0o755, exist_ok=True)
        lock = os.open(settings.RECORDS, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.stat(settings.RECORDS).st_ino == os.fstat(lock).st_ino:
                break
        os.close(lock)  # the folder was removed while we waited
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            settings.RECORDS.rmdir()  # only succeeds when no laboratory is left
        os.close(lock)


def everything():
    """All records, by identifier."""
    found = {}
    for path in sorted(settings.RECORDS.glob("*.json")):
        with contextlib.suppress(FileNotFoundError, ValueError):
            found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write(record):
    path = settings.RECORDS / f"{record['id']}.json"
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    temporary.rename(path)


def control_socket(lab_id):
    return settings.RECORDS / f"{lab_id}.sock"


def find(folder):
    """The record of the live laboratory in `folder`; with None, of the only one there is."""
    alive = [record for record in everything().values() if linux.is_alive(record["keeper"])]
    if folder is not None:
        wanted = str(pathlib.Path(folder).resolve())
        for record in alive:
            if record["folder"] == wanted:
                return record
        raise LabError(f"no laboratory runs in {folder}")
    if not alive:
        raise LabError("no laboratory runs; start one with `lab/lab start`")
    if len(alive) > 1:
        folders = ", ".join(record["folder"] for record in alive)
        raise LabError(f"several laboratories run; choose with --dir: {folders}")
    return alive[0]


def sweep():
    """Removes what dead laboratories left. Returns their folders. The caller holds the lock."""
    swept = []
    for record in everything().values():
        if not linux.is_alive(record["keeper"]):
            clean_up(record)
            swept.append(record["folder"])
    known = everything()
    for lab_id in cgroups.groups_on_machine():
        if lab_id not in known:
            cgroups.remove(lab_id, patience=0)
    for path in settings.RECORDS.iterdir():
        if path.stem not in known:
            path.unlink()
    return swept


def clean_up(record):
    """Ends a laboratory and removes all of it. May be called again, wherever it was cut off."""
    _end(record.get("first"))
    network.disconnect_machine(record["slot"])
    cgroups.remove(record["id"])
    _remove_folder(pathlib.Path(record["folder"]), record["madeFolder"])
    control_socket(record["id"]).unlink(missing_ok=True)
    (settings.RECORDS / f"{record['id']}.json").unlink(missing_ok=True)


def _end(first):
    """Kills the first process of a laboratory; the kernel kills the others with it."""
    if not linux.is_alive(first):
        return
    os.kill(first["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while linux.is_alive(first) and time.monotonic() < deadline:
        time.sleep(0.02)


def _remove_folder(folder, whole):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        if any(line.split()[4].startswith(f"{folder}/") for line in file):
            print(f"lab: something is mounted below {folder}: left as it is", file=sys.stderr)
            return
    if whole:
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.is_dir():  # it was there, empty, before us
        for entry in list(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
