"""Running commands, saying what is done, and the packages that the build needs."""

import os
import shutil
import subprocess
import sys
import time

# Command → the Debian package that brings it.
NEEDED = {
    "mmdebstrap": "mmdebstrap", "skopeo": "skopeo", "umoci": "umoci", "zstd": "zstd",
    "docker-registry": "docker-registry", "gcc": "gcc libc6-dev", "dpkg-deb": "dpkg",
}

_started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - _started:5.1f} s] {text}", flush=True)


class CommandFailed(Exception):
    pass


def run(*command, **options):
    """Runs a command quietly and returns its standard output; a failure shows all it said."""
    done = subprocess.run([str(c) for c in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise CommandFailed(f"{' '.join(str(c) for c in command)}: exit {done.returncode}\n{said}")
    return done.stdout


def install_missing():
    missing = [package for command, package in NEEDED.items() if not shutil.which(command)]
    if not missing:
        return
    packages = " ".join(missing).split()
    say(f"installing {' '.join(packages)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run("apt-get", "update", env=environment)
    run("apt-get", "install", "--yes", "--no-install-recommends", *packages, env=environment)


def become_root():
    """Device nodes and chroot need root; the cache stays that of whoever called."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo"):
        sys.exit("lab/images/build needs root, and there is no sudo: run it as root")
    os.execvp("sudo", ["sudo", "--preserve-env=HOME,XDG_CACHE_HOME", sys.executable, *sys.argv])
