#!/usr/bin/env python3
"""Holds what OpenVEX statements speak of, and the documents that we write, against OpenVEX's own go-vex.

    vex_matches.py MATCH_VEX NARROWS

Pairs of package URLs, a tenth of them unless NARROWS_ORACLES=whole. Where we differ on purpose is said in EXPLAINED, each with
the sentence that it rests on; any other difference fails. Skipped (status 77) where Go or its module is not to be had.
"""

import itertools
import os
import random
import re
import subprocess
import sys
import tempfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))

TYPES = ["deb", "apk", "rpm", "npm", "pypi", "golang", "maven", "cargo"]
NAMESPACES = ["", "debian", "Debian", "github.com/a", "%40scope", "org.example"]
NAMES = ["lib", "Lib", "my_lib", "my-lib", "lib%2B%2B", "li"]
VERSIONS = ["", "1.0", "v1.0", "1.0-1", "2.0", "1%3A1.0"]
QUALIFIERS = ["", "arch=amd64", "arch=x86_64", "arch=source", "epoch=0", "distro=debian-12", "a=b&arch=amd64", "a=c", "a="]
SUBPATHS = ["", "a/b"]


def purls():
    for kind, space, name, version, qualifier, subpath in itertools.product(
            TYPES, NAMESPACES, NAMES, VERSIONS, QUALIFIERS, SUBPATHS):
        yield "pkg:" + kind + "/" + (space + "/" if space else "") + name + ("@" + version if version else "") + (
            "?" + qualifier if qualifier else "") + ("#" + subpath if subpath else "")


def qualifier(purl, key):
    found = re.search(r"[?&]" + key + r"=([^&#]*)", purl)
    return found.group(1) if found else None


def kind(purl):
    return purl[4:purl.index("/")]


def without_case(purl):
    return re.sub("[_.]", "-", purl.lower())


# What may differ, by who says yes, and why.
EXPLAINED = {
    ("subpath", "go-vex"): lambda s, p: ("#" in s) != ("#" in p),  # a subpath is another package's; go-vex drops it
    ("arch", "narrows"): lambda s, p: qualifier(s, "arch") != qualifier(p, "arch") and None not in (
        qualifier(s, "arch"), qualifier(p, "arch")),  # amd64 is x86_64; "arch=source" is the source package
    ("epoch", "narrows"): lambda s, p: qualifier(s, "epoch") == "0",  # an epoch of 0 is none (rpm)
    ("source", "narrows"): lambda s, p: qualifier(s, "arch") == "source",
    ("v", "narrows"): lambda s, p: kind(s) == "golang",  # Go's versions are written with "v" and without
    # Names without regard to case (purl specification, known types); go-vex knows some of these types only.
    ("case", "narrows"): lambda s, p: without_case(s.split("@")[0].split("?")[0]) == without_case(p.split("@")[0].split("?")[0])
    and s.split("?")[0] != p.split("?")[0],
}


def answers(command, lines):
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def build(folder):
    program = os.path.join(folder, "go-vex")
    try:
        done = subprocess.run(["go", "build", "-o", program, "."], cwd=os.path.join(HERE, "go-vex"), capture_output=True,
                              text=True, check=False, env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"})
    except FileNotFoundError:
        print("there is no Go")
        sys.exit(SKIPPED)
    if done.returncode != 0:
        print("go-vex cannot be built:", done.stderr[-300:])
        sys.exit(SKIPPED)
    return program


def compare(match_vex, go_vex):
    generator = random.Random(20260101)
    every = list(purls())
    pairs = []
    for _ in range(200_000 if WHOLE else 20_000):
        product = generator.choice(every)
        # Mostly near ones: one that shares all but a part.
        statement = generator.choice(every)
        if generator.random() < 0.9:
            statement = re.sub(r"[?#].*", "", product) if generator.random() < 0.3 else product
            for _ in range(generator.randint(0, 2)):
                part, values = generator.choice([(r"@[^?#]*", ["@" + v for v in VERSIONS if v] + [""]),
                                                 (r"\?[^#]*", ["?" + q for q in QUALIFIERS if q] + [""]),
                                                 (r"#.*", [""]), (r"lib", ["Lib", "lib"])])
                statement = re.sub(part, generator.choice(values).replace("\\", ""), statement, count=1)
        pairs.append(statement + "\t" + product)
    ours, theirs = answers([match_vex], pairs), answers([go_vex], pairs)
    assert len(ours) == len(theirs) == len(pairs)
    explained, failed = {}, 0
    for pair, own, other in zip(pairs, ours, theirs):
        if own == other:
            continue
        statement, product = pair.split("\t")
        who = "narrows" if own == "1" else "go-vex"
        reason = next((name for (name, side), holds in EXPLAINED.items() if side == who and holds(statement, product)), None)
        if reason is None:
            failed += 1
            if failed <= 20:
                print(f"only {who} says that {statement} speaks of {product}")
        else:
            explained[reason] = explained.get(reason, 0) + 1
    print(f"{len(pairs)} pairs, {ours.count('1')} match, {sum(explained.values())} differ for a reason "
          f"({', '.join(f'{n}: {c}' for n, c in sorted(explained.items()))}), {failed} without")
    return failed == 0


def documents(narrows, go_vex, folder):
    cases = [["--status", "fixed"], ["--status", "under_investigation"], ["--status", "affected", "-a", "upgrade"]]
    cases += [["--status", "not_affected", "-j", label] for label in (
        "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist")]
    cases += [["--status", "not_affected", "--impact-statement", "a \"reason\"", "--subcomponents", "pkg:npm/a,pkg:npm/b"]]
    files = []
    for i, case in enumerate(cases):
        files.append(os.path.join(folder, f"{i}.json"))
        subprocess.run([narrows, "vex", "create", "-p", "pkg:oci/shop", "-v", "CVE-2024-1", "--author", "a", "--file", files[-1],
                        *case], check=True)
    done = subprocess.run([go_vex, *files], capture_output=True, text=True, check=False)
    print(f"{len(files)} documents of ours read by go-vex: {done.stdout.strip() or 'all valid'}")
    return done.returncode == 0


def main():
    match_vex, narrows = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        go_vex = build(folder)
        good = compare(match_vex, go_vex)
        good = documents(narrows, go_vex, folder) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
