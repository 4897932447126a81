#!/usr/bin/python3
"""deploy/build-image, with a program of the machine in the place of Narrows, and, where it is built,
with Narrows. Needs root."""

import json
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
NARROWS = HERE.parent / "build" / "release" / "bin" / "narrows"


def build(folder, program):
    return subprocess.run(
        [HERE / "build-image", "--binary", program, "--output", folder],
        capture_output=True,
        text=True,
    )


class Image(unittest.TestCase):
    program = "/usr/bin/skopeo"  # linked with several libraries that are linked with others
    asked, says = "--version", "skopeo"

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        done = build(cls.folder / "image", cls.program)
        assert done.returncode == 0, done.stderr
        cls.rootfs = cls.folder / "rootfs"
        cls.rootfs.mkdir()
        subprocess.run(
            ["tar", "-xf", cls.folder / "image" / "rootfs.tar", "-C", cls.rootfs], check=True
        )

    def inside(self, *command):
        return subprocess.run(
            ["chroot", "--userspec=65532:65532", self.rootfs, *command],
            capture_output=True,
            text=True,
        )

    def test_program_runs_with_nothing_but_the_image(self):
        done = self.inside("/usr/bin/narrows", self.asked)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(self.says, done.stdout)

    def test_each_library_is_of_a_package_that_has_a_record(self):
        records = self.rootfs / "var/lib/dpkg/status.d"
        owned = set()
        for sums in records.glob("*.md5sums"):
            owned |= {line.split(maxsplit=1)[1] for line in sums.read_text("utf-8").splitlines()}
            stanza = sums.with_suffix("").read_text("utf-8")
            self.assertIn(f"Package: {sums.stem}\n", stanza)
            self.assertNotIn("\nStatus:", stanza)
        libraries = [path for path in self.rootfs.rglob("*.so*") if not path.is_symlink()]
        self.assertGreater(len(libraries), 3)
        for library in libraries:
            name = str(library.relative_to(self.rootfs))
            self.assertTrue({name, name.removeprefix("usr/")} & owned, name)

    def test_has_authorities_release_and_a_place_to_write(self):
        self.assertTrue((self.rootfs / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100000)
        self.assertIn("VERSION_ID", (self.rootfs / "usr/lib/os-release").read_text("utf-8"))
        self.assertEqual(65532, (self.rootfs / "var/lib/narrows").stat().st_uid)

    def test_starts_serve_as_a_user_that_is_not_root(self):
        blobs = self.folder / "image" / "layout" / "blobs" / "sha256"
        index = json.loads((self.folder / "image" / "layout" / "index.json").read_text("utf-8"))
        manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text("utf-8"))
        config = json.loads((blobs / manifest["config"]["digest"][7:]).read_text("utf-8"))["config"]
        self.assertEqual(["/usr/bin/narrows"], config["Entrypoint"])
        self.assertEqual(["serve"], config["Cmd"])
        self.assertEqual("65532:65532", config["User"])

    def test_is_the_same_each_time(self):
        build(self.folder / "again", self.program)
        self.assertEqual(
            (self.folder / "image/layout/index.json").read_text("utf-8"),
            (self.folder / "again/layout/index.json").read_text("utf-8"),
        )

    def test_names_a_program_that_is_not_there(self):
        done = build(self.folder / "none", "/nonexistent/narrows")
        self.assertEqual(1, done.returncode)
        self.assertIn("/nonexistent/narrows is not there: run `make build`", done.stderr)


@unittest.skipUnless(NARROWS.exists(), f"{NARROWS} is not built: make build")
class ImageOfNarrows(Image):
    program = NARROWS
    asked, says = "version", "narrows"


if __name__ == "__main__":
    unittest.main()
