"""The keeper: makes the namespaces, holds the laboratory's first process, and cleans up after it.

    keeper                     on the machine; outlives the laboratory just long enough to clean up
    └─ first process (PID 1)   in the laboratory; only collects orphans; dies with the keeper
       └─ supervisor           starts, watches and stops the parts
          └─ etcd, kubelet, …

Whichever of the three dies, the kernel ends the whole PID namespace, and with it go the mounts, the
network and every process. Control groups and files are removed by the keeper, or, if the keeper
itself was killed, by the next start, stop or sweep.
"""

import contextlib
import json
import os
import pathlib
import secrets
import select
import signal
import socket
import sys
import traceback

from . import cgroups, linux, mounts, network, records, settings, supervisor
from .errors import LabError


def keep(request):
    """Runs one laboratory until it ends. `request` is what `client.start` put together."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=request["channel"])
    record = None
    try:
        with records.locked():
            records.sweep()
            slot = network.free_slot({known["slot"] for known in records.everything().values()})
            record = {
                "id": secrets.token_hex(4),
                "slot": slot,
                "folder": request["folder"],
                "madeFolder": request["madeFolder"],
                "keeper": linux.identity(os.getpid()),
            }
            records.write(record)
        _run(record, request, channel, _open_parent(request["parent"]))
    except Exception as error:  # pylint: disable=broad-except
        supervisor.report_error(channel, error)
    if record is not None:
        with records.locked():
            records.clean_up(record)
    # Only now does the channel close: whoever started the laboratory sees that all is gone.


def _open_parent(pid):
    try:
        return None if pid is None else os.pidfd_open(pid)
    except OSError as error:
        raise LabError(f"--with-parent {pid}: {error.strerror}") from error


def _run(record, request, channel, parent):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(records.control_socket(record["id"])))
    listener.listen()
    entered_read, entered_write = os.pipe()
    go_read, go_write = os.pipe()
    linux.unshare(linux.CLONE_NEWPID)
    first = os.fork()
    if first == 0:
        os.close(entered_read)
        os.close(go_write)
        _first_process(record, request, channel, listener, entered_write, go_read)
    linux.children_here_again()
    record["first"] = linux.identity(first)
    records.write(record)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGKILL))
    for unused in (entered_write, go_read):
        os.close(unused)
    listener.close()
    if os.read(entered_read, 1):
        routed = network.connect_machine(record["slot"], first)
        os.write(go_write, json.dumps({"first": first, "routed": routed}).encode())
    _watch(first, channel, parent)
    os.waitpid(first, 0)


def _watch(first, channel, parent):
    """Returns when the first process has ended, or ends it because nobody wants it any more."""
    end = os.pidfd_open(first)
    poll = select.poll()
    poll.register(end, select.POLLIN)
    poll.register(channel, select.POLLIN)
    if parent is not None:
        poll.register(parent, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == end:
                return
            if descriptor == channel.fileno() and channel.recv(16) == b"detach":
                poll.unregister(channel)
                channel.close()
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(first, signal.SIGKILL)
            poll.unregister(descriptor)


def _first_process(record, request, channel, listener, entered, go):
    """PID 1 of the laboratory. Never returns."""
    status = 1
    try:
        linux.die_with_parent(signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        machine_proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        known = cgroups.hierarchies()
        cgroups.create_and_join(record["id"])
        linux.unshare(
            linux.CLONE_NEWNS
            | linux.CLONE_NEWNET
            | linux.CLONE_NEWUTS
            | linux.CLONE_NEWIPC
            | linux.CLONE_NEWCGROUP
        )
        linux.set_hostname(settings.node_name(1))
        mounts.enter_lab_view(pathlib.Path(request["folder"]), known, request["nodes"])
        os.write(entered, b"1")
        answer = os.read(go, 4096)
        if answer:
            child = os.fork()
            if child == 0:
                lab = supervisor.Lab(record, request, json.loads(answer), machine_proc)
                supervisor.run(lab, channel, listener)
                os._exit(0)
            channel.close()
            listener.close()
            while os.waitpid(-1, 0)[0] != child:
                pass
            status = 0
    except BaseException as error:  # pylint: disable=broad-except
        traceback.print_exc()
        supervisor.report_error(channel, error)
    sys.stderr.flush()
    os._exit(status)
