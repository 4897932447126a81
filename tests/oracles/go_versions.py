#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Go` against golang.org/x/mod/semver for modules and go/version for toolchains.

    go_versions.py NARROWS
"""

import os
import re
import shutil
import subprocess
import sys

import version_oracle

PIECES = ["0", "1", "9", "20", "21", "01", ".", "-", "+", "a", "rc", "beta", "-0.", "+incompatible", "v"]
PSEUDO = ["20210101000000-0123456789ab", "20230405060708-abcdefabcdef", "20191109021931-daa7c04131f5"]


def generate(rng):
    pick = rng.choice
    if rng.random() < 0.3:
        minor = pick(["0", "1", "4", "9", "20", "21", "22"])
        end = pick(["", ".0", ".1", ".10", "rc1", "rc2", "rc10", "beta1", "rc", ".3-custom"])
        return "go1" + pick(["." + minor + end, "." + minor + end, ""])
    text = pick(["v", ""]) + ".".join(pick(["0", "1", "2", "10"]) for _ in range(pick([3, 3, 3, 2, 1])))
    if text.count(".") < 2:
        return text
    return text + pick(["", "", "-rc.1", "-alpha", "-" + pick(PSEUDO), "-0." + pick(PSEUDO), "-rc.1.0." + pick(PSEUDO), "-0"]) + pick(
        ["", "", "+incompatible", "+build.1"])


def excuse(a, b, ours, theirs):
    bare = re.compile(r"v?\d+(\.\d+)?[a-z]+\d*")
    mixed = a.startswith("go") != b.startswith("go")
    if theirs == "!" and (mixed or bare.fullmatch(a) or bare.fullmatch(b)):
        return 'Go\'s vulnerability database writes toolchains as semantic versions; neither oracle compares the two kinds, or "1.21rc1"'
    return None


def program():
    """The oracle, built with the lab's Go where that is there."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "go")
    folder = version_oracle.cache_folder("go-versions")
    go = next((path for path in ("/usr/local/go/bin/go", shutil.which("go")) if path and os.path.exists(path)), None)
    if not go:
        version_oracle.skip("there is no Go compiler")
    built = subprocess.run([go, "build", "-o", f"{folder}/go_versions", "."], cwd=source, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        version_oracle.skip(f"the oracle cannot be built: {built.stderr[-500:]}")
    return f"{folder}/go_versions"


if __name__ == "__main__":
    version_oracle.compare(sys.argv[1], "Go", [program()], generate, PIECES, version_oracle.each(excuse))
