#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem AlmaLinux` against rpm itself (python3-rpm): the order against
rpm.ver, and which versions are valid against rpmbuild's parser (rpmspec, a process for each).

    rpm_versions.py NARROWS
"""

import random
import re
import subprocess
import sys
import tempfile

import version_oracle

ECOSYSTEM = "AlmaLinux"
PIECES = ["0", "1", "~", "^", "+", ".", "_", "a"]
VALIDATED = 2_000 // version_oracle.SCALE

RPM = """
import sys
import rpm
for line in sys.stdin:
    left, right = line.rstrip("\\n").split("\\t")
    if not left or not right:
        print("!")
        continue
    a, b = rpm.ver(left), rpm.ver(right)
    print("<" if a < b else ">" if a > b else "=")
"""


def generate(rng):
    """A version, mostly valid, of few distinct pieces so that near ties are frequent."""
    pieces = ["0", "1", "9", "10", "01", "00", "a", "b", "Z", "~", "~~", "^", "^^", "+", ".", "_", "rc", "el8"]
    if rng.random() < 0.02:
        return rng.choice(["", ":", "a:1", "-", "1-", "1:", "1-2-3", "1/1", "-1:1", "1..1", "1:2:3", "1@1"])
    epoch = rng.choice(["", "", "", "0:", "1:", "01:", "2:"])
    version = rng.choice("0129av") + "".join(rng.choices(pieces, k=rng.randrange(6)))
    return epoch + version + rng.choice(["", "-1", "-01", "-1~", "-1^", "-1.el8", "-1.el8_2", "-0.1", "-10.a", "-1a"])


def rpmbuild_accepts(version, folder):
    epoch, number, release = re.fullmatch(r"(?:(\d*):)?(.*?)(?:-([^-]*))?", version).groups()
    spec = f"{folder}/x.spec"
    with open(spec, "w", encoding="utf-8") as file:
        file.write(f"Name: x\nVersion: {number}\nRelease: {'1' if release is None else release}\n"
                   + (f"Epoch: {epoch}\n" if epoch is not None else "")
                   + "Summary: x\nLicense: x\n%description\n")
    return subprocess.run(["rpmspec", "-q", spec], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def check_validity(narrows):
    rng = random.Random(8)
    versions = sorted({version_oracle.mutated(rng, generate(rng), PIECES) for _ in range(VALIDATED)})
    ours = version_oracle.answers([narrows, "vercmp", "--ecosystem", ECOSYSTEM], [(v, v) for v in versions])
    with tempfile.TemporaryDirectory() as folder:
        misjudged = [version for version, order in zip(versions, ours)
                     if rpmbuild_accepts(version, folder) != (order == "=")]
    print(f"{len(versions)} versions validated, {len(misjudged)} otherwise than by rpmbuild: {misjudged[:30]}")
    if misjudged:
        sys.exit(1)


def excuse(_a, _b, ours, _theirs):
    return "rpm orders any text; rpmbuild makes no package of such a version" if ours == "!" else None


if __name__ == "__main__":
    check_validity(sys.argv[1])
    version_oracle.compare(sys.argv[1], ECOSYSTEM, [sys.executable, "-c", RPM], generate, PIECES,
                           version_oracle.each(excuse))
