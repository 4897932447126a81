#!/usr/bin/python3
"""Our Pod Security Standards beside the real API server: pods made up from a seed, created for show (dry run) in
a namespace that enforces a level of a version. Only pods that a privileged namespace accepts count; the
server's reasons must be our violated controls, and none where it accepts. Each control must have at least 50
pods that pass and 50 that fail (of all pods; in the twentieth of a usual run, 2).

    pod_security_server.py JUDGE_PODS
"""

import base64
import http.client
import json
import os
import random
import re
import ssl
import subprocess
import sys
import tempfile

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from pod_security_fixtures import answers_of  # noqa: E402
from version_oracle import MOST_SHOWN, SCALE, skip  # noqa: E402

PODS = 5000 // SCALE
LEAST_OF_EACH = 50 if SCALE == 1 else 2
MINORS = range(25, 35)
NEWEST_TOO = [*MINORS, *[34] * 6]  # a control is of 1.34 alone

# The server's reason -> controls it may stand for.
REASONS = {
    "allowPrivilegeEscalation != false": {"allowPrivilegeEscalation"},
    "forbidden AppArmor profile": {"appArmorProfile"},
    "forbidden AppArmor profiles": {"appArmorProfile"},
    "non-default capabilities": {"capabilities_baseline"},
    "unrestricted capabilities": {"capabilities_restricted"},
    "host namespaces": {"hostNamespaces"},
    "hostPath volumes": {"hostPathVolumes"},
    "hostPort": {"hostPorts"},
    "probe or lifecycle host": {"hostProbesAndHostLifecycle"},
    "privileged": {"privileged"},
    "procMount": {"procMount"},
    "restricted volume types": {"restrictedVolumes"},
    "runAsNonRoot != true": {"runAsNonRoot"},
    "runAsUser=0": {"runAsUser"},
    "seLinuxOptions": {"seLinuxOptions"},
    "seccompProfile": {"seccompProfile_baseline", "seccompProfile_restricted"},
    "forbidden sysctls": {"sysctls"},
    "hostProcess": {"windowsHostProcess"},
}
BASELINE = {"appArmorProfile", "capabilities_baseline", "hostNamespaces", "hostPathVolumes", "hostPorts",
            "hostProbesAndHostLifecycle", "privileged", "procMount", "seLinuxOptions",
            "seccompProfile_baseline", "sysctls", "windowsHostProcess"}
STOOD_IN_FOR = {"capabilities_baseline", "hostPathVolumes", "seccompProfile_baseline"}


