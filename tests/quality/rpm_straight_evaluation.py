#!/usr/bin/python3
"""Holds our findings in rpm packages against a straight evaluation of AlmaLinux's OSV records, written
apart from ours, in which rpm compares the versions (python3-rpm).

    rpm_straight_evaluation.py MATCH_PACKAGES

Packages: those that rpm listed in the lab's AlmaLinux image when it was built, and those that rpm
lists in the real data bases of EL 8 that the oracle of rpm's data bases has fetched (`make
oracles`), judged as AlmaLinux 8; without either, names and versions made of the advisories.
Advisories: $NARROWS_ADVISORIES, ../shared/advisories, or the lab's.
"""

import functools
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import rpm

RELEASE = "AlmaLinux:8"
CACHE = (os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) + "/narrows"


def advisories():
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        if folder and os.path.exists(f"{folder}/osv/AlmaLinux/all.zip"):
            return os.path.abspath(f"{folder}/osv/AlmaLinux")
    sys.exit("no advisories of AlmaLinux")


def load(folder):
    """Package -> [(record, fixed version)] of the release; every range there begins at 0."""
    found = {}
    with zipfile.ZipFile(f"{folder}/all.zip") as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            if "withdrawn" in record:
                continue
            for entry in record["affected"]:
                if entry["package"]["ecosystem"] != RELEASE:
                    continue
                (span,) = entry["ranges"]
                begin, end = span["events"]
                if begin != {"introduced": "0"} or "fixed" not in end:
                    sys.exit(f"a range this evaluation does not know: {span}")
                found.setdefault(entry["package"]["name"], []).append((record, end["fixed"]))
    return found


def streams(record):
    return {word for word in record["summary"].split() if re.fullmatch(r"[^:]+:[^:]+", word)}


def applies(record, fixed, version, module):
    """By the rules of modules: a build of a module against its own stream, any other against others."""
    of_module = ".module_el" in fixed
    if of_module != bool(module or ".module_el" in version or ".module+el" in version):
        return False
    if not of_module or not module or not streams(record):
        return True
    return ":".join(module.split(":")[:2]) in streams(record)


def highest(versions):
    return functools.reduce(lambda a, b: b if rpm.ver(a) < rpm.ver(b) else a, versions)


def evaluate(rows, by_package):
    findings = set()
    for name, version, architecture, _, _, module in rows:
        ends = {}
        for record, fixed in by_package.get(name, []):
            if rpm.ver(version) < rpm.ver(fixed) and applies(record, fixed, version, module):
                cves = {i for i in record["related"] if re.fullmatch(r"CVE-\d{4}-\d{4,}", i)} or {record["id"]}
                kind = record["id"][:4]
                for cve in cves:
                    ends.setdefault((cve, kind), []).append(fixed)
        for (cve, _), fixes in ends.items():
            findings.add((name, architecture, cve, highest(fixes)))
    return findings


def by_rpm(path):
    query = "%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t-\t%{MODULARITYLABEL}\n"
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(path, copy)
        os.chmod(f"{copy}/{os.path.basename(path)}", 0o600)
        run = subprocess.run(["rpm", "--dbpath", copy, "-qa", "--qf", query], check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = [line.split("\t") for line in run.stdout.splitlines()]
    return [[name, version.removeprefix("0:"), arch, source, version, module.replace("(none)", "")]
            for name, version, arch, source, _, module in rows if name != "gpg-pubkey"]


def made_up(by_package):
    """Packages at the versions that fixes came with, so that each is just before or at some."""
    rng = random.Random(8)
    rows = []
    for name in rng.sample(sorted(by_package), min(300, len(by_package))):
        record, fixed = rng.choice(by_package[name])
        module = "".join(f"{stream}:8:c" for stream in sorted(streams(record))[:1] if ".module_el" in fixed)
        rows.append([name, fixed, "x86_64", name, fixed, module])
    return rows


def package_lists(by_package):
    lists = []
    for path in sorted(glob.glob(f"{CACHE}/lab/images/truth/*.rpm.tsv")):
        with open(path, encoding="utf-8") as file:
            lists.append((os.path.basename(path), [line.rstrip("\n").split("\t") for line in file]))
    program = f"{CACHE}/oracles/go-rpmdb@v0.1.1"
    if os.path.exists(f"{program}/ready"):
        found = subprocess.run(["go", "list", "-m", "-f", "{{.Dir}}", "github.com/knqyf263/go-rpmdb"], cwd=program,
                               check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        for name in ("centos8-modularitylabel", "ubi8-s390x"):
            lists.append((name, by_rpm(f"{found}/pkg/testdata/{name}/Packages")))
    lists.append(("made of the advisories", made_up(by_package)))
    return lists


def main():
    folder = advisories()
    by_package = load(folder)
    failed = False
    # The other ecosystems would only cost time.
    with tempfile.TemporaryDirectory() as osv:
        os.symlink(folder, f"{osv}/AlmaLinux")
        for label, rows in package_lists(by_package):
            expected = evaluate(rows, by_package)
            text = "".join("\t".join(row) + "\n" for row in rows)
            command = [sys.argv[1], osv, "almalinux", "8.10", "AlmaLinux"]
            out = subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout
            ours = {tuple(line.split("\t")) for line in out.splitlines()}
            for finding in sorted(ours - expected)[:20]:
                print(f"{label}: only ours: {finding}")
            for finding in sorted(expected - ours)[:20]:
                print(f"{label}: only the straight evaluation: {finding}")
            common = len(ours & expected)
            print(f"{label}: {len(rows)} packages, {len(expected)} findings expected, precision "
                  f"{common / max(len(ours), 1):.4f}, recall {common / max(len(expected), 1):.4f}")
            failed = failed or ours != expected or not expected
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
