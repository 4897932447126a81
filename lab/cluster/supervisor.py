"""The supervisor, inside the laboratory: starts the parts in order and obeys the control socket."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time
import traceback

from . import certificates, configuration, linux, mounts, network, parts, settings
from .errors import LabError

_PATIENCE = 120.0  # for one part to answer; on an idle machine none takes 10 s
_LOG_LINES = 12


class Lab:
    """What the supervisor knows of the laboratory it runs."""

    def __init__(self, record, request, machine, machine_proc):
        self.id = record["id"]
        self.slot = record["slot"]
        self.folder = pathlib.Path(record["folder"])
        self.tools = pathlib.Path(request["tools"])
        self.nodes = request["nodes"]
        self.full = request["full"]
        self.prepared = {kind: pathlib.Path(path) for kind, path in request["prepared"].items()}
        self.owner = request["owner"]
        self.keeper = record["keeper"]["pid"]
        self.routed = machine["routed"]
        self.first = machine["first"]  # as the machine numbers it
        self.machine_proc = machine_proc  # the machine's own /proc


def send(channel, message):
    """One line to whoever started the laboratory; that nobody listens any more is no error."""
    with contextlib.suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")


def report_error(channel, error):
    if isinstance(error, LabError):
        send(channel, {"error": str(error)})
    else:
        send(channel, {"error": f"{type(error).__name__}: {error}"})


def run(lab, channel, listener):
    """Starts everything, then serves the control socket for good."""
    try:
        one = Supervisor(lab, lambda text: send(channel, {"step": text}))
        one.start()
        send(channel, {"ready": str(lab.folder)})
        channel.close()
        one.serve(listener)
    except BaseException as error:  # pylint: disable=broad-except
        traceback.print_exc()
        report_error(channel, error)


class Supervisor:
    """Holds the processes of the parts."""

    def __init__(self, lab, say):
        self._lab = lab
        self._say = say
        self._began = time.monotonic()
        self._catalogue = parts.Catalogue(lab.folder, lab.tools, lab.nodes)
        self._environment = parts.environment(lab.tools, lab.folder)
        self._running = {}  # name → Popen
        self._holders = {
            1: (None, lab.first)
        }  # node → its process here, and as the machine numbers it

    # Start

    def start(self):
        lab = self._lab
        (lab.folder / "logs").mkdir(exist_ok=True)
        certificates.create(lab.folder / "certificates", lab.slot, lab.nodes)
        configuration.write(lab.folder, lab.nodes)
        network.prepare_first_node()
        for number in range(2, lab.nodes + 1):
            self._add_node(number)
        for kind, prepared in lab.prepared.items():
            self._open_storage(f"registry-{kind}", prepared)
        self._start_control_plane()
        if lab.full:
            self._start_nodes()
        self._publish()

    def _start_control_plane(self):
        for name in parts.CONTROL_PLANE_PARTS:
            self._spawn(name)
        if self._lab.full:
            for name in self._of_nodes("containerd"):
                self._spawn(name)
                self._await(name)
        for name in ("etcd", "registry-plain", "registry-tls", "apiserver"):
            self._await(name)

    def _start_nodes(self):
        names = [
            "controller-manager",
            "scheduler",
            *self._of_nodes("kubelet"),
            *self._of_nodes("kube-proxy"),
        ]
        for name in names:
            self._spawn(name)
        for name in names:
            self._await(name)
        for number in range(1, self._lab.nodes + 1):
            self._until(
                f"node {settings.node_name(number)} Ready", lambda n=number: self._node_ready(n)
            )
        self._until(
            "namespace default has its service account",
            lambda: self._catalogue.api("/api/v1/namespaces/default/serviceaccounts/default")[0]
            == 200,
        )

    def _node_ready(self, number):
        node = self._catalogue.api_object(f"/api/v1/nodes/{settings.node_name(number)}") or {}
        conditions = node.get("status", {}).get("conditions", [])
        taints = node.get("spec", {}).get("taints", [])  # taken off a moment after it is ready
        return not taints and any(
            c["type"] == "Ready" and c["status"] == "True" for c in conditions
        )

    def _of_nodes(self, name):
        return [n for n, part in self._catalogue.parts.items() if n.partition("@")[0] == name]

    def _open_storage(self, name, prepared):
        """Shows the prepared images to the registry; what it writes stays in this laboratory."""
        storage = self._lab.folder / name
        storage.mkdir()
        if prepared.is_dir():
            mounts.overlay(prepared, self._lab.folder / f"{name}.changes", storage)

    def _add_node(self, number):
        """Namespaces for a further node, held by a process that does nothing."""
        entered_read, entered_write = os.pipe()
        holder = os.fork()
        if holder == 0:
            with contextlib.suppress(BaseException):
                on_machine = os.readlink("self", dir_fd=self._lab.machine_proc)
                linux.unshare(
                    linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC
                )
                linux.set_hostname(settings.node_name(number))
                linux.mount("", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
                linux.mount("", "/", flags=linux.MS_REC | linux.MS_SHARED)
                mounts.enter_node_view(self._lab.folder, number)
                os.write(entered_write, on_machine.encode())
                while True:
                    signal.pause()
            os._exit(1)
        os.close(entered_write)
        on_machine = os.read(entered_read, 64)
        os.close(entered_read)
        if not on_machine:
            raise LabError(f"could not make the namespaces of node {number}")
        self._holders[number] = (holder, int(on_machine))
        network.attach_node(number, holder)
        for other in range(1, number):
            network.route_pods(number, other, holder)
            network.route_pods(other, number, self._holders[other][0])

    # One part

    def _inside(self, number):
        """What to put before a command so that it runs on a node."""
        holder = self._holders[number][0]
        if holder is None:
            return []
        return ["nsenter", "--target", str(holder), "--net", "--mount", "--uts", "--ipc", "--"]

    def _log(self, name):
        return self._lab.folder / "logs" / f"{name}.log"

    def _spawn(self, name):
        part = self._catalogue.parts[name]
        with open(self._log(name), "ab") as log:
            self._running[name] = subprocess.Popen(
                self._inside(part.node) + part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd="/",
                start_new_session=True,
            )

    def _await(self, name):
        """Waits until a part answers."""
        part = self._catalogue.parts[name]
        process = self._running[name]

        def answers():
            if process.poll() is not None:
                raise LabError(
                    f"{name} ended with status {process.returncode}; its last lines:\n"
                    + self._last_lines(name)
                )
            return part.healthy() if part.healthy else self._containerd_answers(part.node)

        self._until(f"{name} answers", answers, name)

    def _until(self, what, condition, name=None):
        deadline = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(OSError):
                if condition():
                    break
            if time.monotonic() > deadline:
                tail = f"; its last lines:\n{self._last_lines(name)}" if name else ""
                raise LabError(f"waited {_PATIENCE:.0f} s in vain for: {what}{tail}")
            time.sleep(0.05)
        self._say(f"{time.monotonic() - self._began:5.1f} s  {what}")

    def _containerd_answers(self, number):
        """Whether the runtime answers; it then also gets the image every pod needs."""
        ctr = self._inside(number) + ["ctr", "--namespace", "k8s.io"]
        run = {"env": self._environment, "capture_output": True, "text": True, "check": False}
        if subprocess.run(ctr + ["version"], **run).returncode != 0:
            return False
        done = subprocess.run(ctr + ["images", "import", str(self._lab.tools / "pause.tar")], **run)
        if done.returncode != 0:
            raise LabError(f"import of the pause image: {done.stderr.strip()}")
        return True

    def _last_lines(self, name):
        try:
            lines = self._log(name).read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join("    " + line[:400] for line in lines[-_LOG_LINES:])

    def _end(self, name, number):
        process = self._running.pop(name, None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # Control

    def serve(self, listener):
        """One request a connection, in turn: {"action": …, "part": …} → {} or {"error": …}."""
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError, ValueError):
                connection.settimeout(10)
                request = json.loads(connection.makefile("r").readline())
                try:
                    answer = self._obey(request["action"], request.get("part"))
                except LabError as error:
                    answer = {"error": str(error)}
                connection.sendall(json.dumps(answer).encode() + b"\n")

    def _obey(self, action, name):
        if action == "compact":
            return self._compact()
        if name not in self._catalogue.parts:
            raise LabError(
                f"no part is called {name}; there are: {', '.join(self._catalogue.parts)}"
            )
        if action in ("stop", "restart"):
            self._end(name, signal.SIGTERM)
        elif action == "kill":
            self._end(name, signal.SIGKILL)
        if action in ("start", "restart"):
            process = self._running.get(name)
            if process is not None and process.poll() is None:
                raise LabError(f"{name} runs already")
            self._say = lambda text: None
            self._spawn(name)
            self._await(name)
        return {}

    def _compact(self):
        own = self._lab.folder / "certificates"
        done = subprocess.run(
            (
                str(self._lab.tools / "bin" / "etcd-compact"),
                f"-endpoint=https://127.0.0.1:{settings.ETCD_PORT}",
                f"-cacert={own / 'etcd-ca.crt'}",
                f"-cert={own / 'etcd.crt'}",
                f"-key={own / 'etcd.key'}",
            ),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LabError(done.stderr.strip())
        return {"revision": int(done.stdout)}

    # What the outside reads

    def _publish(self):
        lab = self._lab
        outside = settings.inside_address(lab.slot)
        server = f"https://{outside}:{settings.API_PORT}"
        certificates.write_kubeconfig(
            lab.folder / "kubeconfig", lab.folder / "certificates", "admin", server
        )
        for name in ("ca.crt", "registry-ca.crt"):
            (lab.folder / name).write_bytes((lab.folder / "certificates" / name).read_bytes())
        nodes = [
            {
                "name": settings.node_name(number),
                "address": settings.node_address(number),
                "pid": on_machine,
                "root": f"/proc/{on_machine}/root",
                "kubeletRoot": "/var/lib/kubelet",
                "containerdSocket": "/run/containerd/containerd.sock",
            }
            for number, (_, on_machine) in self._holders.items()
        ]
        plain = {
            "reference": f"{settings.CONTROL_PLANE}:{settings.PLAIN_PORT}",
            "outside": f"{outside}:{settings.PLAIN_PORT}",
        }
        tls = {
            "reference": f"{settings.CONTROL_PLANE}:{settings.TLS_PORT}",
            "outside": f"{outside}:{settings.TLS_PORT}",
            "caFile": str(lab.folder / "registry-ca.crt"),
            "username": settings.REGISTRY_USER,
            "password": settings.REGISTRY_PASSWORD,
        }
        description = {
            "id": lab.id,
            "dir": str(lab.folder),
            "mode": "full" if lab.full else "control-plane",
            "kubeconfig": str(lab.folder / "kubeconfig"),
            "apiServer": server,
            "apiServerInside": f"https://{settings.CONTROL_PLANE}:{settings.API_PORT}",
            "caFile": str(lab.folder / "ca.crt"),
            "bin": str(lab.tools / "bin"),
            "keeper": lab.keeper,
            "pid": lab.first,
            "referencesReachableOutside": lab.routed,
            "nodes": nodes,
            "registries": {"plain": plain, "tls": tls},
        }
        temporary = lab.folder / "lab.json.new"
        temporary.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
        temporary.rename(lab.folder / "lab.json")
        if lab.owner is not None:
            for name in (".", "kubeconfig", "lab.json", "ca.crt", "registry-ca.crt"):
                os.chown(lab.folder / name, lab.owner, -1)