class Server:
    def __init__(self, kubeconfig, scratch):
        with open(kubeconfig, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]

        def as_file(holder, key):
            if key in holder:
                return os.path.join(os.path.dirname(kubeconfig), holder[key])
            path = f"{scratch}/{key}"
            with open(path, "wb") as out:
                out.write(base64.b64decode(holder[f"{key}-data"]))
            return path

        context = ssl.create_default_context(cafile=as_file(cluster, "certificate-authority"))
        if "token" not in user:
            context.load_cert_chain(as_file(user, "client-certificate"), as_file(user, "client-key"))
        self._headers = {"Content-Type": "application/json"}
        if "token" in user:
            self._headers["Authorization"] = f"Bearer {user['token']}"
        self._connection = http.client.HTTPSConnection(
            cluster["server"].removeprefix("https://"), context=context, timeout=60)

    def create(self, path, body):
        """(status, message)"""
        self._connection.request("POST", path, json.dumps(body), self._headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        return response.status, answer.get("message", "")

    def namespace(self, name, level, minor):
        labels = {"pod-security.kubernetes.io/enforce": level,
                  "pod-security.kubernetes.io/enforce-version": f"v1.{minor}"}
        meta = {"name": name, "labels": labels}
        for path, body in (("/api/v1/namespaces", {"metadata": meta}),
                           (f"/api/v1/namespaces/{name}/serviceaccounts", {"metadata": {"name": "default"}})):
            status, message = self.create(path, body)
            if status not in (201, 409):
                sys.exit(f"{path}: {status} {message}")


def security_context(rng, of_pod):
    """A careful context in which now and then something is wrong."""
    def now_and_then(chance=0.06):
        return rng.random() < chance
    context = {}
    if rng.random() < (0.8 if of_pod else 0.4):
        context["runAsNonRoot"] = rng.random() < 0.9
    if now_and_then(0.15):
        context["runAsUser"] = rng.choice([0, 1, 1000])
    if rng.random() < (0.8 if of_pod else 0.3):
        kind = rng.choice(["RuntimeDefault"] * 6 + ["Localhost", "Unconfined"])
        context["seccompProfile"] = {"type": kind}
        if kind == "Localhost":
            context["seccompProfile"]["localhostProfile"] = "profiles/x.json"
    if now_and_then(0.1):
        kind = rng.choice(["RuntimeDefault", "Localhost", "Unconfined"])
        context["appArmorProfile"] = {"type": kind}
        if kind == "Localhost":
            context["appArmorProfile"]["localhostProfile"] = "x"
    if now_and_then(0.12):
        context["seLinuxOptions"] = {rng.choice(["type", "type", "type", "level", "user", "role"]): rng.choice(
            ["container_t", "container_init_t", "container_engine_t", "spc_t", "s0"])}
    if of_pod and now_and_then(0.15):
        context["sysctls"] = [{"name": name, "value": "1"} for name in rng.sample(
            ["kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_rmem", "net.core.somaxconn",
             "net.ipv4.tcp_keepalive_time", "net.ipv4.ip_local_reserved_ports"], rng.randint(1, 2))]
    return context


def windows_options(rng):
    return {"hostProcess": rng.random() < 0.7} if rng.random() < 0.9 else {"runAsUserName": "ContainerUser"}


def container(rng, name, windows):
    made = {"name": name, "image": "registry.example/app:1"}
    context = {} if windows else security_context(rng, False)
    if not windows:
        if rng.random() < 0.85:
            context["allowPrivilegeEscalation"] = rng.random() < 0.1
        if rng.random() < 0.85:
            context["capabilities"] = {"drop": rng.choice([["ALL"]] * 8 + [["NET_RAW"], [], ["ALL", "KILL"]])}
            if rng.random() < 0.2:
                context["capabilities"]["add"] = rng.sample(
                    ["NET_BIND_SERVICE", "CHOWN", "SYS_ADMIN", "NET_RAW", "AUDIT_WRITE"], rng.randint(1, 2))
        if rng.random() < 0.1 and context.get("allowPrivilegeEscalation") is not False:
            context["privileged"] = True
        elif rng.random() < 0.05:
            context["privileged"] = False
        if rng.random() < 0.08:
            context["procMount"] = "Default"
    if context:
        made["securityContext"] = context
    if rng.random() < 0.2:
        made["ports"] = [{"containerPort": rng.randint(1, 9999)}]
        if rng.random() < 0.3:
            made["ports"][0]["hostPort"] = made["ports"][0]["containerPort"]
    if not name.startswith("init") and rng.random() < 0.25:
        action = rng.choice(["httpGet", "tcpSocket"])
        where = {"port": 80}
        if rng.random() < 0.7:
            where["host"] = rng.choice(["", "127.0.0.1", "example.org"])
        if rng.random() < 0.5:
            made[rng.choice(["livenessProbe", "readinessProbe", "startupProbe"])] = {action: where}
        else:
            made["lifecycle"] = {rng.choice(["postStart", "preStop"]): {action: where}}
    return made


VOLUMES = [{"emptyDir": {}}, {"configMap": {"name": "x"}}, {"secret": {"secretName": "x"}},
           {"hostPath": {"path": "/etc"}}, {"nfs": {"server": "x", "path": "/"}}, {},
           {"downwardAPI": {"items": []}}, {"projected": {"sources": []}}, {"csi": {"driver": "x.example"}},
           {"persistentVolumeClaim": {"claimName": "x"}}, {"image": {"reference": "x"}}]


def pod(rng, number):
    windows = rng.random() < 0.12
    spec = {"automountServiceAccountToken": False,
            "containers": [container(rng, f"c{i}", windows) for i in range(rng.choice([1, 1, 2]))]}
    if rng.random() < 0.2:
        spec["initContainers"] = [container(rng, "init", windows)]
    context = {"runAsNonRoot": rng.random() < 0.8} if windows else security_context(rng, True)
    if windows:
        spec["os"] = {"name": "windows"}
        if rng.random() < 0.6:
            context["windowsOptions"] = windows_options(rng)
            spec["hostNetwork"] = context["windowsOptions"].get("hostProcess", False)
            if not spec["hostNetwork"]:
                del spec["hostNetwork"]
    elif rng.random() < 0.5:
        spec["os"] = {"name": "linux"}
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if not windows and rng.random() < 0.03:
            spec[field] = True
    if not windows and rng.random() < 0.1 and not any(spec.get(f) for f in ("hostNetwork", "hostPID", "hostIPC")):
        spec["hostUsers"] = rng.random() < 0.3
        if not spec["hostUsers"] and rng.random() < 0.7:  # which the server asks for
            spec["containers"][0].setdefault("securityContext", {})["procMount"] = "Unmasked"
    if context:
        spec["securityContext"] = context
    if rng.random() < 0.3:
        spec["volumes"] = [{"name": f"v{i}", **rng.choice(VOLUMES)} for i in range(rng.randint(1, 2))]
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number}"}, "spec": spec}
    if rng.random() < 0.05:
        made["metadata"]["annotations"] = {"container.apparmor.security.beta.kubernetes.io/c0": rng.choice(
            ["unconfined", "runtime/default", "localhost/x"])}
    return made


