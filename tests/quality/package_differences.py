#!/usr/bin/env python3
"""Holds the packages that `narrows sbom` lists against what package managers and syft list of the same images and
folders: all of them, nothing twice, and each difference listed with its reason in expected_differences.tsv.

    package_differences.py NARROWS [--print]

Subjects: the sample images debian-12, almalinux and application (lab/images/build); "languages", an image with Rust,
Ruby, PHP and .NET packages, and a runtime without a package manager, that is made here of files that PyPI and Debian
serve, read as an image and as a folder; and the folder project/ of lock files. syft is taken from the benchmark's
cache (bench/peers.py builds it); where it is not, only the package managers are asked. Skipped (status 77) where there
is nothing to compare. --print prints the differences in the form of expected_differences.tsv.
"""

import collections
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile
import zlib

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = (os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) + "/narrows"
LAB = f"{CACHE}/lab/images"
EXPECTED = f"{HERE}/expected_differences.tsv"
MOST_DIFFERENCES = 0.01  # of all packages of all subjects

WHEELS = ["uv==0.13.9", "pythonnet==3.2.1"]  # Rust with audit data; a deps.json
DEBS = ["icinga-php-thirdparty", "ruby-rack", "ruby-sinatra", "ruby-mustermann", "ruby-tilt", "libssl3"]
GEMS = "usr/local/bundle/specifications"
PHP = "srv/portal"
SITE = "opt/venv/lib/python3.11/site-packages"
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


# The sample of languages.


def fetch(folder):
    """What the sample is made of, or the reason why it is not to be had."""
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(f"{folder}/ready"):
        return None
    pip = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                          "--python-version=3.11", "--platform=manylinux_2_17_x86_64", "--dest", folder, *WHEELS],
                         capture_output=True, text=True, check=False)
    apt = subprocess.run(["apt-get", "download", "-q", *DEBS], cwd=folder, capture_output=True, text=True, check=False)
    for tool in (pip, apt):
        if tool.returncode != 0:
            return tool.stderr.strip().splitlines()[-1]
    with open(f"{folder}/ready", "w", encoding="utf-8"):
        pass
    return None


