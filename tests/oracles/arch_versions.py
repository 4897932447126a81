#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem "Arch Linux"` against libalpm of pacman (libalpm13).

    arch_versions.py NARROWS
"""

import ctypes.util
import sys

import version_oracle

PIECES = ["0", "1", "9", "10", "01", ".", "_", "+", "a", "rc", "r", ":", "-", "~"]

PYTHON = r"""
import ctypes, re, sys
alpm = ctypes.CDLL(sys.argv[1])
valid = re.compile(r"(\d*:)?[!-,.0-9;-~]+-\d+(\.\d+)*")
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    if not (valid.fullmatch(a) and valid.fullmatch(b)):
        print("!")
        continue
    order = alpm.alpm_pkg_vercmp(a.encode(), b.encode())
    print("<" if order < 0 else ">" if order > 0 else "=")
"""


def generate(rng):
    pieces = ["0", "1", "9", "10", "01", "a", "b", "rc", "r12", "beta"]
    text = rng.choice(["0", "1", "2", "20230101"])
    for _ in range(rng.randrange(4)):
        text += rng.choice([".", ".", "_", "+", ""]) + rng.choice(pieces)
    return rng.choice(["", "", "", "0:", "1:", "2:"]) + text + rng.choice(["-1", "-2", "-10", "-1.1"])


def excuse(a, b, ours, theirs):
    def odd(version):
        words = version.split(":")[-1].rsplit("-", 1)[0]
        separators = "".join(c if c.isalnum() else "." for c in words)
        return ".." in separators or separators.endswith(".") or separators.startswith(".")
    if odd(a) or odd(b):
        return "vercmp(8): the order must be one; pacman's has 1..a < 1. < 1.1 < 1..a where separators meet or end a version"
    return None


if __name__ == "__main__":
    LIBRARY = ctypes.util.find_library("alpm")
    if not LIBRARY:
        version_oracle.skip("libalpm13 is not installed")
    oracle = ["/usr/bin/python3", "-c", PYTHON, LIBRARY]
    version_oracle.compare(sys.argv[1], "Arch Linux", oracle, generate, PIECES, version_oracle.each(excuse))
