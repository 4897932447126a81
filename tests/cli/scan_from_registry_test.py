"""narrows scan image from a registry: one that lies is named, nothing of it is kept in the cache, and no credential reaches
another host, as the hosts themselves tell; the kubelet's plug-ins log in.

usage: scan_from_registry_test.py PROGRAM [unittest arguments]
"""
import base64
import gzip
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
import time
import unittest
import zipfile

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()

STATUS = b"Package: sudo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.9.5p1-1\n\n"
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
LOGIN = "Basic " + base64.b64encode(b"u:hunter2").decode()


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def make_layer():
    unpacked = io.BytesIO()
    with tarfile.open(fileobj=unpacked, mode="w") as tar:
        for name, content in (("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS),
                              ("opt/filler", os.urandom(300_000))):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return unpacked.getvalue()


class Image:
    def __init__(self, **said_of_layer):
        unpacked = make_layer()
        self.layer = gzip.compress(unpacked, mtime=0)
        self.config = json.dumps({"os": "linux", "architecture": "amd64",
                                  "rootfs": {"type": "layers", "diff_ids": [digest(unpacked)]}}).encode()
        layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(self.layer),
                 "size": len(self.layer), **said_of_layer}
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(self.config),
                       "size": len(self.config)}, "layers": [layer]}).encode()


