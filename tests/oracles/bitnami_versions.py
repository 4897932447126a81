#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Bitnami` against github.com/bitnami/go-version.

    bitnami_versions.py NARROWS

With NARROWS_ORACLES=whole it is built into the user's cache; otherwise compared if it is there.
"""

import os
import shutil
import subprocess
import sys

import version_oracle

MODULE = "github.com/bitnami/go-version"
VERSION = "v0.0.0-20250505154626-452e8c5ee607"
PIECES = ["0", "1", "10", "01", ".", "-", "-1", "-10", ".0", "+a", "a"]

GO = """
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/bitnami/go-version/pkg/version"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		left, right, _ := strings.Cut(lines.Text(), "\\t")
		a, wrong := version.Parse(left)
		b, alsoWrong := version.Parse(right)
		if wrong != nil || alsoWrong != nil {
			fmt.Fprintln(out, "!")
			continue
		}
		fmt.Fprintln(out, string("<=>"[a.Compare(b)+1]))
	}
}
"""


def generate(rng):
    pick = rng.choice
    text = ".".join(pick(["0", "1", "2", "9", "10", "11"]) for _ in range(3))
    return text + pick(["", "", "-0", "-1", "-2", "-10", "-11", "-1.1"])


def program():
    folder = version_oracle.cache_folder("bitnami-go-version")
    binary = f"{folder}/{VERSION}"
    if os.path.exists(binary):
        return binary
    if not version_oracle.WHOLE or not shutil.which("go"):
        version_oracle.skip(f"{MODULE} is not built; NARROWS_ORACLES=whole builds it where there is Go")
    with open(f"{folder}/main.go", "w", encoding="utf-8") as file:
        file.write(GO)
    for command in (["go", "mod", "init", "oracle"], ["go", "get", f"{MODULE}/pkg/version@{VERSION}"], ["go", "build", "-o", binary, "."]):
        if command[1] == "mod" and os.path.exists(f"{folder}/go.mod"):
            continue
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            version_oracle.skip(f"{MODULE} cannot be built: {run.stderr[-500:]}")
    return binary


if __name__ == "__main__":
    version_oracle.compare(sys.argv[1], "Bitnami", [program()], generate, PIECES)
