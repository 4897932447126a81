"""What the comparisons of version orders share: made-up pairs, pairs of the versions in the advisories,
the run of `narrows vercmp` and of the other implementation, and the report.

An oracle reads pairs from standard input, two versions and a tab between them a line, and answers each by
a line: "<", "=", ">", or "!" where one is no version to it. A seeded twentieth is compared, all with
NARROWS_ORACLES=whole.
"""

import json
import os
import random
import subprocess
import sys
import zipfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SCALE = 1 if WHOLE else 20
GENERATED = 100_000 // SCALE
FROM_ADVISORIES = 100_000 // SCALE
SKIPPED = 77
MOST_SHOWN = 30


def skip(reason):
    """Ends the test, which then counts as skipped, not as passed."""
    print(f"SKIPPED, nothing was compared: {reason}")
    sys.exit(SKIPPED)


def cache_folder(name):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = f"{cache}/narrows/oracles/{name}"
    os.makedirs(folder, exist_ok=True)
    return folder


def mutated(rng, version, pieces):
    """The version with one character taken out or a piece put in."""
    at = rng.randrange(len(version) + 1)
    end = at + rng.randrange(2)
    return version[:at] + rng.choice(["", *pieces]) + version[end:]


def advisory_versions(ecosystem):
    """The versions of each package that the records of an ecosystem name."""
    by_package = {}
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        path = f"{folder}/osv/{ecosystem}/all.zip"
        if folder and os.path.exists(path):
            break
    else:
        return []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            for entry in json.loads(archive.read(name)).get("affected", []):
                if entry.get("package", {}).get("ecosystem", "").split(":")[0] != ecosystem:
                    continue
                versions = by_package.setdefault(entry["package"]["name"], set())
                versions.update(entry.get("versions", []))
                for span in entry.get("ranges", []):
                    if span["type"] != "GIT":
                        versions.update(v for event in span["events"] for v in event.values())
    return [sorted(versions) for _, versions in sorted(by_package.items())]


def pairs(rng, generate, pieces, ecosystem):
    made = []
    for _ in range(GENERATED):
        a = generate(rng)
        made.append((a, mutated(rng, a, pieces) if rng.random() < 0.5 else generate(rng)))
    groups = advisory_versions(ecosystem)
    known = [(a, b) for versions in groups for i, a in enumerate(versions) for b in versions[i + 1:i + 40]]
    everything = sorted({version for versions in groups for version in versions})
    rng.shuffle(known)
    known = known[:FROM_ADVISORIES // 2]
    while everything and len(known) < FROM_ADVISORIES:
        a = rng.choice(everything)
        known.append((a, mutated(rng, a, pieces) if rng.random() < 0.1 else rng.choice(everything)))
    return [(a, b) for a, b in made + known if not set(a + b) & set("\t\n\r")], len(known)


def answers(command, made):
    text = "".join(f"{a}\t{b}\n" for a, b in made)
    run = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) != len(made):
        sys.exit(f"{command[0]}: {len(lines)} answers to {len(made)} pairs: {run.stderr[-800:]}")
    return lines


def each(excuse):
    """The excuse of a difference as one of a list of them."""
    return lambda differences: [excuse(*difference) for difference in differences]


def compare(narrows, ecosystem, oracle, generate, pieces, excuses=each(lambda a, b, ours, theirs: None)):
    """Compares, reports and ends. `excuses` gives for each difference (a, b, ours, theirs) the sentence of the
    specification that it stands against where the oracle is at fault, else None."""
    made, known = pairs(random.Random(20240229), generate, pieces, ecosystem)
    ours = answers([narrows, "vercmp", "--ecosystem", ecosystem], made)
    theirs = answers(oracle, made)
    differences = [(a, b, x, y) for (a, b), x, y in zip(made, ours, theirs) if x != y]
    excused, faults = {}, []
    for difference, sentence in zip(differences, excuses(differences)):
        (excused.setdefault(sentence, []) if sentence else faults).append(difference)
    for a, b, x, y in faults[:MOST_SHOWN]:
        print(f"{a!r} {b!r}: ours {x}, the oracle {y}")
    for sentence, cases in sorted(excused.items()):
        a, b, x, y = cases[0]
        print(f"{len(cases)} differences are the oracle's, as {a!r} {b!r} (ours {x}, the oracle {y}): {sentence}")
    valid = sum(order != "!" for order in ours)
    print(f"{ecosystem}: {len(made)} pairs, {known} of them from advisories, {valid} valid: {len(faults)} differences")
    if valid < len(made) // 4:
        sys.exit("too few pairs are valid for the comparison to mean anything")
    sys.exit(1 if faults else 0)
