"""Tests of lab/advisories/make-subset and of the advisories that are kept here."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import tempfile
import unittest
import zipfile
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
_loader = importlib.machinery.SourceFileLoader("make_subset", os.path.join(HERE, "make-subset"))
subset = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_subset", _loader))
_loader.exec_module(subset)

FULL = os.environ.get("NARROWS_FULL_ADVISORIES") or subset.FULL
VECTOR = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]


def record(name, ecosystem, package, **members):
    return {
        "id": name,
        "modified": "2023-07-14T00:00:00Z",
        "summary": "text",
        "details": "text",
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
        ],
    } | members


def run(*arguments):
    with mock.patch.object(sys, "argv", ["make-subset", *arguments]), contextlib.redirect_stdout(
        io.StringIO()
    ):
        subset.main()


class FullSet:
    """A small full set in a temporary folder."""

    def __init__(self, records, packages):
        self._folder = tempfile.TemporaryDirectory()
        root = self._folder.name
        for ecosystem, members in records.items():
            os.makedirs(f"{root}/full/osv/{ecosystem}")
            with zipfile.ZipFile(f"{root}/full/osv/{ecosystem}/all.zip", "w") as archive:
                for member in members:
                    archive.writestr(member["id"] + ".json", json.dumps(member))
        os.makedirs(f"{root}/full/kev")
        with open(f"{root}/full/kev/kev.json", "w", encoding="utf-8") as file:
            json.dump(
                {
                    "vulnerabilities": [
                        {"cveID": "CVE-1-1", "shortDescription": "text"},
                        {"cveID": "CVE-9-9"},
                    ]
                },
                file,
            )
        os.makedirs(f"{root}/full/epss")
        with subset.gzip.open(f"{root}/full/epss/epss.csv.gz", "wt") as file:
            file.write("#model\ncve,epss,percentile\nCVE-1-1,0.5,0.5\nCVE-9-9,0.5,0.5\n")
        with open(f"{root}/packages", "w", encoding="utf-8") as file:
            file.write("".join(f"{ecosystem}\t{name}\n" for ecosystem, name in packages))
        run("--from", f"{root}/full", "--packages", f"{root}/packages", "--to", f"{root}/out")
        self.out = f"{root}/out"

    def __enter__(self):
        return {found["id"]: found for _, found in subset.read_records(f"{self.out}/osv")}

    def __exit__(self, *_):
        self._folder.cleanup()


class MakeSubset(unittest.TestCase):
    def test_keeps_the_facts_about_listed_packages_and_no_text(self):
        kept = record(
            "DEBIAN-CVE-1-1",
            "Debian:12",
            "zlib",
            aliases=["CVE-1-1"],
            severity=VECTOR,
            references=[
                {"type": "ADVISORY", "url": "https://a"},
                {"type": "WEB", "url": "https://b"},
            ],
        )
        other = record("DEBIAN-CVE-2-2", "Debian:12", "other", aliases=["CVE-2-2"])
        full = FullSet({"Debian": [kept, other]}, [("Debian", "zlib")])
        with full as found:
            self.assertEqual(["DEBIAN-CVE-1-1"], list(found))
            reduced = found["DEBIAN-CVE-1-1"]
            self.assertEqual(kept["affected"], reduced["affected"])
            self.assertEqual(VECTOR, reduced["severity"])
            self.assertEqual([{"type": "ADVISORY", "url": "https://a"}], reduced["references"])
            self.assertNotIn("text", json.dumps(reduced))
            with open(
                f"{full.out}/kev/known_exploited_vulnerabilities.json", encoding="utf-8"
            ) as file:
                self.assertEqual([{"cveID": "CVE-1-1"}], json.load(file)["vulnerabilities"])
            with subset.gzip.open(f"{full.out}/epss/epss.csv.gz", "rt") as file:
                self.assertEqual("#model\ncve,epss,percentile\nCVE-1-1,0.5,0.5\n", file.read())

    def test_the_same_name_in_another_ecosystem_is_another_package(self):
        namesake = record("U-1", "Ubuntu:20.04:LTS", "zlib", aliases=["CVE-1-1"], severity=VECTOR)
        with FullSet(
            {"Debian": [record("D-1", "Debian:12", "zlib")], "Ubuntu": [namesake]},
            [("Debian", "zlib")],
        ) as found:
            self.assertEqual(["D-1"], list(found))

    def test_another_record_gives_the_vector_that_one_lacks(self):
        lacking = record("DEBIAN-CVE-1-1", "Debian:12", "zlib", aliases=["CVE-1-1"])
        giver = record(
            "UBUNTU-CVE-1-1", "Ubuntu:20.04:LTS", "zlib", aliases=["CVE-1-1"], severity=VECTOR
        )
        poor = record("ALSA-1", "AlmaLinux:8", "zlib", aliases=["CVE-1-1"])
        with FullSet(
            {"Debian": [lacking], "Ubuntu": [giver], "AlmaLinux": [poor]}, [("Debian", "zlib")]
        ) as found:
            self.assertEqual({"DEBIAN-CVE-1-1", "UBUNTU-CVE-1-1"}, set(found))
            self.assertEqual(giver["affected"], found["UBUNTU-CVE-1-1"]["affected"])


    def test_errata_keep_their_title_and_name_their_cves(self):
        erratum = record("ALSA-1", "AlmaLinux:8", "zlib", related=["CVE-1-1", "RHSA-1"])
        other = record("U-1", "Ubuntu:20.04:LTS", "a", aliases=["CVE-1-1"], severity=VECTOR)
        full = FullSet({"AlmaLinux": [erratum], "Ubuntu": [other]}, [("AlmaLinux", "zlib")])
        with full as found:
            self.assertEqual(["ALSA-1"], list(found))
            self.assertEqual("text", found["ALSA-1"]["summary"])
            self.assertNotIn("details", found["ALSA-1"])
            with open(
                f"{full.out}/kev/known_exploited_vulnerabilities.json", encoding="utf-8"
            ) as file:
                self.assertEqual([{"cveID": "CVE-1-1"}], json.load(file)["vulnerabilities"])


class Kept(unittest.TestCase):
    def test_holds_no_text_and_fixed_dates(self):
        for ecosystem in sorted(os.listdir(os.path.join(HERE, "osv"))):
            with zipfile.ZipFile(os.path.join(HERE, "osv", ecosystem, "all.zip")) as archive:
                names = [member.filename for member in archive.infolist()]
                self.assertEqual(sorted(names), names)
                for member in archive.infolist():
                    self.assertEqual((1980, 1, 1, 0, 0, 0), member.date_time)
                    found = json.loads(archive.read(member))
                    texts = {"details", "credits"}
                    texts |= set() if ecosystem == subset.ERRATA else {"summary"}
                    self.assertFalse(texts & set(found), member.filename)

    def test_lists_every_package_of_the_sample_images(self):
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        built = os.path.join(base, "narrows", "lab", "images", "truth", "packages.txt")
        if not os.path.exists(built):
            self.skipTest("the sample images are not built")
        missing = subset.read_packages(built) - subset.read_packages(
            os.path.join(HERE, "packages.txt")
        )
        self.assertEqual(set(), missing, f"copy {built} here and run make-subset again")

    @unittest.skipUnless(os.path.isdir(FULL), "the full set is not there")
    def test_leaves_nothing_out(self):
        packages = subset.read_packages(os.path.join(HERE, "packages.txt"))
        here = {found["id"]: found for _, found in subset.read_records(os.path.join(HERE, "osv"))}
        expected = 0
        for _, full in subset.read_records(os.path.join(FULL, "osv")):
            about = [
                entry
                for entry in full["affected"]
                if "package" in entry
                and subset.package_key(entry["package"]["ecosystem"], entry["package"]["name"])
                in packages
            ]
            if not about:
                continue
            expected += 1
            found = here[full["id"]]
            self.assertEqual(
                [(entry["package"], entry.get("ranges")) for entry in about],
                [(entry["package"], entry.get("ranges")) for entry in found["affected"]],
            )
            for member in ("aliases", "severity", "withdrawn", "modified", "published"):
                self.assertEqual(full.get(member), found.get(member), (full["id"], member))
        self.assertGreater(expected, 1000)

    @unittest.skipUnless(os.path.isdir(FULL), "the full set is not there")
    def test_is_what_make_subset_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            run("--from", FULL, "--to", folder)
            made = 0
            for where, _, files in os.walk(folder):
                for name in files:
                    made += 1
                    path = os.path.join(where, name)
                    with open(path, "rb") as new, open(
                        os.path.join(HERE, os.path.relpath(path, folder)), "rb"
                    ) as kept:
                        self.assertTrue(new.read() == kept.read(), path)
            self.assertEqual(10, made)


if __name__ == "__main__":
    unittest.main()
