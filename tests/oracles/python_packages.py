#!/usr/bin/env python3
"""Holds what we read of Python's packages against Python: an environment is installed and listed by pip and by
importlib.metadata, and lock files are made by uv, and read by it.

    python_packages.py EXTRACT_PACKAGES

With NARROWS_ORACLES=whole all this is fetched into the user's cache; otherwise it is used if it is there, else
the test is skipped (status 77).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
REQUIREMENTS = ["requests==2.31.0", "PyYAML==6.0.1", "zope.interface==6.1", "Flask==3.0.0", "setuptools==69.0.2"]
TOOLS = ["uv==0.8.0"]
PROJECT = """[project]
name = "narrows-oracle"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["requests==2.31.0", "PyYAML==6.0.1", "Flask==3.0.0"]

[dependency-groups]
dev = ["pytest==8.0.0"]
"""
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = f"{CACHE}/narrows/oracles/python"
TOOL = f"{FOLDER}/tools/bin"


def run(*command, folder=FOLDER):
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=environment).stdout


def project(name):
    os.makedirs(f"{FOLDER}/{name}")
    with open(f"{FOLDER}/{name}/pyproject.toml", "w", encoding="utf-8") as file:
        file.write(PROJECT)
    return f"{FOLDER}/{name}"


def fingerprint():
    return json.dumps([REQUIREMENTS, TOOLS, PROJECT])


def ready():
    try:
        with open(f"{FOLDER}/ready", encoding="utf-8") as file:
            return file.read() == fingerprint()
    except OSError:
        return False


def install():
    print(f"Installing packages and tools into {FOLDER}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, packages in (("environment", REQUIREMENTS), ("tools", TOOLS)):
        venv.create(f"{FOLDER}/{name}", with_pip=True)
        run(f"{FOLDER}/{name}/bin/python", "-m", "pip", "install", "--quiet", *packages)
    run(f"{TOOL}/uv", "lock", folder=project("uv"))
    run(f"{TOOL}/uv", "export", "--no-dev", "--format", "pylock.toml", "-o", "pylock.toml", folder=f"{FOLDER}/uv")
    with open(f"{FOLDER}/requirements.txt", "w", encoding="utf-8") as file:
        file.write(run(f"{FOLDER}/environment/bin/python", "-m", "pip", "freeze", "--all"))
    with open(f"{FOLDER}/ready", "w", encoding="utf-8") as file:
        file.write(fingerprint())


def normal(packages):
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in packages}


def by_us(evidence, *files):
    output = subprocess.run([sys.argv[1], evidence, "-"], input="\n".join(files), capture_output=True, text=True,
                            check=True).stdout
    return normal(line.split("\t")[1:] for line in output.splitlines())


def by_pip():
    listed = json.loads(run(f"{FOLDER}/environment/bin/python", "-m", "pip", "list", "--format", "json"))
    return normal((package["name"], package["version"]) for package in listed)


def by_importlib():
    program = "import importlib.metadata as m, json; print(json.dumps([(d.name, d.version) for d in m.distributions()]))"
    return normal(json.loads(run(f"{FOLDER}/environment/bin/python", "-c", program)))


def by_uv(*options):
    exported = run(f"{TOOL}/uv", "export", "--frozen", "--no-hashes", "--no-emit-project", "--no-annotate", *options,
                   folder=f"{FOLDER}/uv")
    return normal(re.match(r"([^=\s]+)==([^\s;]+)", line).groups() for line in exported.splitlines()
                  if line and not line.startswith("#"))


def main():
    if not ready():
        if not WHOLE:
            print("SKIPPED: the packages are not installed; `make oracles` installs them")
            return SKIPPED
        install()
    files = [f"{folder}/{name}" for folder, _, names in os.walk(f"{FOLDER}/environment") for name in names
             if "/_vendor/" not in f"{folder}/{name}"]  # which setuptools brings along and pip does not list
    checks = [("pip list", by_us("installed", *files), by_pip()),
              ("importlib.metadata", by_us("installed", *files), by_importlib()),
              ("requirements.txt", by_us("lockFile", f"{FOLDER}/requirements.txt"), by_pip()),
              ("uv.lock", by_us("lockFile", f"{FOLDER}/uv/uv.lock"), by_uv("--all-groups")),
              ("pylock.toml", by_us("lockFile", f"{FOLDER}/uv/pylock.toml"), by_uv("--no-dev"))]
    failures = 0
    for name, ours, theirs in checks:
        print(f"{name}: {len(ours)} packages, only in ours {sorted(ours - theirs)}, only in theirs {sorted(theirs - ours)}")
        failures += ours != theirs or len(ours) < 5
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
