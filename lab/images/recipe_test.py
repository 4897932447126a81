"""Tests of the parts that lab/images/build is made of."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
sys.dont_write_bytecode = True

from recipe import debian, oci, small  # noqa: E402
from recipe.registry import Registry  # noqa: E402


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)


class Layers(InFolder):
    def write(self, name):
        with oci.LayerWriter(self.path(name)) as layer:
            layer.file("a/b/file", "content", 0o755)
            layer.hard_link("a/b/other", "a/b/file")
            layer.whiteout("a/gone")
            layer.opaque("a/emptied")
        return self.path(name)

    def test_have_parents_whiteouts_and_links_as_the_specification_spells_them(self):
        with tarfile.open(self.write("layer.tar")) as layer:
            self.assertEqual(
                [
                    "a",
                    "a/b",
                    "a/b/file",
                    "a/b/other",
                    "a/.wh.gone",
                    "a/emptied",
                    "a/emptied/.wh..wh..opq",
                ],
                layer.getnames(),
            )
            self.assertTrue(layer.getmember("a/b/other").islnk())
            self.assertEqual("a/b/file", layer.getmember("a/b/other").linkname)
            self.assertEqual(0o755, layer.getmember("a/b/file").mode)

    def test_of_the_same_content_have_the_same_digest(self):
        blobs = oci.BlobStore(self.path("blobs"))
        self.assertEqual(
            blobs.add_layer(self.write("one.tar")), blobs.add_layer(self.write("two.tar"))
        )

    def test_of_zstd_are_unpacked_to_what_their_diff_id_says(self):
        blobs = oci.BlobStore(self.path("blobs"))
        descriptor, diff_id = blobs.add_layer(self.write("layer.tar"), "zstd")
        self.assertTrue(descriptor["mediaType"].endswith("+zstd"))
        plain = subprocess.run(
            ["zstd", "-dc", blobs.path(descriptor["digest"])], check=True, capture_output=True
        ).stdout
        self.assertEqual(diff_id, oci.cluster_oci.digest(plain))

    def test_layout_of_an_index_holds_the_blobs_of_every_platform(self):
        blobs = oci.BlobStore(self.path("blobs"))
        layer = blobs.add_layer(self.write("layer.tar"))
        images = [(blobs.add_image([layer], ["run"], arch), arch) for arch in ("amd64", "arm64")]
        blobs.write_layout(blobs.add_index(images), self.path("layout"), "1")
        # The index, two manifests, two configurations, one layer.
        self.assertEqual(6, len(os.listdir(self.path("layout/blobs/sha256"))))
        with open(self.path("layout/index.json"), encoding="utf-8") as file:
            self.assertEqual(oci.INDEX, json.load(file)["manifests"][0]["mediaType"])


class Difference(InFolder):
    def test_is_what_changed_and_a_whiteout_of_what_went(self):
        root = self.path("root")
        for name in ("same", "changed", "mode", "old/one", "old/two"):
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write("before")
        os.link(os.path.join(root, "same"), os.path.join(root, "same-link"))
        with tarfile.open(self.path("base.tar"), "w") as tar:
            tar.add(root, ".")
        with open(os.path.join(root, "changed"), "w", encoding="utf-8") as file:
            file.write("after!")
        os.chmod(os.path.join(root, "mode"), 0o700)
        shutil.rmtree(os.path.join(root, "old"))
        os.symlink("same", os.path.join(root, "link"))
        debian.write_difference(self.path("base.tar"), root, self.path("layer.tar"))
        with tarfile.open(self.path("layer.tar")) as layer:
            self.assertEqual([".wh.old", "changed", "link", "mode"], sorted(layer.getnames()))
            self.assertEqual(b"after!", layer.extractfile("changed").read())
            self.assertEqual("same", layer.getmember("link").linkname)


class PackageRecords(unittest.TestCase):
    def test_apk_record_lists_fields_then_files_with_their_checksums(self):
        record = small.apk_record(
            "libssl3", "3.1.1-r1", "openssl", "SSL", {"etc/x/y": "content"}, "x86_64"
        )
        lines = record.splitlines()
        self.assertEqual(
            [
                "C",
                "P",
                "V",
                "A",
                "S",
                "I",
                "T",
                "U",
                "L",
                "o",
                "m",
                "t",
                "c",
                "D",
                "p",
                "F",
                "M",
                "R",
                "a",
                "Z",
                "",
            ],
            [line.split(":")[0] for line in lines],
        )
        self.assertIn("o:openssl", lines)
        checksum = base64.b64encode(hashlib.sha1(b"content").digest()).decode()
        self.assertIn("Z:Q1" + checksum, lines)

    def test_truth_line_names_the_source_and_its_version(self):
        stanza = "Package: {}\nVersion: {}\nArchitecture: amd64\n"
        self.assertEqual(
            "a\t1-1\tamd64\ta\t1-1\tinstalled\n", small.truth_line(stanza.format("a", "1-1"))
        )
        self.assertEqual(
            "libb1:amd64\t1-1+b2\tamd64\tb\t1-1\tinstalled\n",
            small.truth_line(
                stanza.format("libb1", "1-1+b2") + "Source: b (1-1)\nMulti-Arch: same\n"
            ),
        )


@unittest.skipUnless(
    shutil.which("docker-registry") and shutil.which("skopeo"),
    "docker-registry and skopeo are not installed",
)
class Forget(InFolder):
    def forget(self, *arguments):
        return subprocess.run(
            [os.path.join(HERE, "forget"), *arguments], capture_output=True, text=True
        )

    def test_takes_an_image_away_and_says_so_when_it_is_not_there(self):
        blobs = oci.BlobStore(self.path("blobs"))
        with oci.LayerWriter(self.path("layer.tar")) as layer:
            layer.file("file", "content")
        image = blobs.add_image([blobs.add_layer(self.path("layer.tar"))], ["run"])
        blobs.write_layout(image, self.path("layout"), "1")
        with Registry(self.path("storage")) as registry:
            registry.push(self.path("layout"), "1", "samples/gone:1")
            done = self.forget(f"http://{registry.address}", "samples/gone:1")
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(image["digest"], done.stdout)
            again = self.forget(f"http://{registry.address}", "samples/gone:1")
            self.assertEqual(1, again.returncode)
            self.assertIn("has no samples/gone:1", again.stderr)

    def test_names_a_registry_that_does_not_answer(self):
        done = self.forget("http://127.0.0.1:1", "samples/gone:1")
        self.assertEqual(1, done.returncode)
        self.assertIn("http://127.0.0.1:1", done.stderr)


if __name__ == "__main__":
    unittest.main()
