"""`narrows scan manifest` as people type it.

usage: manifest_test.py PROGRAM [unittest arguments]
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

POD = """# a pod
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true
  containers:
  - name: web
    image: web:1
    env: [{name: DB_PASSWORD, value: hunter2hunter2}]
"""


class ManifestTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        (self.folder / "pod.yaml").write_text(POD)

    def tearDown(self):
        self._folder.cleanup()

    def run_it(self, *arguments, stdin=""):
        return subprocess.run([PROGRAM, "scan", "manifest", *arguments], input=stdin, text=True,
                              capture_output=True, cwd=self.folder, timeout=120)

    def findings(self, *arguments, stdin=""):
        run = self.run_it("--output", "json", *arguments, stdin=stdin)
        self.assertIn(run.returncode, (0, 2), run.stderr)
        return json.loads(run.stdout)

    def test_field_line_frameworks_and_patch_are_told(self):
        found = {f["check"]: f for f in self.findings("pod.yaml")["findings"]}
        host_pid = found["host-pid"]
        self.assertEqual((host_pid["object"], host_pid["field"], host_pid["value"], host_pid["line"]),
                         ("shop/Pod/web", "spec.hostPID", "true", 6))
        self.assertEqual(host_pid["frameworks"]["cis"], "5.2.3")
        self.assertTrue(host_pid["patch"].endswith("spec:\n  hostPID: false\n"), host_pid["patch"])

    def test_no_output_shows_a_secret(self):
        for output in ("table", "json", "sarif"):
            run = self.run_it("--output", output, "pod.yaml")
            self.assertIn("secret-in-environment", run.stdout)
            self.assertNotIn("hunter2", run.stdout + run.stderr)

    def test_a_list_on_standard_input_and_a_folder_say_the_same(self):
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
             "spec": {"hostPID": True, "containers": [
                 {"name": "web", "image": "web:1",
                  "env": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}]}}]})
        key = lambda report: [(f["check"], f["field"]) for f in report["findings"]]
        self.assertEqual(key(self.findings("-", stdin=listed)), key(self.findings(".")))

    def test_fail_on_and_threshold_decide_the_exit_code(self):
        self.assertEqual(self.run_it("pod.yaml").returncode, 0)
        self.assertEqual(self.run_it("--fail-on", "high", "pod.yaml").returncode, 2)
        self.assertEqual(self.run_it("--fail-on", "critical", "pod.yaml").returncode, 0)
        threshold = ("--framework", "pss", "--compliance-threshold")
        self.assertEqual(self.run_it(*threshold, "99", "pod.yaml").returncode, 2)
        run = self.run_it(*threshold, "10", "pod.yaml")
        self.assertEqual(run.returncode, 0)
        self.assertIn("Compliance with pss: ", run.stdout)
        self.assertNotIn("liveness-probe-missing", run.stdout)

    def test_exceptions_are_of_a_workload_and_end(self):
        for rule, code in (("host-pid in:shop/Pod/web # it watches", 0), ("host-pid in:shop/Pod/other", 2),
                           ("host-pid exp:2020-01-01", 2)):
            (self.folder / ".narrowsignore").write_text(f"secret-in-environment\n{rule}\n")
            run = self.run_it("--fail-on", "high", "pod.yaml")
            self.assertEqual(run.returncode, code, rule)
        self.assertIn("expired on 2020-01-01", run.stdout)

    def test_sarif_has_file_and_line(self):
        run = json.loads(self.run_it("--output", "sarif", ".").stdout)["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        result = next(r for r in run["results"] if r["ruleId"] == "host-pid")
        self.assertEqual(rules[result["ruleIndex"]]["id"], "host-pid")
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "pod.yaml")
        self.assertEqual(place["region"]["startLine"], 6)

    def test_what_is_no_manifest_is_said(self):
        (self.folder / "broken.yaml").write_text("{{ template }}: [")
        self.assertIn("broken.yaml", self.run_it(".").stdout)
        run = self.run_it("broken.yaml")
        self.assertEqual(run.returncode, 1)
        self.assertIn("line 1", run.stderr)
        self.assertIn("no Kubernetes object", self.run_it("-", stdin="a: 1\n").stderr)
        self.assertEqual(self.run_it("absent.yaml").returncode, 1)
        self.assertIn("cis, nsa, pss, mitre", self.run_it("--framework", "x", "pod.yaml").stderr)


if __name__ == "__main__":
    unittest.main()
