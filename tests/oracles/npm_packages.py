#!/usr/bin/env python3
"""Holds what we read of npm's packages against npm, Yarn and pnpm: a project is installed by each, which then
lists it, and we read its node_modules and its lock file.

    npm_packages.py EXTRACT_PACKAGES

With NARROWS_ORACLES=whole the project and the tools are fetched into the user's cache; otherwise they are
used if they are there, else the test is skipped (status 77).
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
PROJECT = {
    "name": "narrows-oracle", "version": "1.0.0", "private": True,
    "dependencies": {"express": "4.18.2", "@babel/code-frame": "7.22.5", "lodash4": "npm:lodash@4.17.20"},
    "devDependencies": {"left-pad": "1.3.0"},
}
TOOLS = {"yarn": "1.22.22", "@yarnpkg/cli-dist": "4.18.1", "pnpm7": "npm:pnpm@7.33.7", "pnpm8": "npm:pnpm@8.15.9",
         "pnpm9": "npm:pnpm@9.15.9"}
QUIET = {"YARN_ENABLE_TELEMETRY": "0", "YARN_ENABLE_IMMUTABLE_INSTALLS": "0", "YARN_ENABLE_SCRIPTS": "0",
         "YARN_ENABLE_GLOBAL_CACHE": "0"}
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = f"{CACHE}/narrows/oracles/npm"
MODULES = f"{FOLDER}/tools/node_modules"
NPM_LOCKS = ["1", "2", "3"]


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True,
                          env={**os.environ, **QUIET}).stdout


def project(name, manifest=None):
    folder = f"{FOLDER}/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(f"{folder}/package.json", "w", encoding="utf-8") as file:
        json.dump(manifest or PROJECT, file)
    return folder


def install():
    print(f"Installing a project and its tools into {FOLDER}")
    options = ["--ignore-scripts", "--no-audit", "--no-fund"]
    run(project("tools", {"name": "tools", "private": True, "dependencies": TOOLS}), "npm", "install", *options)
    run(project("npm"), "npm", "install", *options)
    for version in NPM_LOCKS:
        run(project(f"npm{version}"), "npm", "install", "--package-lock-only", f"--lockfile-version={version}",
            *options)
    run(project("yarn1"), "node", f"{MODULES}/yarn/bin/yarn.js", "install", "--ignore-scripts", "--no-progress")
    berry = project("yarn4")
    with open(f"{berry}/yarn.lock", "w", encoding="utf-8"):
        pass
    run(berry, "node", f"{MODULES}/@yarnpkg/cli-dist/bin/yarn.js", "install", "--mode=update-lockfile")
    for version in ("7", "8", "9"):
        run(project(f"pnpm{version}"), "node", f"{MODULES}/pnpm{version}/bin/pnpm.cjs", "install", "--ignore-scripts")
    with open(f"{FOLDER}/ready", "w", encoding="utf-8") as file:
        file.write(fingerprint())


def fingerprint():
    return json.dumps([PROJECT, TOOLS])


def ready():
    try:
        with open(f"{FOLDER}/ready", encoding="utf-8") as file:
            return file.read() == fingerprint()
    except OSError:
        return False


def tree(node, found):
    """Name and version of each package of a tree that npm or pnpm printed."""
    for name, package in [*node.get("dependencies", {}).items(), *node.get("devDependencies", {}).items()]:
        if not isinstance(package, dict):
            continue  # a range of the manifest
        if "version" in package:
            found.add((package.get("name") or package.get("from") or name, package["version"]))
        tree(package, found)
    return found


def by_npm(folder, *options):
    return tree(json.loads(run(f"{FOLDER}/{folder}", "npm", "ls", "--all", "--json", "--long", *options)), set())


def by_yarn1():
    found = set()
    for line in run(f"{FOLDER}/yarn1", "node", f"{MODULES}/yarn/bin/yarn.js", "list", "--json",
                    "--no-progress").splitlines():
        if '"type":"tree"' in line:
            queue = json.loads(line)["data"]["trees"]
            while queue:
                node = queue.pop()
                queue += node.get("children", [])
                if not node.get("shadow"):
                    found.add(tuple(node["name"].rsplit("@", 1)))
    return {("lodash" if name == "lodash4" else name, version) for name, version in found}


def by_yarn4():
    lines = run(f"{FOLDER}/yarn4", "node", f"{MODULES}/@yarnpkg/cli-dist/bin/yarn.js", "info", "--all", "--recursive",
                "--json").splitlines()
    return {tuple(re.fullmatch(r"(.+)@npm:(.+)", json.loads(line)["value"]).groups())
            for line in lines if "@npm:" in line.split('","')[0]}


def by_pnpm(version):
    listed = json.loads(run(f"{FOLDER}/pnpm{version}", "node", f"{MODULES}/pnpm{version}/bin/pnpm.cjs", "ls", "--depth",
                            "Infinity", "--json"))
    return tree(listed[0], set())


def by_us(evidence, files):
    output = subprocess.run([sys.argv[1], evidence, "-"], input="\n".join(files), capture_output=True, text=True,
                            check=True).stdout
    return {tuple(line.split("\t")[1:]) for line in output.splitlines()}


def main():
    if shutil.which("npm") is None:
        print("SKIPPED: there is no npm here")
        return SKIPPED
    if not ready():
        if not WHOLE:
            print("SKIPPED: the project is not installed; `make oracles` installs it")
            return SKIPPED
        install()
    manifests = glob.glob(f"{FOLDER}/npm/**/package.json", recursive=True, include_hidden=True) \
        if sys.version_info >= (3, 11) else glob.glob(f"{FOLDER}/npm/**/package.json", recursive=True)
    development = ("left-pad", "1.3.0")
    checks = [("node_modules", by_us("installed", manifests), by_npm("npm")),
              ("yarn 1", by_us("lockFile", [f"{FOLDER}/yarn1/yarn.lock"]), by_yarn1()),
              ("yarn 4", by_us("lockFile", [f"{FOLDER}/yarn4/yarn.lock"]), by_yarn4())]
    for version in NPM_LOCKS:
        checks.append((f"package-lock {version}", by_us("lockFile", [f"{FOLDER}/npm{version}/package-lock.json"]),
                       by_npm(f"npm{version}", "--package-lock-only", "--omit=dev")))
    for version in ("7", "8", "9"):
        # Version 9 of the lock file no longer marks what is for development only.
        wanted = by_pnpm(version) - ({development} if version != "9" else set())
        checks.append((f"pnpm {version}", by_us("lockFile", [f"{FOLDER}/pnpm{version}/pnpm-lock.yaml"]), wanted))
    failures = 0
    for name, ours, theirs in checks:
        print(f"{name}: {len(ours)} packages, only in ours {sorted(ours - theirs)}, only in theirs {sorted(theirs - ours)}")
        failures += ours != theirs or len(ours) < 50
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
