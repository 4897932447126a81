#!/usr/bin/env python3
"""The output of the audits of control files: our interpreter beside the machine's /bin/sh (dash).

On nodes made up from a seed: a root of its own with files, modes, owners and processes, in namespaces of
its own. Every audit of the given sets runs there in both, variables replaced at random by what
config.yaml names. kubectl, where there is one, asks an API server made up as well.
Usage: audit_outputs.py RUN_AUDITS STAND_STILL
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import yaml

from made_up_cluster import MadeUpCluster, serve
from made_up_node import BOUND, MadeUpNode

SKIPPED = 77
WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
NODES = 200 if WHOLE else 10
CLUSTERS = 20 if WHOLE else 1
MOST_SHOWN = 10


def skip(reason):
    print(f"SKIPPED, nothing was compared: {reason}")
    sys.exit(SKIPPED)


def controls_folder():
    for folder in (os.environ.get("NARROWS_BENCHMARKS"), "../shared/benchmarks"):
        if folder and os.path.exists(f"{folder}/config.yaml"):
            return os.path.abspath(folder)
    skip("no control files: set NARROWS_BENCHMARKS to a folder of kube-bench's cfg/")


def audits_of(folder):
    """All audits, each once, with the checks that use it."""
    audits = {}
    for name in sorted(os.listdir(folder)):
        if not os.path.isdir(f"{folder}/{name}"):
            continue
        for file in sorted(os.listdir(f"{folder}/{name}")):
            if file == "config.yaml":
                continue
            with open(f"{folder}/{name}/{file}", encoding="utf-8") as stream:
                document = yaml.safe_load(stream)
            for group in document.get("groups") or []:
                for check in group["checks"]:
                    for key in ("audit", "audit_env", "audit_config"):
                        if check.get(key):
                            audits.setdefault(check[key].strip(), []).append(f"{name} {check['id']}")
    return audits


def variables(config, rng, node):
    """What a run on this node could replace the variables by, and what it would not."""
    values = {}
    for target in ("master", "node", "etcd"):
        section = config[target]
        for component in section["components"]:
            entry = section.get(component) or {}
            if entry.get("bins") and rng.random() < 0.9:
                running = [bin for bin in entry["bins"] if bin in node.programs]
                values[f"${component}bin"] = rng.choice(running or entry["bins"][:1])
            for suffix, key in (("conf", "confs"), ("svc", "svc"), ("kubeconfig", "kubeconfig"),
                                ("cafile", "cafile"), ("datadir", "datadirs")):
                there = [path for path in entry.get(key) or [] if path in node.files]
                if there or entry.get(key):
                    values[f"${component}{suffix}"] = rng.choice(there or entry[key])
                else:
                    values[f"${component}{suffix}"] = entry.get(f"default{suffix}", component)
    return values


def replaced(script, values):
    for name in sorted(values, key=len, reverse=True):
        value = values[name]
        script = script.replace(name, f"'{value}'" if len(value.split()) > 1 else value)
    return script


def by_shell(script, environment):
    done = subprocess.run(["/bin/sh"], input=script.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment, cwd="/", timeout=120)
    return {"output": done.stdout.decode("utf-8", "replace"), "status": done.returncode}


def enter(root):
    """Makes the made-up root, with the machine's own folders in it, the root; the node's plan."""
    with open(f"{root}/node.json", encoding="utf-8") as stream:
        plan = json.load(stream)
    for path in BOUND:
        if os.path.exists(f"{root}{path}") and not os.path.islink(f"{root}{path}"):
            subprocess.run(["mount", "--rbind", "-o", "ro", path, f"{root}{path}"], check=True)
    if os.path.exists(f"{root}/tools.json"):
        with open(f"{root}/tools.json", encoding="utf-8") as stream:
            for name, source in json.load(stream).items():
                with open(f"{root}/opt/tools/{name}", "w", encoding="utf-8"):
                    pass
                subprocess.run(["mount", "--bind", source, f"{root}/opt/tools/{name}"], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", f"{root}/proc"], check=True)
    os.chroot(root)
    os.chdir("/")
    return plan


def start_processes(plan):
    for name, arguments in plan["processes"]:
        if os.fork() == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
            os.execv(f"/opt/bin/{name}", arguments)
    # Each is itself once its name is that of its program.
    deadline = time.monotonic() + 30
    names = sorted(name[:15] for name, _ in plan["processes"])
    while time.monotonic() < deadline and sorted(name for name in running() if name in names) != names:
        time.sleep(0.02)


def running():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with open(f"/proc/{entry}/comm", encoding="utf-8", errors="replace") as stream:
                yield stream.read().strip()


def inside(root, kind):
    """In namespaces of our own: everything in the made-up root, by the shell and by us."""
    with open(f"{root}/scripts.json", encoding="utf-8") as given:
        scripts = json.load(given)
    start_processes(enter(root))
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    command = ["/opt/run_audits"]
    if kind == "cluster":
        environment["PATH"] = "/opt:" + environment["PATH"]
        environment["KUBECONFIG"] = "/opt/kubeconfig"
        command += ["--cluster", "/opt/cluster"]
    shell = [by_shell(script, environment) for script in scripts]
    ours = subprocess.run(command, input=json.dumps(scripts).encode(), stdout=subprocess.PIPE,
                          env=environment, check=True)
    print(json.dumps({"shell": shell, "ours": json.loads(ours.stdout)}))


def in_namespaces(program, root, *arguments):
    """Runs `program --inside root arguments…` in mount and pid namespaces of its own; the JSON it prints."""
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private",
                           sys.executable, os.path.abspath(program), "--inside", root, *arguments],
                          stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("what runs in the namespaces failed")
    return json.loads(done.stdout)


def run_in(root, scripts, kind):
    with open(f"{root}/scripts.json", "w", encoding="utf-8") as stream:
        json.dump(scripts, stream)
    return in_namespaces(__file__, root, kind)


def without_load(result):
    """The output without the share of a processor that ps gives a process: it changes between two looks."""
    output = re.sub(r"(?m)^(\S+ +\d+ +\d+) +\d+ (\d\d:\d\d)", r"\1 0 \2", result.get("output", ""))
    return {**result, "output": output}


def compare(name, scripts, results, failures):
    for script, shell, ours in zip(scripts, results["shell"], results["ours"]):
        if without_load(shell) != without_load(ours):
            failures.append((name, script, shell, ours))


def main():
    if os.geteuid() != 0:
        skip("made-up owners and namespaces need root")
    if os.path.basename(os.path.realpath("/bin/sh")) != "dash":
        skip("/bin/sh is not dash here")
    folder = controls_folder()
    with open(f"{folder}/config.yaml", encoding="utf-8") as stream:
        config = yaml.safe_load(stream)
    audits = audits_of(folder)
    of_node = [audit for audit in audits if "kubectl" not in audit]
    of_cluster = [audit for audit in audits if "kubectl" in audit]
    tools = {"run_audits": sys.argv[1], "stand_still": sys.argv[2]}
    failures = []
    compared = 0
    for seed in range(NODES):
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory(prefix="narrows-node-") as root:
            node = MadeUpNode(rng, config)
            node.write(root, tools)
            scripts = [replaced(audit, variables(config, rng, node)) for audit in of_node]
            compare(f"node {seed}", scripts, run_in(root, scripts, "node"), failures)
            compared += len(scripts)
    kubectl = os.environ.get("NARROWS_KUBECTL") or shutil.which("kubectl")
    jq = shutil.which("jq")
    for seed in range(CLUSTERS if kubectl and jq else 0):
        rng = random.Random(1000 + seed)
        with tempfile.TemporaryDirectory(prefix="narrows-node-") as root:
            node = MadeUpNode(rng, config)
            node.write(root, {**tools, "kubectl": kubectl})
            cluster = MadeUpCluster(rng)
            server = serve(cluster)
            cluster.write(f"{root}/opt/cluster", f"{root}/opt/kubeconfig", server.server_address[1])
            compare(f"cluster {seed}", of_cluster, run_in(root, of_cluster, "cluster"), failures)
            compared += len(of_cluster)
            server.shutdown()
    for name, script, shell, ours in failures[:MOST_SHOWN]:
        print(f"DIFFERENT on {name}:\n{script}\n  /bin/sh: {shell}\n  ours:    {ours}\n")
    kinds = len({audit for _, audit, _, _ in failures})
    print(f"{compared} outputs compared, {len(audits)} audits; {len(failures)} differ ({kinds} scripts)")
    if not (kubectl and jq):
        print(f"NOT compared, no kubectl or no jq here: {len(of_cluster)} audits that ask the cluster")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        inside(*sys.argv[2:])
    else:
        main()