def reasons(message):
    """Of: … violates PodSecurity "restricted:v1.34": REASON (detail), REASON (detail)"""
    found = set()
    text = message.split('violates PodSecurity "', 1)[1].split('": ', 1)[1]
    depth, begin, pieces, quoted = 0, 0, [], False
    for i, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "()":
            depth += 1 if c == "(" else -1
        elif not quoted and c == "," and depth == 0:
            pieces.append(text[begin:i])
            begin = i + 1
    for piece in [*pieces, text[begin:]]:
        found.add(re.sub(r" \(.*", "", piece.strip()))
    return found


def same(ours, theirs, made):
    """Whether the controls we found are the reasons the server gave."""
    if made["spec"].get("hostNetwork"):  # the server fills host ports in; the namespace is the finding
        ours, theirs = ours - {"hostPorts"}, theirs - {"hostPort"}
    possible = [REASONS.get(reason, set()) for reason in theirs]
    return all(ours & controls for controls in possible) and all(
        any(control in controls for controls in possible) for control in ours)


def compare(judge, server, scratch):
    rng = random.Random(20260101)
    server.namespace("privileged", "privileged", 34)
    names = {}
    for level in ("baseline", "restricted"):
        for minor in MINORS:
            names[level, minor] = f"{level}-{minor}"
            server.namespace(names[level, minor], level, minor)
    inputs, verdicts, pods, refused, number = [], [], [], 0, 0
    while len(inputs) < PODS:
        number += 1
        if number > 4 * PODS + 100:
            sys.exit(f"the server refuses most of what is made up: {refused} of {number}, last: {message}")
        made = pod(rng, number)
        level, minor = rng.choice(["baseline", "restricted"]), rng.choice(NEWEST_TOO)
        status, message = server.create("/api/v1/namespaces/privileged/pods?dryRun=All", made)
        if status != 201:
            refused += 1
            continue
        status, message = server.create(f"/api/v1/namespaces/{names[level, minor]}/pods?dryRun=All", made)
        if status != 201 and "violates PodSecurity" not in message:
            sys.exit(f"an answer that is none: {status} {message}")
        path = f"{scratch}/{number}.json"
        with open(path, "w", encoding="utf-8") as out:
            json.dump(made, out)
        inputs.append((level, minor, path))
        verdicts.append(set() if status == 201 else reasons(message))
        pods.append(made)
    return inputs, verdicts, pods, answers_of(judge, inputs), refused


def report(inputs, verdicts, pods, answers, refused):
    wrong, passing, failing = [], {}, {}
    for (level, minor, _), theirs, made, answer in zip(inputs, verdicts, pods, answers):
        ours = set() if answer == "-" else set(answer.split(","))
        if not same(ours, theirs, made):
            wrong.append(f"{level} 1.{minor}: server {sorted(theirs)}, we {sorted(ours)}: {json.dumps(made)}")
        controls = set().union(*REASONS.values())
        judged = controls & BASELINE if level == "baseline" else controls - STOOD_IN_FOR
        for control in judged:
            counter = failing if control in ours else passing
            counter[control] = counter.get(control, 0) + 1
    print("\n".join(wrong[:MOST_SHOWN]))
    print(f"{len(inputs)} pods ({refused} more were refused even in a privileged namespace), "
          f"{sum(1 for v in verdicts if v)} violate their level, {len(wrong)} judged otherwise")
    rare = [f"{control}: {passing.get(control, 0)} pass, {failing.get(control, 0)} fail"
            for control in sorted(set().union(*REASONS.values()))
            if min(passing.get(control, 0), failing.get(control, 0)) < LEAST_OF_EACH]
    if rare:
        print(f"fewer than {LEAST_OF_EACH} pods of a kind: " + "; ".join(rare))
    return 1 if wrong or rare else 0


def main(judge):
    if os.geteuid() != 0:
        skip("a laboratory needs root")
    with tempfile.TemporaryDirectory() as scratch:
        lab = f"{scratch}/lab"
        subprocess.run(["lab/lab", "start", "--dir", lab, "--with-parent", str(os.getpid()),
                        "--control-plane-only"], check=True, stdout=subprocess.DEVNULL)
        try:
            outcome = compare(judge, Server(f"{lab}/kubeconfig", scratch), scratch)
        finally:
            subprocess.run(["lab/lab", "stop", "--dir", lab], check=True, stdout=subprocess.DEVNULL)
    return report(*outcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
