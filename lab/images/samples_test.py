"""The sample images as built, judged by lab/advisories with the version comparison of dpkg and rpm:
what the demo and the tests of the matcher rely on."""

import functools
import json
import os
import subprocess
import unittest
import zipfile

ADVISORIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "advisories")
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
IMAGES = os.path.join(CACHE, "narrows", "lab", "images")


@functools.cache
def advisories(release):
    """source package → [(CVE, fixed version or None)] of a Debian release."""
    found = {}
    with zipfile.ZipFile(os.path.join(ADVISORIES, "osv", "Debian", "all.zip")) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            for entry in record["affected"]:
                if entry["package"]["ecosystem"] == release:
                    fixed = [
                        event["fixed"]
                        for one in entry["ranges"]
                        for event in one["events"]
                        if "fixed" in event
                    ]
                    found.setdefault(entry["package"]["name"], []).append(
                        (record["aliases"][0], fixed[0] if fixed else None)
                    )
    return found


def is_older(version, other):
    return subprocess.run(["dpkg", "--compare-versions", version, "lt", other]).returncode == 0


def findings(image, release):
    """→ ({CVE with a fix: source}, {open CVE: source})"""
    fixable, still_open = {}, {}
    with open(os.path.join(IMAGES, "truth", image + ".dpkg.tsv"), encoding="utf-8") as file:
        sources = {tuple(line.rstrip("\n").split("\t")[3:5]) for line in file}
    for source, version in sources:
        for cve, fixed in advisories(release).get(source, []):
            if fixed is None:
                still_open[cve] = source
            elif is_older(version, fixed):
                fixable[cve] = source
    return fixable, still_open


def errata(image, release):
    """{CVE: packages} of an AlmaLinux image; modules are left aside."""
    import rpm  # Debian's python3-rpm

    installed = {}
    with open(os.path.join(IMAGES, "truth", image + ".rpm.tsv"), encoding="utf-8") as file:
        for line in file:
            name, version, _, _, _, module = line.rstrip("\n").split("\t")
            if not module:
                installed[name] = rpm.ver(version)
    found = {}
    with zipfile.ZipFile(os.path.join(ADVISORIES, "osv", "AlmaLinux", "all.zip")) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            for entry in record["affected"]:
                package, events = entry["package"], entry["ranges"][0]["events"]
                fixed = next(event["fixed"] for event in events if "fixed" in event)
                if package["ecosystem"] != release or package["name"] not in installed:
                    continue
                if ".module_el" not in fixed and installed[package["name"]] < rpm.ver(fixed):
                    for cve in record["related"]:
                        found.setdefault(cve, set()).add(package["name"])
    return found


def exploited():
    path = os.path.join(ADVISORIES, "kev", "known_exploited_vulnerabilities.json")
    with open(path, encoding="utf-8") as file:
        return {entry["cveID"] for entry in json.load(file)["vulnerabilities"]}


@unittest.skipUnless(os.path.isdir(IMAGES), "the sample images are not built: lab/images/build")
class SampleImages(unittest.TestCase):
    def test_old_debian_has_fixable_findings_in_each_package_that_went_back(self):
        fixable, _ = findings("debian-12-old", "Debian:12")
        self.assertEqual(
            {
                "gnutls28",
                "gzip",
                "libcap2",
                "libtasn1-6",
                "ncurses",
                "nettle",
                "openssl",
                "pcre2",
                "sudo",
                "systemd",
                "zlib",
            },
            set(fixable.values()),
        )
        self.assertIn("CVE-2022-37434", fixable)  # critical
        self.assertEqual({"CVE-2021-3156"}, set(fixable) & exploited())

    def test_debian_of_today_has_open_findings_only_and_none_exploited(self):
        for image, release in (
            ("debian-12", "Debian:12"),
            ("debian-12-layers", "Debian:12"),
            ("distroless", "Debian:12"),
            ("debian-11", "Debian:11"),
        ):
            with self.subTest(image):
                fixable, still_open = findings(image, release)
                self.assertEqual({}, fixable)
                self.assertGreater(len(still_open), 5)
                self.assertEqual(set(), set(still_open) & exploited())

    def test_almalinux_has_errata_in_plain_packages_and_one_that_is_exploited(self):
        found = errata("almalinux", "AlmaLinux:8")
        packages = set().union(*found.values())
        self.assertLess({"glibc", "openssl-libs", "sudo", "zlib"}, packages)
        self.assertGreater(len(packages), 20)
        self.assertEqual({"CVE-2023-4911"}, set(found) & exploited())

    def test_the_advisories_say_nothing_of_trixie(self):
        self.assertEqual({}, advisories("Debian:13"))

    def test_every_image_has_a_layout(self):
        self.assertEqual(
            {
                "almalinux",
                "alpine",
                "application",
                "debian-11",
                "debian-12",
                "debian-12-layers",
                "debian-12-old",
                "debian-13",
                "distroless",
                "gone",
                "private",
                "scratch",
            },
            {
                name.removesuffix(".oci")
                for name in os.listdir(os.path.join(IMAGES, "archives"))
                if name.endswith(".oci")
            },
        )


if __name__ == "__main__":
    unittest.main()
