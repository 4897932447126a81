#!/usr/bin/env python3
"""Holds what we read of the gems on this machine against `gem list`.

    gem_packages.py EXTRACT_PACKAGES

Skipped (status 77) where there is no RubyGems.
"""

import glob
import re
import shutil
import subprocess
import sys

SKIPPED = 77


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main():
    if shutil.which("gem") is None:
        print("SKIPPED: there is no RubyGems here")
        return SKIPPED
    theirs = set()
    for line in run("gem", "list", "--local", "--all").splitlines():
        match = re.fullmatch(r"(\S+) \((.+)\)", line)
        for version in match.group(2).split(", ") if match else []:
            theirs.add((match.group(1), version.removeprefix("default: ").split()[0]))
    folders = run("ruby", "-e", "puts Gem.path, Gem.default_dir, Gem.paths.path, Gem::Specification.dirs").splitlines()
    files = sorted({file for folder in folders for pattern in ("specifications/", "")
                    for file in glob.glob(f"{folder}/{pattern}**/*.gemspec", recursive=True)})
    output = run(sys.argv[1], "installed", "-", text="\n".join(files))
    ours = {tuple(line.split("\t")[1:]) for line in output.splitlines()}
    print(f"{len(ours)} gems, only in ours {sorted(ours - theirs)}, only in theirs {sorted(theirs - ours)}")
    return 1 if ours != theirs or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
