"""The commands, as run by the user on the machine."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from . import build, linux, packages, records, root, settings
from .errors import LabError


def say(text):
    print(text, file=sys.stderr, flush=True)


def become_root(arguments):
    root.become(settings.ENTRY, arguments, "namespaces and mounts", say)


def start(options):
    """Starts a laboratory; returns when it is ready, or, in the foreground, when it has ended."""
    tools = build.ensure(say)
    packages.ensure(say=say)
    become_root(options.arguments)
    folder, made = _prepare_folder(options.dir)
    images = (
        pathlib.Path(options.registry_data).resolve()
        if options.registry_data
        else (settings.cache_folder() / "images")
    )
    owner = os.environ.get("SUDO_UID")
    ours, theirs = socket.socketpair()
    request = {
        "folder": str(folder),
        "madeFolder": made,
        "tools": str(tools),
        "nodes": options.nodes,
        "full": not options.control_plane_only,
        "parent": options.with_parent,
        "owner": int(owner) if owner else None,
        "channel": theirs.fileno(),
        "prepared": {kind: str(images / f"registry-{kind}") for kind in ("plain", "tls")},
    }
    with open(folder / "logs" / "keeper.log", "wb") as log:
        subprocess.Popen(
            ("/usr/bin/python3", str(settings.ENTRY), "_keeper", json.dumps(request)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            pass_fds=(theirs.fileno(),),
        )
    theirs.close()
    return _follow(ours, folder, options.foreground)


def _prepare_folder(wanted):
    """Returns the laboratory's folder, and whether it was made here (and so goes when it stops)."""
    if wanted is None:
        folder, made = pathlib.Path(tempfile.mkdtemp(prefix="narrows-lab-")), True
    else:
        folder = pathlib.Path(wanted).resolve()
        if str(folder).startswith("/run/"):
            raise LabError(
                f"{folder}: below /run the laboratory has files of its own; choose another folder"
            )
        if any(character in str(folder) for character in ':,"\\ \n'):
            raise LabError(
                f"{folder}: mount options and configuration files don't take such characters "
                "(space, comma, colon, quote, backslash); choose another folder"
            )
        with records.locked():  # an earlier laboratory of this folder may have left something
            records.sweep()
        made = not folder.exists()
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if any(folder.iterdir()):
            raise LabError(
                f"{folder} is not empty; choose another folder, or stop the laboratory in it "
                f"with `lab/lab stop --dir {folder}`"
            )
    (folder / "logs").mkdir()
    return folder, made


def _follow(channel, folder, foreground):
    """Shows progress. The laboratory ends when the channel does, unless it was told otherwise."""
    failed = False
    try:
        for line in channel.makefile("r"):
            message = json.loads(line)
            if "step" in message:
                say(message["step"])
            elif "error" in message:
                say(f"lab: {message['error']}")
                failed = True
            elif "ready" in message:
                print(f"KUBECONFIG={folder / 'kubeconfig'}", flush=True)
                if not foreground:
                    channel.sendall(b"detach")
                    return 0
                say("Ctrl-C stops it")
        if not failed:
            say("lab: the laboratory has ended")
        return 1
    except KeyboardInterrupt:
        say("stopping")
        channel.shutdown(socket.SHUT_WR)
        while channel.recv(4096):
            pass
        return 0


def stop(options):
    become_root(options.arguments)
    try:
        record = records.find(options.dir)
    except LabError:
        with records.locked():
            swept = records.sweep()
        if options.dir is None or str(pathlib.Path(options.dir).resolve()) not in swept:
            raise
        return 0
    try:
        os.kill(record["keeper"]["pid"], 15)
    except ProcessLookupError:
        pass
    deadline = time.monotonic() + 180
    while linux.is_alive(record["keeper"]):
        if time.monotonic() > deadline:
            raise LabError(
                f"the laboratory in {record['folder']} does not end; its keeper is process "
                f"{record['keeper']['pid']}"
            )
        time.sleep(0.02)
    with records.locked():
        records.sweep()
    return 0


def sweep(options):
    become_root(options.arguments)
    with records.locked():
        for folder in records.sweep():
            say(f"removed what was left of the laboratory in {folder}")
    return 0


def control(options, action, part=None):
    """Sends one request to the laboratory's supervisor."""
    become_root(options.arguments)
    record = records.find(options.dir)
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(records.control_socket(record["id"])))
            connection.sendall(json.dumps({"action": action, "part": part}).encode() + b"\n")
            line = connection.makefile("r").readline()
        except OSError as error:
            raise LabError(
                f"the laboratory in {record['folder']} does not answer: {error.strerror}"
            ) from error
    if not line:
        raise LabError(f"the laboratory in {record['folder']} ended meanwhile")
    answer = json.loads(line)
    if "error" in answer:
        raise LabError(answer["error"])
    return answer


def execute(options):
    become_root(options.arguments)
    description = _description(options.dir)
    node = (
        description["nodes"][options.node - 1]
        if options.node <= len(description["nodes"])
        else None
    )
    if node is None:
        raise LabError(f"there is no node {options.node}")
    command = [
        "nsenter",
        "--target",
        str(node["pid"]),
        "--net",
        "--mount",
        "--pid",
        "--uts",
        "--ipc",
        "--cgroup",
        f"--wdns={os.getcwd()}",
        "--",
    ]
    os.environ["PATH"] = f"{description['bin']}:{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    os.environ["KUBECONFIG"] = description["kubeconfig"]
    os.execvp("nsenter", command + options.command)


def kubectl(options):
    description = _description(options.dir)
    program = f"{description['bin']}/kubectl"
    os.execv(
        program,
        [
            program,
            f"--kubeconfig={description['kubeconfig']}",
            f"--cache-dir={description['dir']}/kubectl-cache",
            *options.command,
        ],
    )


def _description(folder):
    record = records.find(folder)
    try:
        return json.loads(pathlib.Path(record["folder"], "lab.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LabError(f"the laboratory in {record['folder']} is not ready yet") from error
