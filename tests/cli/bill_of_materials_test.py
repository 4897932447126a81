"""narrows scan sbom and narrows sbom as people type them, with documents of syft and trivy.

usage: bill_of_materials_test.py PROGRAM [unittest arguments]

The documents in sbom/ were written by syft 1.57.0 and trivy 0.74.0 about the lab's alpine image (linux/arm64); sbom/root
holds what they read there.
"""
import base64
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
SAMPLES = pathlib.Path(__file__).resolve().parent / "sbom"

STATUS = """Package: sudo
Status: install ok installed
Architecture: amd64
Version: 1.9.5p1-1

Package: python3-jinja2
Status: install ok installed
Architecture: all
Source: jinja2
Version: 3.0.3-2
"""


def cyclonedx(*components, **more):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components, **more})


def attested(document):
    statement = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://cyclonedx.org/bom",
                 "subject": [], "predicate": json.loads(document)}
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []})


class Registry(http.server.BaseHTTPRequestHandler):
    """Serves what is in `documents` by path: (media type, bytes)."""
    documents: dict = {}

    def do_GET(self):
        kind, body = self.documents.get(self.path.split("?")[0], (None, b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image_with_bill(root, bill):
    """The documents of an image "app:1" of the files below a folder, with a bill of materials that refers to it."""
    documents = {}
    manifest_type = "application/vnd.oci.image.manifest.v1+json"

    def put(kind, data, folder="blobs"):
        documents[f"/v2/app/{folder}/{digest_of(data)}"] = (kind, data)
        return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}

    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.add(root, arcname=".")
    layer = put("application/vnd.oci.image.layer.v1.tar", tar.getvalue())
    config = put("application/vnd.oci.image.config.v1+json", json.dumps({
        "os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}).encode())
    manifest = json.dumps({"schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": [layer]}).encode()
    image = put(manifest_type, manifest, "manifests")
    documents["/v2/app/manifests/1"] = (manifest_type, manifest)
    kind = "application/vnd.cyclonedx+json"
    attached = json.dumps({
        "schemaVersion": 2, "mediaType": manifest_type, "artifactType": kind, "subject": image,
        "config": put("application/vnd.oci.empty.v1+json", b"{}"), "layers": [put(kind, bill.encode())]}).encode()
    referrer = {**put(manifest_type, attached, "manifests"), "artifactType": kind}
    index = json.dumps({"schemaVersion": 2, "manifests": [referrer]}).encode()
    documents[f"/v2/app/referrers/{image['digest']}"] = ("application/vnd.oci.image.index.v1+json", index)
    return documents


class BillOfMaterialsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tmp = pathlib.Path(cls.folder.name)
        cls.db = cls.tmp / "narrows.db"
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.tmp / "cache"), "NO_COLOR": "1"}
        built = cls.narrows("db", "build", "--osv", ROOT / "lab" / "advisories" / "osv", "--output", cls.db)
        assert built.returncode == 0, built.stderr
        cls.root = cls.tmp / "root"
        packages = cls.root / "usr/lib/python3/dist-packages"
        for path, text in {
                "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
                "var/lib/dpkg/status": STATUS,
                "var/lib/dpkg/info/python3-jinja2.list":
                    "/usr/lib/python3/dist-packages/Jinja2-3.0.3.dist-info/METADATA\n",
                f"{packages}/Jinja2-3.0.3.dist-info/METADATA": "Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.0.3\n",
                "srv/node_modules/lodash/package.json": '{"name": "lodash", "version": "4.17.20"}',
                "srv/package-lock.json": json.dumps({
                    "lockfileVersion": 3, "packages": {"node_modules/minimist": {"version": "1.2.5"}}}),
        }.items():
            file = cls.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def narrows(cls, *arguments, stdin=""):
        return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              env=cls.environment, cwd=cls.tmp, timeout=120)

    def report(self, *arguments, stdin=""):
        done = self.narrows("scan", *arguments, "--db", self.db, "--output", "json", stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    @staticmethod
    def found(report):
        return sorted((f["vulnerability"]["id"], f["subject"]["name"], f["subject"]["version"])
                      for f in report["findings"])

    def test_documents_of_syft_and_trivy_judge_as_what_they_read(self):
        wanted = self.found(self.report("fs", SAMPLES / "root"))
        self.assertGreater(len(wanted), 3)
        documents = sorted(SAMPLES.glob("alpine.*"))
        self.assertEqual(len(documents), 8)
        for document in documents:
            with self.subTest(document.name):
                report = self.report("sbom", document)
                self.assertEqual(self.found(report), wanted)
                self.assertNotIn("unknownReason", report)
                self.assertEqual({f["subject"]["evidence"] for f in report["findings"]}, {"billOfMaterials"})

    def test_our_own_documents_read_back_give_the_same_findings(self):
        for root in (self.root, SAMPLES / "root"):
            direct = self.report("fs", root)
            self.assertTrue(direct["findings"])
            for output in ("cyclonedx", "spdx-json"):
                bill = self.narrows("sbom", "fs", root, "--output", output).stdout
                again = self.report("sbom", "-", stdin=bill)
                self.assertEqual(again["findings"], direct["findings"])
                self.assertEqual(again.get("unknownReason"), direct.get("unknownReason"))
                self.assertEqual(again["target"], {"kind": "billOfMaterials", "name": "-"})

    def test_an_attestation_is_opened_and_its_signature_not_believed(self):
        report = self.report("sbom", "-", stdin=attested((SAMPLES / "alpine.trivy.cdx.json").read_text()))
        self.assertEqual(self.found(report), self.found(self.report("fs", SAMPLES / "root")))
        self.assertIn("signature was not verified", " ".join(report["warnings"]))

    def test_a_document_without_packages_is_unknown_not_passed(self):
        system = {"type": "operating-system", "name": "debian", "version": "12"}
        for text in (cyclonedx(), cyclonedx(system), '{"spdxVersion": "SPDX-2.3", "packages": []}'):
            report = self.report("sbom", "-", stdin=text)
            self.assertEqual(report["findings"], [])
            self.assertIn("names no package", report["unknownReason"])

    def test_what_cannot_be_judged_is_counted_and_makes_it_unknown(self):
        lodash = {"type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20"}
        nameless = {"type": "library", "name": "inhouse", "version": "1"}
        report = self.report("sbom", "-", stdin=cyclonedx(lodash, nameless))
        self.assertTrue(report["findings"])
        self.assertIn("1 components without a package URL (inhouse)", report["unknownReason"])

    def test_a_cluster_names_its_components_and_images(self):
        node = {"type": "application", "name": "k8s.io/kubelet", "version": "1.24.0",
                "purl": "pkg:k8s/k8s.io%2Fkubelet@1.24.0"}
        image = {"type": "container", "name": "registry.k8s.io/pause", "version": "3.9",
                 "purl": "pkg:oci/pause@sha256%3A00?repository_url=registry.k8s.io%2Fpause"}
        report = self.report("sbom", "-", stdin=cyclonedx(node, image))
        said = " ".join([report["unknownReason"], *report.get("statuses", [])])
        self.assertIn('ecosystem "Kubernetes"', said)  # the lab's advisories have none of it
        done = self.narrows("scan", "sbom", "-", "--db", self.db, stdin=cyclonedx(node, image))
        self.assertIn("not all that the document names was judged", done.stderr)

    def test_a_bill_attached_to_an_image_is_a_second_opinion_that_is_marked(self):
        lodash = {"type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20"}
        older = {"type": "library", "name": "lodash", "version": "4.17.15", "purl": "pkg:npm/lodash@4.17.15"}
        bill = cyclonedx(lodash, older)
        handler = type("Handler", (Registry,), {"documents": image_with_bill(self.root, bill)})
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            image = f"127.0.0.1:{server.server_port}/app:1"
            alone = self.report("image", image, "--platform", "linux/amd64")
            both = self.report("image", image, "--platform", "linux/amd64", "--sbom-sources", "oci")
            server.shutdown()
        added = [f["subject"] for f in both["findings"] if f["subject"]["evidence"] == "billOfMaterials"]
        self.assertEqual({(s["name"], s["version"]) for s in added}, {("lodash", "4.17.15")})
        self.assertEqual({s["path"] for s in added}, {"sbom:" + digest_of(bill.encode())})
        self.assertEqual([f for f in both["findings"] if f["subject"]["evidence"] != "billOfMaterials"],
                         alone["findings"])
        self.assertIn("1 packages are named only by the bill of materials attached as " + digest_of(bill.encode()),
                      " ".join(both["warnings"]))
        self.assertIn("not verified who made it", " ".join(both["warnings"]))
        done = self.narrows("scan", "image", self.root, "--sbom-sources", "oci", "--db", self.db)
        self.assertEqual(done.returncode, 1)

    def test_errors_name_the_file_and_what_is_wrong(self):
        for name, text, wanted in (("a.json", "{}", "no bill of materials"),
                                   ("b.json", '{"bomFormat": "CycloneDX", "specVersion": "2.0"}', "1.2 to 1.7"),
                                   ("c.txt", "hello", "CycloneDX (JSON, XML), SPDX (JSON, tag-value)"),
                                   ("d.json", '{"bomFormat":', "malformed JSON")):
            (self.tmp / name).write_text(text)
            done = self.narrows("scan", "sbom", name, "--db", self.db)
            self.assertEqual(done.returncode, 1)
            self.assertIn(name, done.stderr)
            self.assertIn(wanted, done.stderr)
        self.assertIn("none.json", self.narrows("scan", "sbom", "none.json", "--db", self.db).stderr)

    def test_every_output_format_is_written(self):
        for output in ("table", "sarif", "cyclonedx", "spdx-json"):
            done = self.narrows("scan", "sbom", SAMPLES / "alpine.trivy.spdx", "--db", self.db, "--output", output)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("CVE-", done.stdout)


if __name__ == "__main__":
    unittest.main()