def make_languages(folder, root):
    """Unpacks the sample into `root` and returns what its files say of themselves: a set of (purl type, name, version)."""
    truth = set()
    for wheel in glob.glob(f"{folder}/*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(f"{root}/{SITE}")
    for deb in glob.glob(f"{folder}/*.deb"):
        with tempfile.TemporaryDirectory() as tree:
            run("dpkg-deb", "-x", deb, tree)
            for spec in glob.glob(f"{tree}/**/specifications/*.gemspec", recursive=True):
                os.makedirs(f"{root}/{GEMS}", exist_ok=True)
                shutil.copy(spec, f"{root}/{GEMS}")
                name, version = os.path.basename(spec)[:-len(".gemspec")].rsplit("-", 1)
                truth.add(("gem", name, version))
            if os.path.isdir(f"{tree}/usr/share/icinga-php/vendor"):
                shutil.copytree(f"{tree}/usr/share/icinga-php/vendor", f"{root}/{PHP}", symlinks=True)
            for library in glob.glob(f"{tree}/usr/lib/*/libcrypto.so.3"):
                os.makedirs(f"{root}/opt/tool/lib")
                shutil.copy(library, f"{root}/opt/tool/lib")
                version = run("dpkg-deb", "-f", deb, "Version").strip()
                truth.add(("generic", "openssl", version.split("-")[0]))
    os.makedirs(f"{root}/etc")
    with open(f"{root}/etc/os-release", "w", encoding="utf-8") as file:
        file.write(OS_RELEASE)
    with open(f"{root}/{PHP}/vendor/composer/installed.json", encoding="utf-8") as file:
        for package in json.load(file)["packages"]:
            truth.add(("composer", package["name"].lower(), package["version"]))
    for path in glob.glob(f"{root}/{SITE}/*.dist-info/METADATA"):
        with open(path, encoding="utf-8") as file:
            fields = dict(line.split(": ", 1) for line in file.read().split("\n\n")[0].splitlines() if ": " in line)
        truth.add(("pypi", pypi_name(fields["Name"]), fields["Version"]))
    for path in glob.glob(f"{root}/**/*.deps.json", recursive=True):
        with open(path, encoding="utf-8-sig") as file:
            for key, library in json.load(file)["libraries"].items():
                if library["type"] == "package":
                    truth.add(("nuget", *key.split("/")))
    for path in glob.glob(f"{root}/**/package.json", recursive=True):
        with open(path, encoding="utf-8") as file:
            package = json.load(file)
        if package.get("name") and package.get("version") and not package.get("private"):
            truth.add(("npm", package["name"], package["version"]))
    for path in glob.glob(f"{root}/{SITE}/*.data/scripts/*"):
        truth |= crates_of(path)
    return truth


def crates_of(path):
    """The crates of a program by its audit data, which objcopy takes out."""
    with tempfile.NamedTemporaryFile() as section:
        run("objcopy", "--dump-section", f".dep-v0={section.name}", path, "/dev/null")
        packages = json.loads(zlib.decompress(section.read()))["packages"]
    return {("cargo", p["name"], p["version"]) for p in packages if p.get("kind", "runtime") == "runtime"}


def write_image(root, path):
    """The folder as an image of one layer, as `docker save` has it."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(root, ".")
    layer = layer.getvalue()
    diff_id = "sha256:" + hashlib.sha256(layer).hexdigest()
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [diff_id]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["languages:1"], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        for file, content in ((name, config), ("layer.tar", layer), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(file)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


# What lists them. A package is (purl type, name, version).


def pypi_name(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def of_purl(purl):
    purl, _, qualifiers = purl.split("#")[0].partition("?")
    kind, rest = purl.removeprefix("pkg:").split("/", 1)
    rest, _, version = rest.rpartition("@") if "@" in rest else (rest, "", "")
    name = urllib.parse.unquote(rest)
    version = urllib.parse.unquote(version)
    if kind in ("deb", "rpm", "apk", "alpm"):
        name = name.split("/")[-1]
        epoch = urllib.parse.parse_qs(qualifiers).get("epoch", ["0"])[0]
        if epoch != "0":
            version = f"{epoch}:{version}"
        version = version.removeprefix("0:")
    if kind == "pypi":
        name = pypi_name(name)
    if kind in ("composer", "golang"):
        name = name.lower()
    return kind, name, version


def ours(narrows, kind, subject):
    said = json.loads(run(narrows, "sbom", kind, subject))
    packages, places = set(), collections.Counter()
    for component in said["components"]:
        if component.get("purl"):
            packages.add(of_purl(component["purl"]))
            path = {item["name"]: item["value"] for item in component.get("properties", [])}.get("narrows:path")
            places[component["purl"], path] += 1
    return packages, [place for place, count in places.items() if count > 1]


def find_syft():
    found = sorted(glob.glob(f"{CACHE}/bench/syft-*/syft"))
    return found[-1] if found else None


def syft_lists(syft, subject):
    said = json.loads(run(syft, "scan", "-q", subject, "-o", "json",
                          env={**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}))
    return {of_purl(artifact["purl"]) for artifact in said["artifacts"] if artifact.get("purl")}


def lab_truth(image):
    """What the package managers say of a sample image of the laboratory."""
    kinds = {"PyPI": "pypi", "npm": "npm", "Maven": "maven", "Go": "golang"}
    packages = set()
    for path in glob.glob(f"{LAB}/truth/{image}.*"):
        for line in open(path, encoding="utf-8"):
            fields = line.rstrip("\n").split("\t")
            if path.endswith(".dpkg.tsv") and fields[5].split()[-1] == "installed":
                packages.add(("deb", fields[0].split(":")[0], fields[1]))
            elif path.endswith(".rpm.tsv"):
                packages.add(("rpm", fields[0], fields[1].removeprefix("0:")))
            elif path.endswith(f"/{image}.tsv"):
                name = fields[1].replace(":", "/") if fields[0] == "Maven" else fields[1]
                name = pypi_name(name) if fields[0] == "PyPI" else name
                packages.add((kinds[fields[0]], name.lower() if fields[0] == "Go" else name, fields[2]))
    return packages


# The comparison.


def expected_differences():
    rows = []
    with open(EXPECTED, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                rows.append(line.rstrip("\n").split("\t"))
    return rows


def excused(difference, rows, used):
    """Whether a row of the list speaks of it; "*" there stands for anything."""
    for number, row in enumerate(rows):
        if all(want in ("*", is_) for want, is_ in zip(row[:5], difference)):
            used.add(number)
            return True
    return False


def subjects(narrows, syft, work):
    """(name, ours, listed twice, theirs by who lists them)"""
    for image in ("debian-12", "almalinux", "application"):
        layout = f"{LAB}/archives/{image}.oci"
        if not os.path.exists(f"{LAB}/truth") or not os.path.exists(layout):
            print(f"{image} is left out: lab/images/build has not been run")
            continue
        theirs = {"manager": lab_truth(image)}
        if image == "application":
            theirs["manager"] |= lab_truth("debian-12")
        if syft:
            theirs["syft"] = syft_lists(syft, f"oci-dir:{layout}")
        yield (image, *ours(narrows, "image", layout), theirs)
    downloads = f"{CACHE}/quality/" + hashlib.sha256(" ".join(WHEELS + DEBS).encode()).hexdigest()[:12]
    missing = fetch(downloads)
    if missing is not None:
        print(f"languages is left out: {missing}")
    else:
        root, image = f"{work}/root", f"{work}/languages.tar"
        truth = make_languages(downloads, root)
        write_image(root, image)
        as_image = {"manager": truth} | ({"syft": syft_lists(syft, f"docker-archive:{image}")} if syft else {})
        yield ("languages", *ours(narrows, "image", image), as_image)
        as_folder = {"manager": truth} | ({"syft": syft_lists(syft, f"dir:{root}")} if syft else {})
        yield ("languages-folder", *ours(narrows, "fs", root), as_folder)
    project = f"{HERE}/project"
    if syft:
        yield ("project", *ours(narrows, "fs", project), {"syft": syft_lists(syft, f"dir:{project}")})


def main():
    narrows, printing = os.path.abspath(sys.argv[1]), "--print" in sys.argv
    syft, rows, used = find_syft(), expected_differences(), set()
    if syft is None:
        print("syft is left out: bench/run builds it")
    total, differing, faults, seen = 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as work:
        for name, packages, twice, theirs in subjects(narrows, syft, work):
            seen += 1
            total += len(packages)
            for place in twice:
                faults += 1
                print("twice:", name, *place)
            lists = {who: set(listed) for who, listed in theirs.items()}
            everybody = set().union(*lists.values()) if lists else set()
            differences = [(name, "only narrows", *p) for p in sorted(packages - everybody)]
            for who, listed in lists.items():
                differences += [(name, f"only {who}", *p) for p in sorted(listed - packages)]
            print(f"{name}: {len(packages)} packages, " + ", ".join(
                f"{len(listed)} by {who} ({len(listed & packages)} of them ours)" for who, listed in lists.items())
                + f", {len(differences)} differences")
            for difference in differences:
                differing += 1
                if printing or not excused(difference, rows, used):
                    faults += 1
                    print("\t".join(difference))
    if seen == 0:
        print("SKIPPED: nothing to compare")
        return SKIPPED
    share = differing / max(total, 1)
    print(f"{differing} differences of {total} packages: {share:.2%}")
    for number, row in enumerate(rows):
        if syft and seen == 6 and number not in used and not printing:
            faults += 1
            print("is no difference any more:", *row)
    return 1 if faults or share > MOST_DIFFERENCES else 0


if __name__ == "__main__":
    sys.exit(main())
