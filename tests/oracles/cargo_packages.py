#!/usr/bin/env python3
"""Holds what we read of Rust's packages against Cargo: a Cargo.lock against `cargo metadata`.

    cargo_packages.py EXTRACT_PACKAGES

With NARROWS_ORACLES=whole the project's crates are fetched into the user's cache; otherwise they are used if they
are there, else the test is skipped (status 77).
"""

import json
import os
import shutil
import subprocess
import sys

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
MANIFEST = """[package]
name = "narrows-oracle"
version = "0.1.0"
edition = "2021"

[dependencies]
regex = "=1.10.2"
serde_json = "=1.0.108"
own = { path = "own" }
"""
OWN = "[package]\nname = \"own\"\nversion = \"0.2.0\"\nedition = \"2021\"\n"
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = f"{CACHE}/narrows/oracles/cargo"


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=FOLDER, capture_output=True, text=True, check=True).stdout


def install():
    print(f"Fetching crates into {FOLDER}")
    for folder, manifest in ((FOLDER, MANIFEST), (f"{FOLDER}/own", OWN)):
        os.makedirs(f"{folder}/src", exist_ok=True)
        with open(f"{folder}/src/lib.rs", "w", encoding="utf-8"):
            pass
        with open(f"{folder}/Cargo.toml", "w", encoding="utf-8") as file:
            file.write(manifest)
    cargo("fetch")


def main():
    if shutil.which("cargo") is None:
        print("SKIPPED: there is no Cargo here")
        return SKIPPED
    if not os.path.exists(f"{FOLDER}/Cargo.lock"):
        if not WHOLE:
            print("SKIPPED: the crates are not there; `make oracles` fetches them")
            return SKIPPED
        install()
    packages = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--offline"))["packages"]
    theirs = {(package["name"], package["version"]) for package in packages if package["source"]}
    output = subprocess.run([sys.argv[1], "lockFile", f"{FOLDER}/Cargo.lock"], capture_output=True, text=True,
                            check=True).stdout
    ours = {tuple(line.split("\t")[1:]) for line in output.splitlines()}
    print(f"{len(ours)} crates, only in ours {sorted(ours - theirs)}, only in theirs {sorted(theirs - ours)}")
    return 1 if ours != theirs or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
