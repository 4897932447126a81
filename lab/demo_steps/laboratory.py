"""A full laboratory with Narrows in it, as the demo and the end-to-end tests use it."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LAB = ROOT / "lab" / "lab"
BINARY = ROOT / "build" / "release" / "bin" / "narrows"
NAMESPACE = "narrows-system"
WORKLOADS = ROOT / "lab" / "workloads"
DATABASE = "/var/lib/narrows-lab/db/narrows.db"  # on the node
PATIENCE = 120  # generous: time never decides


class Failure(Exception):
    """What was expected and not seen, or a command that failed, with what it said."""


def run(*command, text=None, good=(0,)):
    """Runs a command quietly → its standard output. A failure shows the end of what it said."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failure(f"{words[0]}: {error.strerror}") from error
    if done.returncode not in good:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        raise Failure(f"{pathlib.Path(words[0]).name} {' '.join(words[1:])}: {said}")
    return done.stdout


def wait_for(what, condition, patience=PATIENCE):
    """→ the first true value of the condition. `what` ends the sentence "waited in vain for …"."""
    deadline = time.monotonic() + patience
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
            last = None
        except Failure as failure:  # the API server may be away for a moment
            last = failure
        if time.monotonic() > deadline:
            why = f"; last: {last}" if last else ""
            raise Failure(f"waited {patience:.0f} s in vain for {what}{why}")
        time.sleep(0.2)


