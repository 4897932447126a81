"""Running commands, saying what is done, and the packages that the build needs."""

import os
import shutil
import subprocess
import sys
import time

_started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - _started:5.1f} s] {text}", flush=True)


class CommandFailed(Exception):
    pass


def run(*command, **options):
    """Runs a command quietly and returns its standard output; a failure shows all it said."""
    done = subprocess.run(
        [str(c) for c in command],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        **options,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise CommandFailed(f"{' '.join(str(c) for c in command)}: exit {done.returncode}\n{said}")
    return done.stdout


def cache_base():
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")


def become_root():
    """Device nodes and chroot need root; the cache stays that of whoever called."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo"):
        sys.exit("lab/images/build needs root, and there is no sudo: run it as root")
    say("device nodes and chroot need root: running again with sudo")
    os.execvp("sudo", ["sudo", "env", f"XDG_CACHE_HOME={cache_base()}", *sys.argv])
