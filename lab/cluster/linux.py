"""The few system calls Python 3.11 does not offer, and helpers about processes."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MS_SLAVE = 0x80000
MS_SHARED = 0x100000

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags):
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source, target, kind="none", flags=0, options=""):
    """mount(2); `source` and `target` may be paths."""
    _check(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode(),
            ctypes.c_ulong(flags),
            options.encode(),
        ),
        f"mount {kind} {source} on {target} ({options})",
    )


def set_hostname(name):
    data = name.encode()
    _check(_libc.sethostname(data, ctypes.c_size_t(len(data))), "sethostname")


def die_with_parent(signal_number):
    """The kernel sends this process `signal_number` when its parent dies."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal_number), 0, 0, 0), "prctl")


def start_time(pid):
    """When a process started, in ticks since boot, or None if there is none: tells a process from a
    later one that got the same number."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19])


def identity(pid):
    return {"pid": pid, "start": start_time(pid)}


def is_alive(process):
    """Whether the process of an `identity` still runs."""
    return (
        process is not None
        and process["start"] is not None
        and (start_time(process["pid"]) == process["start"])
    )


def children_here_again():
    """After `unshare(CLONE_NEWPID)` and the one fork meant for it: later children stay outside."""
    with open("/proc/self/ns/pid", "rb") as own:
        _check(_libc.setns(ctypes.c_int(own.fileno()), ctypes.c_int(CLONE_NEWPID)), "setns")
