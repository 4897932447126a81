#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem npm` against `semver`, npm's own, which comes with npm.

    npm_versions.py NARROWS
"""

import os
import shutil
import subprocess
import sys

import version_oracle

PIECES = ["0", "1", "9", "10", "01", "a", "B", "-", "+", ".", ".0", ".x", "rc", "-rc.1", "-0", "+b", "alpha"]

JAVASCRIPT = r"""
const SemVer = require(process.argv[1]).SemVer;
const lines = require("fs").readFileSync(0, "utf8").split("\n");
lines.pop();
const parse = (text) => { try { return new SemVer(text); } catch { return null; } };
console.log(lines.map((line) => {
  const [left, right] = line.split("\t");
  const [a, b] = [parse(left), parse(right)];
  if (!a || !b) return "!";
  const order = a.compare(b);
  return order < 0 ? "<" : order > 0 ? ">" : "=";
}).join("\n"));
"""


def generate(rng):
    core = ".".join(rng.choice(["0", "1", "2", "9", "10", "11"]) for _ in range(3))
    pre = rng.choice(["", "", "-" + ".".join(rng.choices(["0", "1", "2", "10", "a", "b", "rc", "A", "a-b", "1a"],
                                                         k=rng.randrange(1, 4)))])
    return core + pre + rng.choice(["", "", "", "+1", "+b.2"])


def excuse(a, b, ours, theirs):
    if any(v.startswith(("=", "v=", "v ", " ")) or v.endswith(" ") for v in (a, b)):
        return 'SemVer 2.0.0, Backus-Naur Form: a version begins with a digit (only "v" is let pass here)'
    return None


def semver():
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        version_oracle.skip("node and npm are not installed")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    for folder in (f"{root}/npm/node_modules/semver", "/usr/share/nodejs/semver"):
        if os.path.exists(f"{folder}/package.json"):
            return folder
    return version_oracle.skip("npm's package semver is not where npm has it")


if __name__ == "__main__":
    oracle = ["node", "-e", JAVASCRIPT, semver()]
    version_oracle.compare(sys.argv[1], "npm", oracle, generate, PIECES, version_oracle.each(excuse))
