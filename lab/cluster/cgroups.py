"""A control group of its own for each laboratory, in every hierarchy of the machine.

The laboratory's processes sit below `/narrows-lab-<id>` and see that group as their root (a cgroup
namespace), so nothing the container runtime makes can be left elsewhere.
"""

import os
import pathlib
import time

from . import linux, settings

ROOT = pathlib.Path("/sys/fs/cgroup")
_NOT_CONTROLLERS = {
    "rw",
    "ro",
    "xattr",
    "clone_children",
    "noprefix",
    "nsdelegate",
    "memory_recursiveprot",
}


class Hierarchy:
    """One mounted cgroup hierarchy."""

    def __init__(self, mountpoint, kind, options):
        self.mountpoint = pathlib.Path(mountpoint)
        self.kind = kind  # cgroup (version 1) or cgroup2
        self.options = options


def hierarchies():
    """The cgroup hierarchies mounted below /sys/fs/cgroup, as this process sees them."""
    found = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            left, _, right = line.partition(" - ")
            mountpoint = left.split()[4]
            kind, _, super_options = right.split()[:3]
            if kind not in ("cgroup", "cgroup2") or not mountpoint.startswith(str(ROOT)):
                continue
            options = []
            for option in super_options.split(","):
                if option in _NOT_CONTROLLERS or option.startswith("release_agent="):
                    continue
                options += ["none", option] if option.startswith("name=") else [option]
            found[mountpoint] = Hierarchy(
                mountpoint, kind, ",".join(options) if kind == "cgroup" else ""
            )
    return list(found.values())


def _group(hierarchy, lab_id):
    return hierarchy.mountpoint / (settings.CGROUP_PREFIX + lab_id)


def create_and_join(lab_id):
    """Makes the laboratory's group in every hierarchy and moves this process into it."""
    for hierarchy in hierarchies():
        if hierarchy.mountpoint == ROOT:
            _offer_controllers()
        group = _group(hierarchy, lab_id)
        group.mkdir(exist_ok=True)
        for name in (
            "cpuset.cpus",
            "cpuset.mems",
        ):  # empty in a new version 1 group, which then takes nobody
            if hierarchy.kind == "cgroup" and (group / name).exists():
                (group / name).write_text((hierarchy.mountpoint / name).read_text())
        (group / "cgroup.procs").write_text("0")


def _offer_controllers():
    """Where version 2 is the machine's only one: sees that its root hands on what a container
    runtime needs. Any runtime does that, and an init system has usually done it before."""
    present = (ROOT / "cgroup.controllers").read_text().split()
    handed_on = (ROOT / "cgroup.subtree_control").read_text().split()
    for controller in ("cpu", "cpuset", "io", "memory", "pids"):
        if controller in present and controller not in handed_on:
            (ROOT / "cgroup.subtree_control").write_text(f"+{controller}")


def mount_own_view(known):
    """Mounts the hierarchies `known`, seen before the cgroup namespace was entered, on a new /sys.

    Where version 2 is the machine's only one, this process also leaves the root group for a group
    of its own, since a group with processes in it cannot hand controllers to its children.
    """
    linux.mount("sysfs", "/sys", "sysfs", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    if len(known) == 1 and known[0].mountpoint == ROOT:
        linux.mount("cgroup2", ROOT, "cgroup2")
        (ROOT / "parts").mkdir()
        (ROOT / "parts" / "cgroup.procs").write_text("0")
        for controller in (ROOT / "cgroup.controllers").read_text().split():
            (ROOT / "cgroup.subtree_control").write_text(f"+{controller}")
        return
    linux.mount("tmpfs", ROOT, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755")
    for hierarchy in known:
        hierarchy.mountpoint.mkdir(parents=True)
        linux.mount(hierarchy.kind, hierarchy.mountpoint, hierarchy.kind, 0, hierarchy.options)
        controllers = hierarchy.mountpoint.name.split(",")
        if len(controllers) > 1:  # cpu,cpuacct is also found as cpu and as cpuacct
            for controller in controllers:
                (ROOT / controller).symlink_to(hierarchy.mountpoint.name)


def groups_on_machine():
    """Identifiers of all laboratories that have a group, running or not."""
    found = set()
    for hierarchy in hierarchies():
        for group in hierarchy.mountpoint.glob(settings.CGROUP_PREFIX + "*"):
            found.add(group.name[len(settings.CGROUP_PREFIX) :])
    return found


def remove(lab_id, patience=10.0):
    """Removes the laboratory's groups. The kernel needs a moment after the last process has died;
    returns whether all are gone."""
    deadline = time.monotonic() + patience
    while True:
        left = False
        for hierarchy in hierarchies():
            group = _group(hierarchy, lab_id)
            if group.exists():
                left = not _remove_tree(group) or left
        if not left or time.monotonic() > deadline:
            return not left
        time.sleep(0.1)


def _remove_tree(group):
    gone = True
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError:
            gone = False
    return gone
