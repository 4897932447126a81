#!/usr/bin/env python3
"""Holds our CVSS scores against Red Hat's `cvss` of PyPI: every base vector of 2.0, 3.0 and 3.1, made-up
ones of 4.0, and every vector in the advisories.

    cvss_scores.py SCORE_CVSS

With NARROWS_ORACLES=whole the package is installed into the user's cache; otherwise a twentieth is
compared if it is there, else the test is skipped (status 77).
"""

import itertools
import os
import random
import re
import subprocess
import sys
import venv
import zipfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
PACKAGE = "cvss==3.6"
SKIPPED = 77

BASE2 = {"AV": "LAN", "AC": "HML", "Au": "MSN", "C": "NPC", "I": "NPC", "A": "NPC"}
BASE3 = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "NLH", "I": "NLH", "A": "NLH"}
BASE4 = {"AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN",
         "VA": "HLN", "SC": "HLN", "SI": "HLN", "SA": "HLN"}
MORE4 = {"E": "XAPU", "CR": "XHML", "IR": "XHML", "AR": "XHML", "MAV": "XNALP", "MAC": "XLH", "MAT": "XNP",
         "MPR": "XNLH", "MUI": "XNPA", "MVC": "XHLN", "MVI": "XHLN", "MVA": "XHLN", "MSC": "XHLN",
         "MSI": "XHLNS", "MSA": "XHLNS"}

# Run by the environment that has the package.
SCORER = """
import sys
from cvss import CVSS2, CVSS3, CVSS4
for line in sys.stdin:
    vector = line.strip()
    kind = CVSS4 if vector.startswith("CVSS:4") else CVSS3 if vector.startswith("CVSS:3") else CVSS2
    try:
        print(f"{float(kind(vector).base_score):.1f}")
    except Exception:
        print("!")
"""


def python_with_package():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = f"{cache}/narrows/oracles/{PACKAGE}"
    python = f"{folder}/bin/python"
    if not os.path.exists(f"{folder}/ready"):
        if not WHOLE:
            print(f"{PACKAGE} is not installed; `make oracles` installs it")
            sys.exit(SKIPPED)
        print(f"Installing {PACKAGE} into {folder}")
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
        with open(f"{folder}/ready", "w", encoding="ascii"):
            pass
    return python


def all_of(prefix, metrics):
    for values in itertools.product(*metrics.values()):
        yield prefix + "/".join(f"{name}:{value}" for name, value in zip(metrics, values))


def generated(rng):
    vectors = list(all_of("", BASE2)) + list(all_of("CVSS:3.0/", BASE3)) + list(all_of("CVSS:3.1/", BASE3))
    for _ in range(40_000):
        vector = "CVSS:4.0/" + "/".join(f"{name}:{rng.choice(values)}" for name, values in BASE4.items())
        if rng.random() < 0.6:
            vector += "".join(f"/{n}:{rng.choice(v)}" for n, v in MORE4.items() if rng.random() < 0.4)
        vectors.append(vector)
    return vectors if WHOLE else rng.sample(vectors, len(vectors) // 20)


def from_advisories():
    for folder in (os.environ.get("NARROWS_ADVISORIES"), "../shared/advisories", "lab/advisories"):
        if folder and os.path.isdir(f"{folder}/osv"):
            break
    vectors = set()
    for ecosystem in sorted(os.listdir(f"{folder}/osv")):
        path = f"{folder}/osv/{ecosystem}/all.zip"
        if not os.path.exists(path):
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                text = archive.read(name).decode()
                vectors.update(re.findall(r'"score": ?"((?:CVSS:[34]\.[01]|AV:)[^"\s]+)"', text))
    return sorted(vectors)


def main():
    python = python_with_package()
    known = from_advisories()
    vectors = known + generated(random.Random(4))
    text = "\n".join(vectors) + "\n"
    ours = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True).stdout.split()
    theirs = subprocess.run([python, "-c", SCORER], input=text, capture_output=True, text=True,
                            check=True).stdout.split()
    differences = [row for row in zip(vectors, ours, theirs) if row[1] != row[2]]
    for vector, our, their in differences[:50]:
        print(f"{vector}: ours {our}, {PACKAGE} {their}")
    print(f"{len(known)} vectors of the advisories, {len(vectors) - len(known)} others: "
          f"{len(differences)} differences")
    sys.exit(1 if differences or len(ours) != len(vectors) or len(theirs) != len(vectors) else 0)


if __name__ == "__main__":
    main()
