#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem PyPI` against `packaging` of the Python Packaging Authority (python3-packaging).

    pypi_versions.py NARROWS
"""

import sys

import version_oracle

PIECES = ["0", "1", "10", "01", "a", "b", "rc", "c", ".", "-", "_", "!", "+", ".post", "dev", "r", "v", "alpha", "X"]

PYTHON = r"""
import sys
from packaging.version import InvalidVersion, Version
def parse(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None
for line in sys.stdin:
    a, b = map(parse, line.rstrip("\n").split("\t"))
    print("!" if a is None or b is None else "<" if a < b else ">" if a > b else "=")
"""


def generate(rng):
    pick = rng.choice
    number = lambda: pick(["", "0", "1", "2", "10", "01"])
    text = pick(["", "", "", "v", "1!", "0!"]) + ".".join(pick(["0", "1", "2", "10", "01"]) for _ in range(rng.randrange(1, 4)))
    if rng.random() < 0.4:
        text += pick(["", ".", "-", "_"]) + pick(["a", "b", "c", "rc", "alpha", "Beta", "pre", "preview"]) + pick(["", "", ".", "-"]) + number()
    if rng.random() < 0.3:
        text += pick(["-1", "-2", pick(["", ".", "-"]) + pick(["post", "rev", "r", "POST"]) + pick(["", ".", "_"]) + number()])
    if rng.random() < 0.3:
        text += pick(["", ".", "-"]) + "dev" + number()
    if rng.random() < 0.2:
        text += "+" + pick([".", "-", "_"]).join(rng.choices(["0", "1", "10", "01", "a", "abc", "1a", "B"], k=rng.randrange(1, 4)))
    return text


if __name__ == "__main__":
    oracle = ["/usr/bin/python3", "-c", PYTHON]
    version_oracle.compare(sys.argv[1], "PyPI", oracle, generate, PIECES)
