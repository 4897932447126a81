#!/usr/bin/env python3
"""Holds the packages that `narrows sbom image` finds in the sample application image against what its package managers
say of it (truth/application.tsv of lab/images/build): all of them, none else, none twice.

    application_packages.py NARROWS

Skipped (status 77) where the sample images are not built.
"""

import collections
import json
import os
import re
import subprocess
import sys

SKIPPED = 77
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
IMAGES = f"{CACHE}/narrows/lab/images"


def key(ecosystem, name, version):
    return (ecosystem, re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name, version)


def main():
    image, truth = f"{IMAGES}/archives/application.oci", f"{IMAGES}/truth/application.tsv"
    if not os.path.exists(truth):
        print(f"SKIPPED: run lab/images/build first: there is no {truth}")
        return SKIPPED
    with open(truth, encoding="utf-8") as file:
        expected = {key(*line.split("\t")[:3]) for line in file.read().splitlines()}
    said = subprocess.run([sys.argv[1], "sbom", "image", image], check=True, capture_output=True, text=True)
    found, twice = collections.Counter(), collections.Counter()
    for component in json.loads(said.stdout)["components"]:
        properties = {item["name"]: item["value"] for item in component.get("properties", [])}
        ecosystem = properties.get("narrows:ecosystem", "")
        if ecosystem not in ("", "Debian"):
            found[key(ecosystem, component["name"], component["version"])] += 1
            twice[component["purl"], properties.get("narrows:path")] += 1
    for package in sorted(expected - set(found)):
        print("missing:", *package)
    for package in sorted(set(found) - expected):
        print("nobody else names:", *package)
    for place in sorted(place for place, count in twice.items() if count > 1):
        print("twice:", *place)
    print(f"{len(expected)} packages by their managers, {len(found)} found: " + ", ".join(
        f"{ecosystem} {count}" for ecosystem, count in sorted(collections.Counter(p[0] for p in found).items())))
    return 0 if set(found) == expected and max(twice.values()) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
