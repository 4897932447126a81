#!/usr/bin/env python3
"""Holds what we read out of Go programs against `go version -m`: the toolchain's own programs, those of the
laboratory, and one that is built for other systems and processors.

    go_build_info.py EXTRACT_PACKAGES

Four systems; nine with NARROWS_ORACLES=whole. Skipped (status 77) where there is no Go.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
TARGETS = ["linux/s390x", "windows/amd64", "darwin/arm64", "linux/386"]
MORE_TARGETS = ["linux/mips", "linux/arm64", "windows/386", "darwin/amd64", "freebsd/amd64"]

# A program with a replaced module, and one that is replaced by a folder. Nothing has to be fetched.
SOURCES = {
    "app/go.mod": "module example.org/app\n\ngo 1.21\n\nrequire example.org/local v1.0.0\n\n"
                  "replace example.org/local => ../local\n",
    "app/main.go": "package main\n\nimport \"example.org/local\"\n\nfunc main() { println(local.Word) }\n",
    "local/go.mod": "module example.org/local\n\ngo 1.21\n",
    "local/local.go": "package local\n\nvar Word = \"hello\"\n",
}


def build(folder):
    for name, text in SOURCES.items():
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    programs = []
    for target in TARGETS + (MORE_TARGETS if WHOLE else []):
        system, processor = target.split("/")
        for flags, kind in (([], "plain"), (["-ldflags=-s -w"], "stripped")):
            program = f"{folder}/{system}-{processor}-{kind}"
            subprocess.run(["go", "build", *flags, "-o", program, "."], check=True, cwd=f"{folder}/app",
                           env={**os.environ, "GOOS": system, "GOARCH": processor, "CGO_ENABLED": "0",
                                "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"})
            programs.append(program)
    return programs


def standard_library(version):
    """The version that the Go vulnerability database has for the release "go1.22.5 …"."""
    number = re.match(r"go([0-9.]*[0-9])", version).group(1)
    return number + ".0" * (2 - number.count("."))


def expected(program):
    """Name and version of each package by `go version -m`; nothing for what is no program of Go."""
    result = subprocess.run(["go", "version", "-m", program], capture_output=True, text=True, check=False)
    if result.returncode != 0 or not result.stdout:
        return None
    lines = result.stdout.splitlines()
    packages = [("stdlib", standard_library(lines[0].split(": ", 1)[1]))]
    for line in lines[1:]:
        fields = line.strip("\n").split("\t")[1:]
        if fields[0] in ("mod", "dep"):
            packages.append(tuple(fields[1:3]))
        elif fields[0] == "=>":
            packages[-1] = tuple(fields[1:3])
    return sorted({p for p in packages if len(p) == 2 and p[1] not in ("", "(devel)") and p[0][0] not in "./"})


def main():
    if shutil.which("go") is None:
        print("SKIPPED: there is no Go here, so nothing to hold our reading against")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        root = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        candidates = build(folder) + glob.glob(f"{root}/bin/*") + glob.glob(f"{root}/pkg/tool/*/*") + \
            glob.glob(f"{cache}/narrows/lab/*/bin/*") + glob.glob(f"{cache}/narrows/bench/*/*") + ["/bin/sh"]
        programs = {p: expected(p) for p in candidates if os.path.isfile(p) and os.access(p, os.R_OK)}
        found = {program: [] for program in programs}
        output = subprocess.run([sys.argv[1], "executable", *programs], capture_output=True, text=True, check=True)
        for line in output.stdout.splitlines():
            program, name, version = line.split("\t")
            found[program].append((name, version))
        failures = 0
        packages = 0
        for program, wanted in programs.items():
            got = sorted(set(found[program]))
            packages += len(got)
            if got != (wanted or []):
                failures += 1
                print(f"{program}: only in ours {sorted(set(got) - set(wanted or []))}, "
                      f"only by go {sorted(set(wanted or []) - set(got))}")
        of_go = sum(wanted is not None for wanted in programs.values())
        print(f"{of_go} programs of Go and {len(programs) - of_go} others, {packages} packages, {failures} differ")
        return 1 if failures or of_go < 2 * len(TARGETS) else 0


if __name__ == "__main__":
    sys.exit(main())
