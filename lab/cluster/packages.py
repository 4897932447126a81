"""Debian packages the laboratory runs on, installed where they are missing."""

import os
import subprocess

from .errors import LabError

NEEDED = (
    "containerd",
    "containernetworking-plugins",
    "docker-registry",
    "gcc",
    "iproute2",
    "libc6-dev",
    "nftables",
    "openssl",
    "runc",
)


def missing(names):
    done = subprocess.run(
        ("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names),
        capture_output=True,
        text=True,
        check=False,
    )
    present = {
        line.split()[1] for line in done.stdout.splitlines() if line.startswith("installed ")
    }
    return [name for name in names if name not in present]


def ensure(names=NEEDED, say=print):
    """Installs what is missing of `names`, and says so first."""
    absent = missing(names)
    if not absent:
        return
    say(f"installing Debian packages: {' '.join(absent)}")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    install = [
        *sudo,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-y",
        "--no-install-recommends",
        "install",
        *absent,
    ]
    if subprocess.run(install, check=False).returncode != 0:
        subprocess.run([*sudo, "apt-get", "-qq", "update"], check=False)
        if subprocess.run(install, check=False).returncode != 0:
            raise LabError(
                f"could not install: {' '.join(absent)}. Install them by hand and try again"
            )
    # What the machine did not serve before it need not serve now.
    services = [name for name in ("containerd", "docker-registry") if name in absent]
    if services and os.path.isdir("/run/systemd/system"):
        subprocess.run([*sudo, "systemctl", "--quiet", "disable", "--now", *services], check=False)
