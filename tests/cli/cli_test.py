"""The narrows command as people type it: output formats, exit codes, errors and their remedies.

usage: cli_test.py PROGRAM [unittest arguments]
"""
import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
# sudo 1.9.5p1-1 is the version that CVE-2021-3156 was found in; gzip is newer than every fix.
STATUS = """Package: sudo
Status: install ok installed
Architecture: amd64
Version: 1.9.5p1-1

Package: gzip
Status: install ok installed
Architecture: amd64
Version: 99-1
"""
POLICY = """apiVersion: goharbor.goharbor.io/v1alpha1
kind: InspectionPolicy
metadata: {name: ci}
spec:
  inspection:
    baselines:
    - {kind: vulnerability, version: v1.1, scheme: s, baseline: %s, onlyFixed: true}
"""


class SilentHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class CliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tmp = pathlib.Path(cls.folder.name)
        cls.db = cls.tmp / "narrows.db"
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.tmp / "cache"), "NO_COLOR": "1"}
        feeds = ROOT / "lab" / "advisories"
        built = cls.run_program("db", "build", "--osv", feeds / "osv", "--kev",
                                feeds / "kev" / "known_exploited_vulnerabilities.json", "--epss",
                                next((feeds / "epss").glob("*.csv.gz")), "--output", cls.db)
        assert built.returncode == 0, built.stderr
        cls.root = cls.tmp / "root"
        (cls.root / "etc").mkdir(parents=True)
        (cls.root / "etc" / "os-release").write_text(OS_RELEASE)
        (cls.root / "var" / "lib" / "dpkg").mkdir(parents=True)
        (cls.root / "var" / "lib" / "dpkg" / "status").write_text(STATUS)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_program(cls, *arguments, stdin=""):
        return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              env=cls.environment, cwd=cls.tmp, timeout=120)

    def scan(self, *arguments):
        return self.run_program("scan", "fs", "--db", self.db, self.root, *arguments)

    def scan_json(self, *arguments):
        done = self.scan("--output", "json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def vex(self, *arguments):
        return self.run_program("vex", "create", "--vuln", "CVE-2021-3156", "--author", "shop@example.com", *arguments)

    def test_a_statement_suppresses_and_stays(self):
        file = self.tmp / "sudo.vex.json"
        done = self.vex("--product", "pkg:deb/debian/sudo?distro=bookworm", "--status", "not_affected", "--justification",
                        "vulnerable_code_not_in_execute_path", "--file", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        code, before = self.scan_json("--fail-on", "High")
        self.assertEqual(code, 2)
        self.assertIn("CVE-2021-3156", [f["vulnerability"]["id"] for f in before["findings"]])
        _, after = self.scan_json("--vex", file)
        self.assertNotIn("CVE-2021-3156", [f["vulnerability"]["id"] for f in after["findings"]])
        suppressed = [s for s in after["suppressed"] if s["finding"]["vulnerability"]["id"] == "CVE-2021-3156"]
        self.assertEqual([s["by"] for s in suppressed], ["vex"])
        statement = suppressed[0]["statement"]
        self.assertEqual(statement["status"], "not_affected")
        self.assertEqual(statement["author"], "shop@example.com")
        self.assertEqual(statement["source"], str(file))
        self.assertEqual(after["summary"]["suppressed"], before["summary"]["suppressed"] + 1)
        schema = json.loads((ROOT / "api" / "schema" / "scan-report.v1.json").read_text())
        jsonschema.validate(after, schema)
        table = self.scan("--vex", file).stdout
        self.assertIn("not_affected (vulnerable_code_not_in_execute_path)", table)

    def test_the_newest_statement_counts_and_others_packages_stay(self):
        old, new = self.tmp / "old.vex.json", self.tmp / "new.vex.json"
        self.vex("--product", "pkg:deb/debian/sudo", "--status", "fixed", "--file", old)
        document = json.loads(old.read_text())
        document["statements"][0].update(status="affected", action_statement="upgrade", timestamp="2099-01-01T00:00:00Z")
        new.write_text(json.dumps(document))
        found = lambda *files: "CVE-2021-3156" in [
            f["vulnerability"]["id"] for f in self.scan_json(*[a for f in files for a in ("--vex", f)])[1]["findings"]]
        self.assertFalse(found(old))
        self.assertTrue(found(old, new))
        self.assertTrue(found(new, old))
        self.vex("--product", "pkg:deb/debian/gzip", "--status", "fixed", "--file", old)
        self.assertTrue(found(old))

    def test_a_policy_holds_statements(self):
        statement = json.loads(self.vex("--product", "pkg:deb/debian/sudo", "--status", "fixed").stdout)
        policy = self.tmp / "stated.yaml"
        policy.write_text(POLICY % "Medium" + "    vex:\n    - " + json.dumps(statement) + "\n")
        code, report = self.scan_json("--policy", policy)
        self.assertNotIn("CVE-2021-3156", [v["finding"]["vulnerability"]["id"] for v in report["judgement"]["violations"]])
        self.assertIn("policy ci", [s["statement"]["source"] for s in report["suppressed"] if s["by"] == "vex"])
        policy.write_text(POLICY % "Medium" + "    vex:\n    - {kind: ConfigMap}\n")
        done = self.scan("--policy", policy)
        self.assertEqual(done.returncode, 1)
        self.assertIn("spec.inspection.vex[0]: this is neither OpenVEX nor CSAF nor CycloneDX", done.stderr)

    def test_the_database_holds_statements(self):
        documents = self.tmp / "documents" / "nested"
        documents.mkdir(parents=True, exist_ok=True)
        self.vex("--product", "pkg:deb/debian/sudo", "--status", "fixed", "--file", documents / "sudo.json")
        (documents / "broken.json").write_text("{")
        feeds, db = ROOT / "lab" / "advisories", self.tmp / "stated.db"
        built = self.run_program("db", "build", "--osv", feeds / "osv", "--vex", self.tmp / "documents", "--output", db)
        self.assertEqual(built.returncode, 0, built.stderr)
        self.assertIn("broken.json was left out", built.stderr)
        info = json.loads(self.run_program("db", "info", "--db", db, "--output", "json").stdout)
        self.assertEqual((info["vexDocuments"], info["vexStatements"]), (1, 1))
        done = self.run_program("scan", "fs", "--db", db, self.root, "--output", "json")
        suppressed = [s for s in json.loads(done.stdout)["suppressed"] if s["by"] == "vex"]
        self.assertEqual([s["statement"]["source"] for s in suppressed], ["advisory database"])
        plain = self.tmp / "plain.db"
        self.run_program("db", "build", "--osv", feeds / "osv", "--output", plain)
        diff = json.loads(self.run_program("db", "diff", plain, db, "--output", "json").stdout)
        self.assertEqual(diff["stated"], ["CVE-2021-3156"])
        self.assertIn("sudo", [p["name"] for p in diff["packages"]])

    def test_vex_says_what_is_wrong(self):
        done = self.vex("--product", "pkg:deb/debian/sudo", "--status", "not_affected")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not_affected needs --justification, one of component_not_present", done.stderr)
        broken = self.tmp / "broken.json"
        broken.write_text("{")
        done = self.scan("--vex", broken)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--vex " + str(broken), done.stderr)
        done = self.scan("--vex", "oci")
        self.assertIn("--vex oci is for an image on a registry", done.stderr)
        self.assertEqual(self.run_program("vex", "validate", broken).returncode, 2)

    def test_vex_show_and_validate(self):
        file = self.tmp / "shown.vex.json"
        self.vex("--product", "pkg:oci/shop", "--subcomponents", "pkg:npm/a@1,pkg:npm/b", "--status", "fixed", "--file", file)
        shown = self.run_program("vex", "show", file)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("pkg:npm/a@1 in pkg:oci/shop", shown.stdout)
        document = json.loads(self.run_program("vex", "show", "--output", "json", file).stdout)[0]
        self.assertEqual(document["format"], "OpenVEX")
        self.assertEqual(document["statements"][0]["products"], ["pkg:npm/a@1 in pkg:oci/shop", "pkg:npm/b in pkg:oci/shop"])
        self.assertEqual(self.run_program("vex", "validate", file).returncode, 0)
        content = json.loads(file.read_text())
        content["statements"][0]["status"] = "affected"
        file.write_text(json.dumps(content))
        invalid = self.run_program("vex", "validate", file)
        self.assertEqual(invalid.returncode, 2)
        self.assertIn("affected needs an action_statement", invalid.stderr)

    def test_table_names_the_vulnerability_its_fix_and_that_it_is_exploited(self):
        done = self.scan()
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if "CVE-2021-3156" in line)
        for word in ("sudo", "1.9.5p1-1", "High", "fixed", "exploited"):
            self.assertIn(word, line)
        self.assertNotIn("gzip", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_json_is_what_the_schema_says(self):
        code, report = self.scan_json()
        self.assertEqual(code, 0)
        schema = json.loads((ROOT / "api" / "schema" / "scan-report.v1.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(report)

    def test_sarif_and_cyclonedx_name_the_finding(self):
        sarif = json.loads(self.scan("--output", "sarif").stdout)
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertIn("CVE-2021-3156", [result["ruleId"] for result in sarif["runs"][0]["results"]])
        bom = json.loads(self.scan("--output", "cyclonedx").stdout)
        self.assertEqual(bom["specVersion"], "1.6")
        self.assertIn("CVE-2021-3156", [v["id"] for v in bom["vulnerabilities"]])

    def test_sbom_lists_each_package_once_with_its_purl(self):
        done = self.run_program("sbom", "fs", self.root)
        components = json.loads(done.stdout)["components"]
        purls = [c["purl"] for c in components if c["type"] == "library"]
        self.assertEqual(len([p for p in purls if p.startswith("pkg:deb/debian/sudo@1.9.5p1-1")]), 1)
        self.assertEqual(len(purls), len(set(purls)))

    def test_fail_on_decides_the_exit_code(self):
        self.assertEqual(self.scan("--fail-on", "high").returncode, 2)
        self.assertEqual(self.scan("--fail-on", "critical").returncode, 0)
        self.assertEqual(self.scan("--fail-on", "high", "--severity", "low").returncode, 2)
        wrong = self.scan("--fail-on", "terrible")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("terrible", wrong.stderr)

    def test_policy_decides_the_exit_code(self):
        policy = self.tmp / "policy.yaml"
        policy.write_text(POLICY % "Critical")
        self.assertEqual(self.scan("--policy", policy).returncode, 0)
        policy.write_text(POLICY % "Medium")
        self.assertEqual(self.scan("--policy", policy).returncode, 2)
        policy.write_text(POLICY % "Grave")
        wrong = self.scan("--policy", policy)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("spec.inspection.baselines[0].baseline", wrong.stderr)

    def test_ignore_file_suppresses_until_it_expires(self):
        ignore = self.tmp / "ignore"
        ignore.write_text("CVE-2021-3156 exp:2999-01-01 # accepted\n")
        _, report = self.scan_json("--ignore-file", ignore)
        self.assertNotIn("CVE-2021-3156", json.dumps(report["findings"]))
        self.assertIn("CVE-2021-3156", json.dumps(report["suppressed"]))
        ignore.write_text("CVE-2021-3156 exp:2001-01-01\n")
        _, report = self.scan_json("--ignore-file", ignore)
        self.assertIn("CVE-2021-3156", json.dumps(report["findings"]))

    def test_severity_filter_hides_but_says_so(self):
        done = self.scan("--severity", "Critical")
        self.assertNotIn("CVE-2021-3156", done.stdout)
        self.assertIn("hidden", done.stdout)

    def test_a_folder_without_packages_cannot_be_judged(self):
        empty = self.tmp / "empty"
        empty.mkdir(exist_ok=True)
        done = self.run_program("scan", "fs", "--db", self.db, empty)
        self.assertEqual(done.returncode, 0)
        self.assertIn("no package database", done.stdout)
        done = self.run_program("scan", "fs", "--db", self.db, "--output", "json", empty)
        self.assertIn("cannot be judged: no package database", done.stderr)

    def test_errors_name_the_thing_and_the_remedy(self):
        for arguments, words in (
                (("scan", "fs", "--db", self.tmp / "none.db", self.root), ("none.db", "narrows db build")),
                (("scan", "fs", "--db", self.db, self.tmp / "nowhere"), ("nowhere",)),
                (("scan", "image", "--db", self.db, "127.0.0.1:1/a/b:1"), ("127.0.0.1:1", "docker save")),
                (("scan", "image", "--db", self.db, "UPPER/case"), ("UPPER",)),
                (("db", "info", "--db", self.root / "etc" / "os-release"), ("os-release",)),
                (("scan", "image", "--db", self.db, "./nowhere.tar"), ("no file", "nowhere.tar", "docker save")),
                (("scan", "image", "--db", self.db, "nowhere.tar"), ("no file", "nowhere.tar")),
                (("frobnicate",), ("frobnicate", "--help")),
                (("vercmp", "--ecosystem", "Plan9"), ("Plan9", "Debian"))):
            done = self.run_program(*arguments)
            self.assertEqual(done.returncode, 1, arguments)
            for word in words:
                self.assertIn(word, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_a_folder_of_the_same_name_does_not_hide_an_image(self):
        (self.tmp / "127.0.0.1").mkdir(exist_ok=True)
        done = self.run_program("scan", "image", "--db", self.db, "127.0.0.1:1/a:1")
        self.assertIn("http://127.0.0.1:1/v2/a/", done.stderr)
        done = self.run_program("scan", "image", "--db", self.db, "./127.0.0.1")
        self.assertIn("neither a 'docker save' file nor an OCI image layout", done.stderr)

    def test_an_image_of_another_platform_than_asked_for_says_so(self):
        image = self.tmp / "image"
        image.mkdir(exist_ok=True)
        (image / "config.json").write_text('{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]}}')
        (image / "manifest.json").write_text('[{"Config":"config.json","Layers":[]}]')
        for platform, warned in (("linux/arm64", True), ("linux/x86_64", False)):
            done = self.run_program("scan", "image", "--db", self.db, "--platform", platform, image)
            self.assertEqual("for linux/amd64 only" in done.stdout, warned, done.stdout + done.stderr)

    def test_an_option_takes_one_value_so_that_the_image_is_still_the_image(self):
        done = self.run_program("scan", "image", "--db", self.db, "--plain-http", "127.0.0.1:1", "127.0.0.1:1/a:1")
        self.assertIn("http://127.0.0.1:1/v2/a/", done.stderr)

    def test_vercmp_answers_each_line(self):
        done = self.run_program("vercmp", "--ecosystem", "Debian",
                                stdin="1.0~rc1\t1.0\n1:1\t2\n1.0\t1.0-0\n_\t1\n")
        self.assertEqual(done.stdout, "<\n>\n=\n!\n")
        done = self.run_program("vercmp", "--ecosystem", "Alpine", stdin="1.0_rc1\t1.0\n1.2-r1\t1.2-r0\n")
        self.assertEqual(done.stdout, "<\n>\n")

    def test_db_info_counts_and_db_build_is_deterministic(self):
        info = json.loads(self.run_program("db", "info", "--db", self.db, "--output", "json").stdout)
        self.assertGreater(info["advisories"], 1000)
        self.assertIn(" days old)", self.run_program("db", "info", "--db", self.db).stdout)
        again = self.tmp / "again.db"
        feeds = ROOT / "lab" / "advisories"
        self.run_program("db", "build", "--osv", feeds / "osv", "--kev",
                         feeds / "kev" / "known_exploited_vulnerabilities.json", "--epss",
                         next((feeds / "epss").glob("*.csv.gz")), "--output", again)
        self.assertEqual(self.db.read_bytes(), again.read_bytes())

    def test_a_release_is_published_fetched_and_rolled_back(self):
        home = self.tmp / "release"
        home.mkdir()
        for command in (["genpkey", "-algorithm", "ed25519", "-out", home / "private.pem"],
                        ["pkey", "-in", home / "private.pem", "-pubout", "-out", home / "public.pem"]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        served, live, key = home / "served", home / "live" / "narrows.db", home / "public.pem"
        publish = ("db", "publish", "--to", served, "--key", home / "private.pem", "--db")
        done = self.run_program(*publish, self.db)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        handler = functools.partial(SilentHandler, directory=served)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            update = ("db", "update", "--from", f"http://127.0.0.1:{server.server_port}", "--db", live)
            done = self.run_program(*update)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--key", done.stderr)
            done = self.run_program(*update, "--key", key)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(live.read_bytes(), self.db.read_bytes())
            other = home / "other.db"
            feeds = ROOT / "lab" / "advisories"
            self.run_program("db", "build", "--osv", feeds / "osv", "--output", other)
            self.assertEqual(self.run_program(*publish, other).returncode, 0)
            done = self.run_program(*update, "--key", key)
            self.assertIn("as a delta", done.stdout, done.stderr)
            self.assertEqual(live.read_bytes(), other.read_bytes())
            self.assertEqual(self.run_program("db", "rollback", "--db", live).returncode, 0)
            self.assertEqual(live.read_bytes(), self.db.read_bytes())
            server.shutdown()

    def test_old_data_is_refused_where_its_age_is_limited(self):
        for command in (("scan", "fs", self.root), ("db", "info")):
            done = self.run_program(*command, "--db", self.db, "--max-age", "1h")
            self.assertEqual(done.returncode, 1)
            self.assertIn("narrows db update", done.stderr)
            self.assertNotEqual(self.run_program(*command, "--db", self.db, "--max-age", "100000h").returncode, 1)

    def test_db_diff_names_what_changed(self):
        feeds, fewer, other = ROOT / "lab" / "advisories", self.tmp / "fewer", self.tmp / "fewer.db"
        fewer.mkdir()
        for ecosystem in (feeds / "osv").iterdir():
            if ecosystem.name != "npm":
                (fewer / ecosystem.name).symlink_to(ecosystem)
        self.run_program("db", "build", "--osv", fewer, "--output", other)
        said = json.loads(self.run_program("db", "diff", other, self.db, "--epss", "0.9", "--output", "json").stdout)
        self.assertEqual(said["ecosystemsAdded"], ["npm"])
        self.assertTrue(said["advisories"])
        self.assertEqual({record["change"] for record in said["advisories"]}, {"added"})
        self.assertIn("CVE-2021-3156", said["knownExploitedAdded"])
        self.assertTrue(all(score["after"] >= 0.9 for score in said["epss"]) and said["epss"])
        self.assertIn({"ecosystem": "Debian:12", "name": "sudo"}, said["packages"], "its CVE is known exploited now")
        self.assertRegex(self.run_program("db", "diff", self.db, other).stdout, r"removed +CVE-2021-3156 +known exploited")
        self.assertIn("Both say the same", self.run_program("db", "diff", other, other).stdout)

    def test_a_question_without_a_store_says_where_to_ask(self):
        for question in (("why", "CVE-2021-3156"), ("watch",)):
            done = self.run_program(*question, "--store", self.tmp / "none.sqlite")
            self.assertEqual(done.returncode, 1)
            self.assertIn("none.sqlite", done.stderr)
            self.assertIn("kubectl exec", done.stderr)

    def test_bench_judges_by_control_files_and_says_what_it_does_not_understand(self):
        controls = self.tmp / "controls"
        (controls / "mine").mkdir(parents=True)
        (controls / "config.yaml").write_text("node: {components: []}\nversion_mapping: {'1.28': mine}\n")
        check = "  - {id: 1.%d, scored: true, remediation: mend, audit: '%s', tests: {test_items: [{flag: permissions, compare: {op: bitmask, value: '644'}}]}}\n"
        (self.root / "open").write_text("x")
        (self.root / "open").chmod(0o666)
        (controls / "mine" / "node.yaml").write_text("type: node\nid: 1\ngroups:\n- id: 1\n  checks:\n" + "".join(
            check % pair for pair in enumerate(("stat -c permissions=%a /etc/os-release", "stat -c permissions=%a /open", "perl -e 1 > x"))))
        bench = functools.partial(self.run_program, "bench", "--controls", controls, "--root", self.root, "--version", "1.29")
        done = bench("--output", "kube-bench", "--fail-on", "fail")
        self.assertEqual(done.returncode, 2, done.stderr)
        results = json.loads(done.stdout)["Controls"][0]["tests"][0]["results"]
        self.assertEqual([result["status"] for result in results], ["PASS", "FAIL", "WARN"])
        self.assertIn("not understood: a redirection to x", results[2]["reason"])
        self.assertIn("total: 1 pass, 1 fail, 1 warn, 0 info", bench("--targets", "worker").stdout)
        self.assertEqual(bench("--check", "1.0", "--fail-on", "warn").returncode, 0)
        self.assertIn("stat -c permissions=%a /open", bench("--explain", "1.1").stdout)
        self.assertIn("it has: node", bench("--targets", "etcd").stderr)
        (controls / "mine" / "node.yaml").write_text("type: node\ngroups: 7\n")
        self.assertRegex(bench().stderr, r"mine/node.yaml: line 2: 'groups' must be a list")

    def test_version_is_told_both_ways(self):
        told = self.run_program("version").stdout
        self.assertRegex(told, r"^narrows \d+\.\d+\.\d+$")
        self.assertEqual(self.run_program("--version").stdout, told)

    def test_completion_scripts_are_valid_shell(self):
        for shell in ("bash", "zsh", "fish"):
            done = self.run_program("completion", shell)
            self.assertEqual(done.returncode, 0)
            self.assertIn("narrows", done.stdout)
        script = self.run_program("completion", "bash").stdout
        asked = subprocess.run(["bash", "-c", script + '\nCOMP_WORDS=(narrows scan im); COMP_CWORD=2; _narrows; '
                                'echo "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True)
        self.assertEqual(asked.stdout.strip(), "image")

    def test_every_command_has_help_with_an_example(self):
        for command in (("scan", "image"), ("scan", "fs"), ("sbom", "image"), ("sbom", "fs"), ("db", "build"),
                        ("db", "info"), ("db", "update"), ("db", "rollback"), ("db", "publish"), ("db", "push"), ("vercmp",), ("bench",), ("completion",)):
            done = self.run_program(*command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("Example: ", done.stdout, command)


if __name__ == "__main__":
    unittest.main()
