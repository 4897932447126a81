#!/usr/bin/env python3
"""Holds `narrows vercmp --ecosystem Debian` against dpkg: pairs made up, and pairs of the versions in
the advisories.

    debian_versions.py NARROWS

Every pair goes to Dpkg::Version (dpkg's own Perl module, one process); a part also goes to
`dpkg --compare-versions`, and single versions to `dpkg --validate-version`, which cost a process
each. A seeded twentieth is compared, all with NARROWS_ORACLES=whole.
"""

import json
import os
import random
import re
import subprocess
import sys
import zipfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SCALE = 1 if WHOLE else 20
GENERATED = 200_000 // SCALE
FROM_ADVISORIES = 200_000 // SCALE
BY_PROCESS = 10_000 // SCALE
VALIDATED = 4_000 // SCALE

PERL = r"""
use Dpkg::Version;
$| = 1;
while (my $line = <STDIN>) {
  chomp $line;
  my ($left, $right) = split /\t/, $line, -1;
  # An empty version after an epoch passes here; dpkg itself refuses it.
  if (grep { /^\d+:$/ } $left, $right) { print "!\n"; next; }
  my ($a, $b) = (Dpkg::Version->new($left, check => 1), Dpkg::Version->new($right, check => 1));
  if (!$a || !$b || !$a->is_valid || !$b->is_valid) { print "!\n"; next; }
  my $order = $a <=> $b;
  print $order < 0 ? "<" : $order > 0 ? ">" : "=", "\n";
}
"""


def generated_version(rng):
    """A version, mostly valid, of few distinct pieces so that near ties are frequent."""
    pieces = ["0", "1", "9", "10", "01", "00", "a", "b", "Z", "~", "~~", "+", ".", "-", "rc", "+deb12u", "~bpo"]
    upstream = rng.choice("0129") + "".join(rng.choices(pieces, k=rng.randrange(6)))
    epoch = rng.choice(["", "", "", "0:", "1:", "01:", "2:"])
    revision = rng.choice(["", "", "-0", "-1", "-1~", "-1+b1", "-0.1", "-10ubuntu1", "-1a"])
    if rng.random() < 0.02:
        return rng.choice(["", ":", "a:", "-", "1-", "1:", "a1", "1_1", "1 1", "1/1", "-1:1"])
    return epoch + upstream + revision


def mutated(rng, version):
    """The version with one character changed, added or taken out."""
    at = rng.randrange(len(version) + 1)
    end = at + rng.randrange(2)
    return version[:at] + rng.choice(["", "0", "1", "~", "+", ".", "-", "a"]) + version[end:]


def advisory_versions():
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        if folder and os.path.exists(f"{folder}/osv/Debian/all.zip"):
            break
    by_package = {}
    for ecosystem in ("Debian", "Ubuntu"):
        path = f"{folder}/osv/{ecosystem}/all.zip"
        if not os.path.exists(path):
            continue
        with zipfile.ZipFile(path) as archive:
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
    made += known[:FROM_ADVISORIES]
    made += [(rng.choice(everything), rng.choice(everything)) for _ in range(FROM_ADVISORIES)]
    return [(a, b) for a, b in made if "\t" not in a + b and "\n" not in a + b]


def answers(command, made):
    text = "".join(f"{a}\t{b}\n" for a, b in made)
    run = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) != len(made):
        sys.exit(f"{command[0]}: {len(lines)} answers to {len(made)} pairs: {run.stderr[-500:]}")
    return lines


def agrees_by_process(a, order, b):
    operator = {"<": "lt", "=": "eq", ">": "gt"}[order]
    command = ["dpkg", "--compare-versions", a, operator, b]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def main():
    rng = random.Random(20240229)
    made = pairs(rng)
    ours = answers([sys.argv[1], "vercmp", "--ecosystem", "Debian"], made)
    perl = answers(["perl", "-e", PERL], made)
    faults = [(a, b, x, y) for (a, b), x, y in zip(made, ours, perl) if x != y]
    for a, b, x, y in faults[:50]:
        print(f"{a!r} {b!r}: ours {x}, Dpkg::Version {y}")
    valid = [(pair, order) for pair, order in zip(made, ours) if order != "!"]
    sample = rng.sample(valid, min(BY_PROCESS, len(valid)))
    wrong = [(a, order, b) for (a, b), order in sample if not agrees_by_process(a, order, b)]
    for fault in wrong[:50]:
        print("dpkg --compare-versions disagrees:", fault)
    singles = sorted({version for pair in made for version in pair})
    chosen = rng.sample(singles, min(VALIDATED, len(singles)))
    verdicts = answers([sys.argv[1], "vercmp", "--ecosystem", "Debian"], [(v, v) for v in chosen])
    misjudged = []
    for version, verdict in zip(chosen, verdicts):
        command = ["dpkg", "--validate-version", "--", version]
        accepted = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
        # dpkg reads a signed epoch; deb-version(7): "a single (generally small) unsigned integer".
        if accepted != (verdict == "=") and not re.match(r"[+-]\d+:", version):
            misjudged.append(version)
    print("validity differs:", misjudged[:50]) if misjudged else None
    print(f"{len(made)} pairs with Dpkg::Version, {len(sample)} with dpkg, {len(chosen)} versions validated: "
          f"{len(faults)} + {len(wrong)} + {len(misjudged)} differences")
    sys.exit(1 if faults or wrong or misjudged else 0)


if __name__ == "__main__":
    main()
