#!/usr/bin/env python3
"""`narrows bench --output kube-bench` beside kube-bench itself: the state of every check, on nodes made up
from a seed, in namespaces of their own.

kube-bench is built once from the Go module proxy, at a pinned version, into the user's cache.
Usage: bench_states.py NARROWS STAND_STILL
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import yaml

from audit_outputs import NODES, controls_folder, enter, in_namespaces, skip, start_processes, without_load
from made_up_node import MadeUpNode

MODULE = "github.com/aquasecurity/kube-bench"
VERSION = "v0.12.0"
SETS = {"cis-1.10": ["master", "node", "etcd", "controlplane"], "eks-1.5.0": ["node", "controlplane"],
        "rke2-cis-1.7": ["master", "node", "etcd", "controlplane"]}
MOST_SHOWN = 10


def kube_bench():
    """The program, from NARROWS_KUBE_BENCH or the cache, or built."""
    given = os.environ.get("NARROWS_KUBE_BENCH")
    if given:
        return given
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = f"{cache}/narrows/oracles/kube-bench-{VERSION}"
    program = f"{folder}/kube-bench"
    if os.path.exists(program):
        return program
    if not shutil.which("go"):
        skip("no Go here to build kube-bench with")
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kube-bench-") as module:
        with open(f"{module}/go.mod", "w", encoding="utf-8") as stream:
            stream.write("module pinned\n\ngo 1.24\n")
        for command in (["go", "get", "-tool", f"{MODULE}@{VERSION}"],
                        ["go", "build", "-o", program + ".new", MODULE]):
            done = subprocess.run(command, cwd=module, capture_output=True, text=True)
            if done.returncode != 0:
                skip(f"kube-bench could not be built: {done.stderr.strip()[-300:]}")
    os.rename(program + ".new", program)
    return program


def without_ourselves(text):
    """What was found, without the processes that compare, and without shares of a processor."""
    lines = [line for line in text.split("\n") if "--inside" not in line and "/opt/tools/" not in line]
    return without_load({"output": "\n".join(lines)})["output"]


def states(document):
    return {f"{target['node_type']} {check['test_number']}":
            (check["status"], check["expected_result"], without_ourselves(check["actual_value"]))
            for target in document["Controls"] or [] for group in target["tests"] or [] for check in group["results"]}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", timeout=300,
                          env={"PATH": "/opt/stub:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"})
    return states(json.loads(done.stdout))


def inside(root, set_name, targets):
    start_processes(enter(root))
    common = ["--benchmark", set_name, "--targets", targets]
    peer = run(["/opt/tools/kube-bench", "run", "--json", "--config-dir", "/opt/cfg", "--config",
                "/opt/cfg/config.yaml", *common])
    ours = run(["/opt/tools/narrows", "bench", "--output", "kube-bench", "--controls", "/opt/cfg", *common])
    print(json.dumps({"peer": peer, "ours": ours}))


def main():
    if os.geteuid() != 0:
        skip("made-up owners and namespaces need root")
    folder = controls_folder()
    program = kube_bench()
    with open(f"{folder}/config.yaml", encoding="utf-8") as stream:
        config = yaml.safe_load(stream)
    compared, different = 0, []
    for seed in range(NODES):
        set_name = sorted(SETS)[seed % len(SETS)]
        with tempfile.TemporaryDirectory(prefix="narrows-node-") as root:
            MadeUpNode(random.Random(5000 + seed), config).write(root, {"stand_still": sys.argv[2]})
            shutil.copytree(folder, f"{root}/opt/cfg")
            os.makedirs(f"{root}/opt/tools")
            os.makedirs(f"{root}/opt/stub")
            with open(f"{root}/opt/stub/kubectl", "w", encoding="utf-8") as stream:
                stream.write("#!/bin/sh\nexit 1\n")  # kube-bench asks it for the version, which is given
            os.chmod(f"{root}/opt/stub/kubectl", 0o755)
            with open(f"{root}/tools.json", "w", encoding="utf-8") as stream:
                json.dump({"kube-bench": program, "narrows": os.path.abspath(sys.argv[1])}, stream)
            result = in_namespaces(__file__, root, set_name, ",".join(SETS[set_name]))
        for name in sorted({*result["peer"], *result["ours"]}):
            compared += 1
            peer, ours = result["peer"].get(name), result["ours"].get(name)
            if peer != ours:
                different.append((seed, set_name, name, peer, ours))
    for seed, set_name, name, peer, ours in different[:MOST_SHOWN]:
        print(f"DIFFERENT on node {seed}, {set_name} {name}:\n  kube-bench: {peer}\n  ours:       {ours}")
    print(f"{compared} checks on {NODES} nodes compared with kube-bench {VERSION}; {len(different)} differ")
    sys.exit(1 if different or not compared else 0)


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        inside(*sys.argv[2:])
    else:
        main()
