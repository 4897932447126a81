#!/usr/bin/python3
"""The demo as people run it: what it shows, that it fails when it must, and that it leaves nothing.

/usr/bin/python3 tests/e2e/demo_test.py [-v] [Class[.test] …]      needs root and `make build`
"""

import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "lab"))

from cluster import records  # noqa: E402

DEMO = ROOT / "lab" / "demo"


def laboratories():
    return {record["folder"] for record in records.everything().values()}


class Demo(unittest.TestCase):
    def setUp(self):
        self.started = None

    def start(self, *options):
        self.started = subprocess.Popen(
            [DEMO, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(self.started.stdout.close)
        self.addCleanup(self.started.wait)
        self.addCleanup(self.started.terminate)
        return self.started

    def folder(self):
        return f"/tmp/narrows-demo-{self.started.pid}"

    def assert_nothing_is_left(self):
        self.assertFalse(pathlib.Path(self.folder()).exists())
        self.assertNotIn(self.folder(), laboratories())

    def test_goes_from_what_runs_here_to_isolated_and_back(self):
        said = self.start().communicate()[0]
        self.assertEqual(0, self.started.returncode, said)
        self.assertNotIn("\033", said, "no colours where there is no terminal")
        for row in (
            r"shop +Deployment/storefront +violated +yes +CVE-\d+-\d+ in ",
            r"data +DaemonSet/log-shipper +violated +yes +CVE-\d+-\d+ in ",
            r"tools +Deployment/relay +unknown +\S",
            r"tools +Deployment/preview +unknown +\S",
            r"tools +Deployment/legacy-batch +unknown +\S",
            r"shop +Deployment/catalog +passed +\d+ open",
            r"shop +Deployment/storefront +passed +\d+ open",
            r"shop/newsletter is isolated \d+\.\d s after the file was renamed",
            r"policy demo: violated: ",
            r"sqlparse 0\.4\.4: fixed in 0\.5\.0",
        ):
            self.assertRegex(said, row)
        self.assertEqual(
            list(range(1, 14)), [int(n) for n in re.findall(r"^ +(\d+)\.  ", said, re.M)]
        )
        self.assert_nothing_is_left()

    def test_interrupted_leaves_nothing(self):
        demo = self.start()
        for line in demo.stdout:
            if "Workloads in three namespaces" in line:
                break
        self.assertIn(self.folder(), laboratories())
        demo.send_signal(signal.SIGINT)
        said = demo.stdout.read()
        self.assertEqual(130, demo.wait(), said)
        self.assert_nothing_is_left()

    def test_fails_by_name_when_advisories_are_missing(self):
        said = self.start("--advisories", "/nonexistent").communicate()[0]
        self.assertEqual(1, self.started.returncode, said)
        self.assertIn("/nonexistent", said)


if __name__ == "__main__":
    unittest.main()