class Server(http.server.ThreadingHTTPServer):
    """Answers by `answer(handler)`, and keeps the Authorization header of every request."""
    daemon_threads = True

    def __init__(self, answer):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                server.authorizations.append(self.headers.get("Authorization", ""))
                answer(self)

            def give(self, status, content=b"", **headers):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    pass  # the client has seen enough

        super().__init__(("127.0.0.1", 0), Handler)
        self.authorizations = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that has seen enough hangs up

    @property
    def host(self):
        return "127.0.0.1:%d" % self.server_address[1]

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def altered(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def cut_off(handler, content):
    handler.give(200, content[:len(content) // 2], Content_Length=str(len(content)))
    handler.close_connection = True


def endless(handler, piece):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    except OSError:
        handler.close_connection = True


class ScanFromRegistryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tmp = pathlib.Path(cls.folder.name)
        cls.environment = {**os.environ, "NO_COLOR": "1", "no_proxy": "*", "NO_PROXY": "*",
                           "XDG_CACHE_HOME": str(cls.tmp / "cache"),
                           "DOCKER_CONFIG": str(cls.tmp), "HOME": str(cls.tmp)}
        for name in ("http_proxy", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
            cls.environment.pop(name, None)
        cls.db = cls.tmp / "narrows.db"
        osv = cls.tmp / "osv" / "Debian"
        osv.mkdir(parents=True)
        with zipfile.ZipFile(osv / "all.zip", "w") as export:
            export.writestr("DSA-1.json", json.dumps({
                "id": "DSA-1", "modified": "2026-01-01T00:00:00Z", "summary": "s",
                "affected": [{"package": {"ecosystem": "Debian:12", "name": "sudo"}, "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.9.13p3-1"}]}]}]}))
        built = cls.run_program("db", "build", "--osv", osv.parent, "--output", cls.db)
        assert built.returncode == 0, built.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_program(cls, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=cls.environment,
                              cwd=cls.tmp, timeout=120)

    def kept(self):
        cache = self.tmp / "cache"
        return [file for file in cache.rglob("*") if file.is_file()] if cache.exists() else []

    def scan(self, image, lies, wanted=None):
        """Scans `image` from a registry that wants a login and answers as `lies(handler, name)` says, where that is not
        None; `name` is manifest, config or layer. The result and the registry."""
        documents = {"manifest": image.manifest, "config": image.config, "layer": image.layer}

        def answer(handler):
            if handler.headers.get("Authorization") != LOGIN:
                return handler.give(401, WWW_Authenticate='Basic realm="r"')
            last = handler.path.split("/")[-1]
            name = next((n for n, content in documents.items() if last == digest(content)), "manifest")
            if lies(handler, name) is None:
                handler.give(200, documents[name],
                             Content_Type=MANIFEST_TYPE if name == "manifest" else "application/octet-stream")

        with Server(answer) as registry:
            (self.tmp / "config.json").write_text(json.dumps(
                {"auths": {registry.host: {"auth": base64.b64encode(b"u:hunter2").decode()}}}))
            done = self.run_program("scan", "image", registry.host + "/team/app" + (wanted or ":1"), "--db", self.db,
                                    "--output", "json")
        return done

    def assert_named(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("hunter2", done.stderr)
        self.assertEqual(self.kept(), [])

    def lie(self, about, how):
        """The registry's answer about one of manifest, config, layer is `how(handler, honest bytes)`."""
        image = Image()
        honest = {"manifest": image.manifest, "config": image.config, "layer": image.layer}[about]
        return self.scan(image, lambda handler, name: (how(handler, honest), 0)[1] if name == about else None,
                         "@" + digest(image.manifest))

    def test_a_credential_provider_plugin_logs_in(self):
        image = Image()

        def answer(handler):
            if handler.headers.get("Authorization") != LOGIN:
                return handler.give(401, WWW_Authenticate='Basic realm="r"')
            last = handler.path.split("/")[-1]
            handler.give(200, next((content for content in (image.config, image.layer) if last == digest(content)),
                                   image.manifest))

        plugins = self.tmp / "plugins"
        plugins.mkdir()
        (self.tmp / "config.json").unlink(missing_ok=True)
        with Server(answer) as registry:
            response = {"kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
                        "cacheKeyType": "Registry", "auth": {registry.host: {"username": "u", "password": "hunter2"}}}
            (plugins / "ours").write_text("#!/bin/sh\ncat > request\necho '%s'\n" % json.dumps(response))
            (plugins / "ours").chmod(0o755)
            (plugins / "config.yaml").write_text(json.dumps({
                "apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [
                    {"name": "ours", "matchImages": ["127.0.0.*:%d/team" % registry.server_address[1]],
                     "defaultCacheDuration": "0s", "apiVersion": "credentialprovider.kubelet.k8s.io/v1"}]}))
            scan = ["scan", "image", registry.host + "/team/app:1", "--db", self.db]
            config = ["--image-credential-provider-config", plugins / "config.yaml"]
            folder = ["--image-credential-provider-bin-dir", plugins]
            self.assertEqual(self.run_program(*scan).returncode, 1)
            self.assertIn("requires", self.run_program(*scan, *config).stderr)
            done = self.run_program(*scan, *config, *folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("DSA-1", done.stdout)
            self.assertEqual(json.loads((self.tmp / "request").read_text())["image"], registry.host + "/team/app")
            (plugins / "ours").write_text("#!/bin/sh\necho hunter2 >&2\nexit 4\n")
            done = self.run_program(*scan, *config, *folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("credential provider ours: it failed with exit code 4", done.stderr)
            self.assertNotIn("hunter2", done.stderr)
        for file in self.kept():
            file.unlink()

    def test_an_honest_one_is_read_and_its_layer_kept(self):
        done = self.scan(Image(), lambda handler, name: None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("DSA-1", done.stdout)
        self.assertEqual(len(self.kept()), 1)
        for file in self.kept():
            file.unlink()

    def test_altered_content_is_named_by_its_digest(self):
        for about in ("manifest", "config", "layer"):
            with self.subTest(about):
                self.assert_named(self.lie(about, lambda handler, honest: handler.give(200, altered(honest))),
                                  "digest", "sha256:")

    def test_a_layer_that_unpacks_to_something_else_is_named_by_its_diff_id(self):
        image = Image()
        other = Image()  # with other random content: its layer is what its own digest says
        image.manifest = image.manifest.replace(digest(image.layer).encode(), digest(other.layer).encode()).replace(
            b'"size": %d}]' % len(image.layer), b'"size": %d}]' % len(other.layer))
        image.layer = other.layer
        self.assert_named(self.scan(image, lambda handler, name: None), "diffID")

    def test_a_truncated_layer_is_named_whatever_length_is_announced(self):
        self.assert_named(self.lie("layer", cut_off), "layer sha256:")
        self.assert_named(self.lie("layer", lambda handler, honest: handler.give(200, honest[:-1000])),
                          "its manifest says")

    def test_a_layer_of_another_size_than_its_manifest_says_is_named(self):
        for size in (1, 1 << 40):
            with self.subTest(size):
                self.assert_named(self.scan(Image(size=size), lambda handler, name: None), "bytes")

    def test_an_endless_answer_ends(self):
        for about in ("manifest", "config", "layer"):
            with self.subTest(about):
                started = time.monotonic()
                self.assert_named(self.lie(about, lambda handler, honest: endless(handler, b"[" * 65536)), "bytes")
                self.assertLess(time.monotonic() - started, 55)

    def test_a_huge_manifest_is_refused(self):
        self.assert_named(self.lie("manifest", lambda handler, honest: handler.give(200, honest + b" " * (5 << 20))),
                          "larger than")

    def test_a_wrong_content_type_changes_nothing_or_is_named(self):
        page = b"<html>log in</html>"
        self.assert_named(self.scan(Image(), lambda handler, name: (handler.give(200, page, Content_Type="text/html"), 0)[1]),
                          "manifest")
        image = Image()
        self.assert_named(
            self.scan(image, lambda handler, name: (handler.give(
                200, image.manifest, Content_Type="application/vnd.oci.image.index.v1+json"), 0)[1]
                if name == "manifest" else None), "calls itself")

    def test_a_redirect_carries_no_credential_and_a_lie_behind_it_is_named(self):
        with Server(lambda handler: handler.give(200, b"something else")) as other:
            for about in ("manifest", "config", "layer"):
                with self.subTest(about):
                    self.assert_named(self.lie(about, lambda handler, honest: handler.give(
                        307, Location="http://%s/stolen?signature=s3cret" % other.host)), "sha256:")
            self.assertGreaterEqual(len(other.authorizations), 3)
            self.assertEqual(set(other.authorizations), {""})

    def test_a_redirect_to_another_host_that_wants_a_login_gets_none(self):
        with Server(lambda handler: handler.give(401, WWW_Authenticate='Basic realm="r"')) as other:
            self.assert_named(self.lie("layer", lambda handler, honest: handler.give(
                302, Location="http://%s/x" % other.host)), "401")
            self.assertEqual(set(other.authorizations), {""})

    def test_a_redirect_to_a_metadata_service_is_not_followed(self):
        for about in ("manifest", "layer"):
            with self.subTest(about):
                self.assert_named(self.lie(about, lambda handler, honest: handler.give(
                    307, Location="http://169.254.169.254/latest/meta-data/")), "169.254.169.254", "not followed")

    def test_redirects_in_a_circle_end(self):
        self.assert_named(self.lie("layer", lambda handler, honest: handler.give(307, Location=handler.path)),
                          "redirects more than 5 times")


if __name__ == "__main__":
    unittest.main()
