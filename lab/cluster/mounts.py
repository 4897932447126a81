"""The mount namespace: the laboratory sees the machine's files, and writes to its own folder."""

import os
import pathlib

from . import cgroups, linux, settings

# Folders the parts write to under fixed names; writes go to the laboratory's folder.
_OVERLAID = ("etc", "var", "opt")

# The kubelet insists on these values and would set them for the whole machine. It is shown files
# that say they are set already.
_KUBELET_TUNABLES = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}

# Each node's own copy of what the runtime and the kubelet keep. These lie outside the overlay: the
# runtime stacks overlays of its own on them, which must not be nested.
_NODE_FOLDERS = ("kubelet", "containerd", "cni")


def overlay(lower, upper_parent, target):
    """Shows `lower` at `target`; writes go below `upper_parent`."""
    upper, work = upper_parent / "upper", upper_parent / "work"
    upper.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    os.chmod(upper, os.stat(lower).st_mode & 0o7777)
    linux.mount(
        "overlay", target, "overlay", 0, f"lowerdir={lower},upperdir={upper},workdir={work}"
    )


def enter_lab_view(folder, known_hierarchies, nodes):
    """Called once, by the first process of the laboratory, in new mount and PID namespaces."""
    linux.mount("", "/", flags=linux.MS_REC | linux.MS_SLAVE)
    linux.mount("", "/", flags=linux.MS_REC | linux.MS_SHARED)
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    cgroups.mount_own_view(known_hierarchies)
    real_folder = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    for name in _OVERLAID:
        overlay(pathlib.Path("/", name), folder / "overlay" / name, pathlib.Path("/", name))
    if str(folder).startswith(tuple(f"/{name}/" for name in _OVERLAID)):
        linux.mount(f"/proc/self/fd/{real_folder}", folder, flags=linux.MS_BIND)
    os.close(real_folder)
    _hide_tunables(folder)
    _name_hosts(nodes)
    enter_node_view(folder, 1)


def enter_node_view(folder, number):
    """Gives a node its own /run and state folders. Runs in the node's mount namespace."""
    linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755")
    for name in _NODE_FOLDERS:
        own = folder / "nodes" / str(number) / name
        own.mkdir(parents=True, exist_ok=True)
        target = pathlib.Path("/var/lib", name)
        target.mkdir(exist_ok=True)
        linux.mount(own, target, flags=linux.MS_BIND)


def _hide_tunables(folder):
    shown = folder / "tunables"
    shown.mkdir()
    for name, value in _KUBELET_TUNABLES.items():
        real = pathlib.Path("/proc/sys", name)
        if real.exists():
            stand_in = shown / name.replace("/", ".")
            stand_in.write_text(value + "\n")
            linux.mount(stand_in, real, flags=linux.MS_BIND)


def _name_hosts(nodes):
    hosts = ["127.0.0.1 localhost", "::1 localhost"]
    hosts += [f"{settings.node_address(n)} {settings.node_name(n)}" for n in range(1, nodes + 1)]
    _replace("/etc/hosts", "\n".join(hosts) + "\n")
    # Nothing leaves the laboratory, so a look-up must fail at once, not wait for an answer.
    _replace("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")


def _replace(name, text):
    path = pathlib.Path(name)
    path.unlink(missing_ok=True)  # it may be a link into /run
    path.write_text(text)
