#!/usr/bin/python3
"""Our Pod Security Standards beside the fixtures that their own implementation is tested with: every pod of
k8s.io/pod-security-admission's test data, from 1.25 on. A pod of `fail` must be refused for the control its
file is named after, one of `pass` not at all.

    pod_security_fixtures.py JUDGE_PODS
"""

import glob
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from version_oracle import MOST_SHOWN, skip  # noqa: E402

OLDEST_MINOR = 25
MODULE = "k8s.io/pod-security-admission@*"


def fixtures_folder():
    places = [os.environ.get("GOMODCACHE"), os.path.expanduser("~/go/pkg/mod"),
              os.path.join(os.environ.get("GOPATH", "/nonexistent"), "pkg/mod")]
    found = [folder for place in places if place
             for folder in glob.glob(f"{place}/{MODULE}/test/testdata")]
    def version(folder):
        return [int(n) for n in re.findall(r"\d+", folder.split("@")[1].split("/")[0])[:3]]
    return max(found, key=version, default=None)


def cases(folder):
    """(level, minor, path, the control it fails or None)"""
    for path in sorted(glob.glob(f"{folder}/*/v1.*/*/*.yaml")):
        level, version, outcome, name = path.split("/")[-4:]
        minor = int(version.removeprefix("v1."))
        if minor >= OLDEST_MINOR:
            control = re.sub(r"\d*\.yaml$", "", name)
            yield level, minor, path, control if outcome == "fail" else None


def answers_of(judge, inputs):
    lines = "".join(f"{level} {minor} {path}\n" for level, minor, path, *_ in inputs)
    run = subprocess.run([judge], input=lines, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def agrees(answer, level, control):
    if control is None:
        return answer == "-"
    violated = answer.lower().split(",")
    if control in violated:
        return True
    # At the restricted level a stricter control of the same field stands in for these.
    stand_ins = {"capabilities_baseline": "capabilities_restricted",
                 "hostpathvolumes": "restrictedvolumes",
                 "seccompprofile_baseline": "seccompprofile_restricted"}
    return level == "restricted" and stand_ins.get(control) in violated


def main(judge):
    folder = fixtures_folder()
    if not folder:
        skip(f"{MODULE} is not in the module cache; `lab/lab build` brings it")
    inputs = list(cases(folder))
    answers = answers_of(judge, inputs)
    if len(answers) != len(inputs) or len(inputs) < 1000:
        sys.exit(f"{len(inputs)} fixtures, {len(answers)} answers")
    wrong = [f"{path}: expected {control or 'no violation'}, got {answer}"
             for (level, _, path, control), answer in zip(inputs, answers)
             if not agrees(answer, level, control)]
    print("\n".join(wrong[:MOST_SHOWN]))
    print(f"{len(inputs)} fixtures, {len(wrong)} judged otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
