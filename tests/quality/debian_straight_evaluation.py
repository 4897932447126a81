#!/usr/bin/env python3
"""Holds our findings of Debian images against a straight evaluation of the same OSV records, written
apart from ours, in which dpkg compares the versions.

    debian_straight_evaluation.py MATCH_PACKAGES

Packages: those that dpkg-query listed in the lab's images when they were built, else those of this
machine, judged as Debian 12. Advisories: $NARROWS_ADVISORIES, ../shared/advisories, or the lab's.
"""

import functools
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile


@functools.lru_cache(maxsize=None)
def at_least(version, other):
    """Whether version >= other, as dpkg sees it."""
    command = ["dpkg", "--compare-versions", version, "ge", other]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def advisories():
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        if folder and os.path.exists(f"{folder}/osv/Debian/all.zip"):
            return os.path.abspath(f"{folder}/osv/Debian")
    sys.exit("no advisories")


@functools.lru_cache(maxsize=None)
def load(debian, release):
    """Source package -> [(CVE id, affected entry)] of one release."""
    by_package = {}
    with zipfile.ZipFile(f"{debian}/all.zip") as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            if "withdrawn" in record:
                continue
            ids = [record["id"]] + record.get("aliases", []) + record.get("upstream", [])
            cves = sorted({i for i in ids if re.fullmatch(r"CVE-\d{4}-\d{4,}", i)}) or [record["id"]]
            for entry in record["affected"]:
                if entry["package"]["ecosystem"] == release:
                    for cve in cves:
                        by_package.setdefault(entry["package"]["name"], []).append((cve, entry))
    return by_package


def hit(entry, version):
    """(affected, fixed version or "") by one entry; events of these ranges are in order."""
    affected, fix = version in entry.get("versions", []), ""
    for span in entry.get("ranges", []):
        inside = False
        for event in span["events"]:
            if "introduced" in event:
                if event["introduced"] == "0" or at_least(version, event["introduced"]):
                    inside = True
            elif "fixed" in event:
                if at_least(version, event["fixed"]):
                    inside = False
                elif inside:
                    fix = event["fixed"]
            else:
                sys.exit(f"an event this evaluation does not know: {event}")
        affected = affected or inside
    return affected, fix


def evaluate(packages, by_package):
    findings = set()
    for name, _, architecture, source, version in packages:
        ends = {}
        for cve, entry in by_package.get(source, []):
            affected, fix = hit(entry, version)
            if affected:
                ends.setdefault(cve, []).append(fix)
        for cve, fixes in ends.items():
            last = "" if "" in fixes else functools.reduce(lambda a, b: a if at_least(a, b) else b, fixes)
            findings.add((name, architecture, cve, last))
    return findings


def package_lists():
    """(label, release number, rows) of every list of packages to be had."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    lists = []
    for path in sorted(glob.glob(f"{cache}/narrows/lab/images/truth/*.dpkg.tsv")):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t")[:5] for line in file]
        number = "11" if "debian-11" in path else "12"
        lists.append((os.path.basename(path), number, rows))
    if not lists:
        layout = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
        out = subprocess.run(["dpkg-query", "-W", "-f", layout], check=True, capture_output=True, text=True)
        lists.append(("this machine", "12", [line.split("\t") for line in out.stdout.splitlines()]))
    return lists


def main():
    debian = advisories()
    failed, total = False, 0
    # The other ecosystems would only cost time.
    folder = tempfile.TemporaryDirectory()
    osv = folder.name
    os.symlink(debian, f"{osv}/Debian")
    for label, number, rows in package_lists():
        expected = evaluate(rows, load(debian, f"Debian:{number}"))
        text = "".join("\t".join(row) + "\n" for row in rows)
        command = [sys.argv[1], osv, "debian", number, "Debian"]
        out = subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout
        lines = [tuple(line.split("\t")) for line in out.splitlines()]
        ours = set(lines)
        for finding in sorted(ours - expected):
            print(f"{label}: only ours: {finding}")
        for finding in sorted(expected - ours):
            print(f"{label}: only the straight evaluation: {finding}")
        if len(lines) != len(ours):
            print(f"{label}: {len(lines) - len(ours)} findings twice")
        failed = failed or ours != expected or len(lines) != len(ours)
        total += len(expected)
        print(f"{label}: {len(rows)} packages, {len(ours)} findings, {len(expected)} expected")
    if total == 0:
        print("no finding expected anywhere: nothing was compared")
        failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
