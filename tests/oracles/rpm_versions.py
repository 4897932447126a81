#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem AlmaLinux` against rpm itself (python3-rpm): pairs made up, and
pairs of the versions in the advisories.

    rpm_versions.py NARROWS

Every valid pair goes to librpm's rpm.ver. Which versions are valid is held against rpmbuild's parser
(rpmspec, a process for each). A seeded twentieth is compared, all with NARROWS_ORACLES=whole.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile

import rpm

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SCALE = 1 if WHOLE else 20
GENERATED = 200_000 // SCALE
FROM_ADVISORIES = 100_000 // SCALE
VALIDATED = 2_000 // SCALE


def generated_version(rng):
    """A version, mostly valid, of few distinct pieces so that near ties are frequent."""
    pieces = ["0", "1", "9", "10", "01", "00", "a", "b", "Z", "~", "~~", "^", "^^", "+", ".", "_", "rc", "el8"]
    version = rng.choice("0129av") + "".join(rng.choices(pieces, k=rng.randrange(6)))
    epoch = rng.choice(["", "", "", "0:", "1:", "01:", "2:"])
    release = rng.choice(["", "-1", "-01", "-1~", "-1^", "-1.el8", "-1.el8_2", "-0.1", "-10.a", "-1a"])
    if rng.random() < 0.02:
        return rng.choice(["", ":", "a:1", "-", "1-", "1:", "1-2-3", "1/1", "-1:1", "1..1", "1:2:3", "1@1"])
    return epoch + version + release


def mutated(rng, version):
    """The version with one character changed, added or taken out."""
    at = rng.randrange(len(version) + 1)
    end = at + rng.randrange(2)
    return version[:at] + rng.choice(["", "0", "1", "~", "^", "+", ".", "a"]) + version[end:]


def advisory_versions():
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        if folder and os.path.exists(f"{folder}/osv/AlmaLinux/all.zip"):
            break
    else:
        return []
    by_package = {}
    with zipfile.ZipFile(f"{folder}/osv/AlmaLinux/all.zip") as archive:
        for name in archive.namelist():
            for entry in json.loads(archive.read(name)).get("affected", []):
                versions = by_package.setdefault(entry["package"]["name"], set())
                for span in entry.get("ranges", []):
                    versions.update(v for event in span["events"] for v in event.values())
    return [sorted(versions) for _, versions in sorted(by_package.items())]


def pairs(rng):
    made = []
    for _ in range(GENERATED):
        a = generated_version(rng)
        made.append((a, mutated(rng, a) if rng.random() < 0.5 else generated_version(rng)))
    groups = advisory_versions()
    # Every two distinct versions of a package are worth comparing; of all those a sample.
    known = [(a, b) for versions in groups for i, a in enumerate(versions) for b in versions[i + 1:i + 40]]
    everything = [version for versions in groups for version in versions]
    rng.shuffle(known)
    known = known[:FROM_ADVISORIES]
    if everything:
        known += [(rng.choice(everything), rng.choice(everything)) for _ in range(FROM_ADVISORIES // 2)]
    return made + known, len(known)


def our_answers(narrows, made):
    text = "".join(f"{a}\t{b}\n" for a, b in made)
    run = subprocess.run([narrows, "vercmp", "--ecosystem", "AlmaLinux"], input=text, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, check=False)
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) != len(made):
        sys.exit(f"narrows vercmp: {len(lines)} answers to {len(made)} pairs: {run.stderr[-500:]}")
    return lines


def rpm_answer(a, b):
    left, right = rpm.ver(a), rpm.ver(b)
    return "<" if left < right else ">" if left > right else "="


def rpmbuild_accepts(version, folder):
    match = re.fullmatch(r"(?:(\d*):)?(.*?)(?:-([^-]*))?", version, re.DOTALL)
    epoch, number, release = match.groups()
    spec = f"{folder}/x.spec"
    with open(spec, "w", encoding="utf-8") as file:
        file.write(f"Name: x\nVersion: {number}\nRelease: {'1' if release is None else release}\n"
                   + (f"Epoch: {epoch}\n" if epoch is not None else "")
                   + "Summary: x\nLicense: x\n%description\n")
    return subprocess.run(["rpmspec", "-q", spec], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def main():
    rng = random.Random(20240229)
    made, known = pairs(rng)
    ours = our_answers(sys.argv[1], made)
    valid = [(a, b, order) for (a, b), order in zip(made, ours) if order != "!"]
    faults = [(a, b, order, rpm_answer(a, b)) for a, b, order in valid if order != rpm_answer(a, b)]
    for a, b, order, theirs in faults[:50]:
        print(f"{a!r} {b!r}: ours {order}, rpm {theirs}")
    singles = sorted({version for pair in made[:GENERATED] for version in pair})
    chosen = rng.sample(singles, min(VALIDATED, len(singles)))
    verdicts = our_answers(sys.argv[1], [(v, v) for v in chosen])
    with tempfile.TemporaryDirectory() as folder:
        misjudged = [version for version, verdict in zip(chosen, verdicts)
                     if rpmbuild_accepts(version, folder) != (verdict == "=")]
    if misjudged:
        print("validity differs:", misjudged[:50])
    print(f"{len(valid)} valid pairs of {len(made)} with rpm {rpm.__version__}, {known} of them of the advisories; "
          f"{len(chosen)} versions validated: {len(faults)} + {len(misjudged)} differences")
    sys.exit(1 if faults or misjudged or len(valid) < len(made) * 0.9 else 0)


if __name__ == "__main__":
    main()