@contextlib.contextmanager
def uninterrupted():
    """Ctrl-C has no effect within, on this process and on what it starts."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Laboratory:
    """Starts on construction; `stop` leaves nothing. With `bound`, it also ends with this
    process, however that ends."""

    def __init__(self, bound=True):
        self.folder = pathlib.Path(tempfile.gettempdir(), f"narrows-demo-{os.getpid()}")
        options = ["--with-parent", str(os.getpid())] if bound else []
        started = subprocess.Popen(
            [LAB, "start", "--dir", self.folder, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            said = started.communicate()[1]
            if started.returncode != 0:
                raise Failure(f"the laboratory did not start: {said}")
            self.facts = json.loads((self.folder / "lab.json").read_text(encoding="utf-8"))
        except BaseException:
            with uninterrupted():
                started.wait()
                self.stop()
            raise

    def stop(self):
        # Again where the machine is so busy that the removal takes longer than `stop` waits.
        for _ in range(3):
            if not self.folder.exists():
                return
            with uninterrupted():
                subprocess.run(
                    [LAB, "stop", "--dir", self.folder], capture_output=True, check=False
                )
        if self.folder.exists():
            raise Failure(f"{self.folder} is still there: lab/lab stop --dir {self.folder}")

    # -- the API server, asked as the administrator: what the demo does as the user, and all its
    # checks. Narrows has its own account.

    def kubectl(self, *arguments, text=None, good=(0,)):
        return run(
            f"{self.facts['bin']}/kubectl",
            f"--kubeconfig={self.facts['kubeconfig']}",
            f"--cache-dir={self.folder}/kubectl-cache",
            "--request-timeout=30s",
            *arguments,
            text=text,
            good=good,
        )

    def get(self, kind, name=None, namespace=None, selector=None):
        """→ the object, None if there is none; without a name the list's items."""
        where = [f"--namespace={namespace}"] if namespace else ["--all-namespaces"]
        which = [name, "--ignore-not-found"] if name else []
        chosen = [f"--selector={selector}"] if selector else []
        answer = self.kubectl("get", kind, *which, *where, *chosen, "--output=json")
        if name:
            return json.loads(answer) if answer.strip() else None
        return json.loads(answer)["items"]

    def apply(self, file):
        return self.kubectl("apply", "-f", file)

    def patch(self, kind, name, change, namespace=None):
        where = [f"--namespace={namespace}"] if namespace else []
        self.kubectl("patch", kind, name, *where, "--type=merge", "-p", json.dumps(change))

    # -- Narrows

    def install(self, database, binary=BINARY):
        install = ROOT / "deploy" / "lab" / "install"
        return run(
            install, "--dir", self.folder, "--database", database, "--binary", binary
        )

    def stage_database(self, file):
        """Lays a database beside the one in use; rename_database puts it in its place."""
        seen_there = self.folder / "narrows.db.next"  # /var is another one inside
        shutil.copyfile(file, seen_there)
        self.inside("install", "-m", "644", seen_there, f"{DATABASE}.next")
        seen_there.unlink()

    def rename_database(self):
        self.inside("mv", f"{DATABASE}.next", DATABASE)

    def narrows(self, *arguments, good=(0,)):
        """Runs a command of Narrows in its pod: with its service account and nothing else."""
        inside = ("exec", f"--namespace={NAMESPACE}", "deployment/narrows", "--", "narrows")
        return self.kubectl(*inside, *arguments, good=good)

    def narrows_outside(self, *arguments):
        """Runs a command of Narrows on this machine, as its service account and nothing else."""
        token = self.kubectl("create", "token", "narrows", f"--namespace={NAMESPACE}").strip()
        administrator = json.loads(self.kubectl("config", "view", "--raw", "--output=json"))
        administrator["users"] = [
            {"name": user["name"], "user": {"token": token}} for user in administrator["users"]
        ]
        file = self.folder / "narrows-kubeconfig"
        file.write_text(json.dumps(administrator), encoding="utf-8")
        return run(BINARY, *arguments, f"--kubeconfig={file}")

    def inside(self, *command):
        """Runs a command in the laboratory's namespaces."""
        return run(LAB, "exec", "--dir", self.folder, "--", *command)

    def assess(self, output):
        """→ the report in the format wanted: JSON as a value, the table as text."""
        registries = self.facts["registries"]
        said = self.narrows(
            "assess",
            f"--output={output}",
            "--db=/var/lib/narrows/db/narrows.db",
            f"--plain-http={registries['plain']['reference']}",
            f"--registry-ca={registries['tls']['reference']}=/etc/narrows/registry-ca/lab.pem",
            good=(0, 2),  # 2: something is violated
        )
        return json.loads(said) if output == "json" else said

    def narrows_pod(self):
        pods = self.get("pods", namespace=NAMESPACE, selector="app.kubernetes.io/name=narrows")
        ready = [pod for pod in pods if is_ready(pod) and not is_leaving(pod)]
        return ready[0] if ready else None

    # -- the sample workloads

    def start_workloads(self):
        for file in sorted(WORKLOADS.glob("[0-9]*.yaml")):
            self.apply(file)

    def workloads_run(self):
        """→ the pods, once each is there and ready; a Job of the CronJob is one of them."""
        rollouts = self.get("deployments,statefulsets,daemonsets")
        rollouts = [one for one in rollouts if one["metadata"]["namespace"] != NAMESPACE]
        pods = [pod for pod in self.get("pods") if pod["metadata"]["namespace"] != NAMESPACE]
        complete = all(is_rolled_out(one) for one in rollouts)
        there = all(is_ready(pod) or pod["status"]["phase"] == "Succeeded" for pod in pods)
        return pods if complete and pods and there else None

    def run_report_now(self):
        """A Job of the CronJob, so that nothing waits for the full minute."""
        self.kubectl(
            "create", "job", "report-now", "--from=cronjob/report", "--namespace=data"
        )

    def forget(self, image):
        registry = self.facts["registries"]["plain"]["outside"]
        return run(ROOT / "lab" / "images" / "forget", f"http://{registry}", image)


def is_ready(pod):
    conditions = pod.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def is_leaving(pod):
    return "deletionTimestamp" in pod["metadata"]


def is_rolled_out(controller):
    """Deployment, StatefulSet or DaemonSet: every pod is of the present template and ready."""
    status = controller.get("status", {})
    if status.get("observedGeneration", 0) < controller["metadata"]["generation"]:
        return False
    if controller["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        return wanted > 0 and status.get("numberReady", 0) == wanted
    wanted = controller["spec"]["replicas"]
    return all(status.get(name, 0) == wanted for name in ("replicas", "readyReplicas", "updatedReplicas"))
