#!/usr/bin/python3
"""Holds our reading of rpm's databases against rpm itself and go-rpmdb.

    rpm_databases.py LIST_RPM_PACKAGES

A database of packages that rpmbuild made is written by Debian's rpm (SQLite, its only format) and
compared with `rpm -qa`. The real databases that the Go module go-rpmdb carries, in all three formats,
are compared with go-rpmdb, and where Debian's rpm can read them (not ndb) with rpm as well.
With NARROWS_ORACLES=whole go-rpmdb is built into the user's cache; otherwise, if it is there, its three
smallest databases are compared.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
MODULE = "github.com/knqyf263/go-rpmdb"
VERSION = "v0.1.1"

PROGRAM = """
package main

import (
	"fmt"
	"os"
	"strings"

	_ "github.com/glebarez/go-sqlite"
	rpmdb "github.com/knqyf263/go-rpmdb/pkg"
)

func main() {
	db, err := rpmdb.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	packages, err := db.ListPackages()
	if err != nil {
		panic(err)
	}
	for _, p := range packages {
		epoch := 0
		if p.Epoch != nil {
			epoch = *p.Epoch
		}
		fmt.Printf("%s\\t%d\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%d\\n", p.Name, epoch, p.Version, p.Release, p.Arch,
			p.SourceRpm, p.Modularitylabel, strings.TrimSpace(p.Vendor), len(p.BaseNames))
	}
}
"""

# Packages as they occur: an epoch, a source with another version, a module, odd versions, no files.
SPECS = [
    ("perl", "4", "5.26.3", "419.el8", "", [("perl-Errno", "0", "1.28"), ("perl-libs", "4", "5.26.3")]),
    ("nodejs", "1", "10.24.0", "1.module_el8.3.0+2047+b07ac28e",
     "nodejs:10:8030020210426100849:229f0a1c", [("npm", "1", "6.14.11")]),
    ("tzdata", "", "2024a", "1.el8", "", []),
    ("odd+name.x", "", "1.0~rc1^git1", "0_1", "", [("libodd++", "", "2")]),
]


def cached_reader():
    """The program over go-rpmdb and the folder of its databases; nothing where they are not there."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = f"{cache}/narrows/oracles/go-rpmdb@{VERSION}"
    if not os.path.exists(f"{folder}/ready"):
        if not WHOLE:
            return None, None
        print(f"Building {MODULE} {VERSION} in {folder}")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/main.go", "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        with open(f"{folder}/go.mod", "w", encoding="utf-8") as file:
            file.write(f"module list\n\ngo 1.18\n\nrequire {MODULE} {VERSION}\n")
        subprocess.run(["go", "mod", "tidy"], cwd=folder, check=True)
        subprocess.run(["go", "build", "-o", "list", "."], cwd=folder, check=True)
        with open(f"{folder}/ready", "w", encoding="ascii"):
            pass
    found = subprocess.run(["go", "list", "-m", "-json", MODULE], cwd=folder, check=True, stdout=subprocess.PIPE)
    return f"{folder}/list", json.loads(found.stdout)["Dir"] + "/pkg/testdata"


def rows(text):
    """As we print them, from name, epoch, version, release, arch, source, module, vendor, files."""
    found = []
    for line in text.splitlines():
        name, epoch, version, release, arch, source, module, vendor, files = line.split("\t")
        if name == "gpg-pubkey":
            continue
        plain = f"{version}-{release}"
        source = source.removesuffix(".src.rpm").removesuffix(".nosrc.rpm")
        source_name, source_version = name, plain
        if source != "(none)":
            source_name, number, edition = source.rsplit("-", 2)
            source_version = f"{number}-{edition}"
        found.append([name, plain if epoch == "0" else f"{epoch}:{plain}", arch, source_name, source_version,
                      "" if module == "(none)" else module, "" if vendor == "(none)" else vendor.strip(), files])
    return sorted(found)


def ours(program, kind, path):
    run = subprocess.run([program, kind, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0 or run.stderr:
        print(f"{path}: {run.stderr.strip()}")
        return []
    found = []
    for line in run.stdout.splitlines():
        fields = line.split("\t")
        fields[4] = fields[4].rsplit(":", 1)[-1]  # neither of the others knows the source's epoch
        fields[6] = fields[6].strip()
        found.append(fields)
    return sorted(found)


def by_rpm(folder):
    # rpm opens for writing what it reads, so it gets a copy.
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "u+w", copy], check=True)
        query = "%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\t%{VENDOR}\t"
        run = subprocess.run(["rpm", "--dbpath", copy, "-qa", "--qf", query + "[%{BASENAMES:shescape} ]\n"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    lines = []
    for line in run.stdout.splitlines():
        *fields, names = line.split("\t")
        # A package without files prints its lack of them.
        count = 0 if names.strip() in ("", "'(none)'", "(none)") else names.count("' '") + 1
        lines.append("\t".join(fields + [str(count)]))
    return rows("\n".join(lines))


def summed(found):
    """We keep files by the package's name, so packages of one name have those of all."""
    total = {}
    for row in found:
        total[row[0]] = total.get(row[0], 0) + int(row[7])
    return sorted([*row[:7], str(total[row[0]])] for row in found)


def differences(name, left, right, who):
    missing = [row for row in right if row not in left]
    extra = [row for row in left if row not in right]
    for row in missing[:10]:
        print(f"{name}: only {who}: {row}")
    for row in extra[:10]:
        print(f"{name}: only ours: {row}")
    return len(missing) + len(extra) + (len(left) != len(right))


def build_packages(folder):
    for name, epoch, version, release, module, more in SPECS:
        spec = f"{folder}/{name}.spec"
        with open(spec, "w", encoding="utf-8") as file:
            file.write(f"Name: {name}\nVersion: {version}\nRelease: {release}\nSummary: x\nLicense: x\n"
                       f"Vendor: AlmaLinux\nBuildArch: noarch\n")
            file.write(f"Epoch: {epoch}\n" if epoch else "")
            file.write(f"ModularityLabel: {module}\n" if module else "")
            file.write("%description\nx\n%install\nmkdir -p %{buildroot}/usr/lib/%{name}/a\n"
                       "touch %{buildroot}/usr/lib/%{name}/a/b %{buildroot}/usr/lib/%{name}/c\n"
                       "%files\n/usr/lib/%{name}\n")
            for other, other_epoch, other_version in more:
                file.write(f"%package -n {other}\nVersion: {other_version}\nSummary: x\n"
                           + (f"Epoch: {other_epoch}\n" if other_epoch else "")
                           + f"%description -n {other}\nx\n%files -n {other}\n")
        subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}", spec],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def own_database(folder):
    build_packages(folder)
    packages = [f"{root}/{file}" for root, _, files in os.walk(f"{folder}/RPMS") for file in files]
    subprocess.run(["rpm", "--dbpath", f"{folder}/db", "--justdb", "--nodeps", "--force", "-i", *packages],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return f"{folder}/db"


def databases(data):
    paths = sorted(glob.glob(f"{data}/*/*"), key=os.path.getsize) if data else []
    return paths if WHOLE else paths[:3]


def main():
    program = sys.argv[1]
    faults = 0
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        database = own_database(folder)
        mine = ours(program, "rpmdb.sqlite", f"{database}/rpmdb.sqlite")
        faults += differences("made by rpm", mine, by_rpm(database), "rpm")
        faults += len(mine) != 8
        compared += len(mine)
    reader, data = cached_reader()
    if reader is None:
        print("go-rpmdb is not there; `make oracles` builds it")
    for path in databases(data):
        name, kind = path.split("/")[-2:]
        mine = ours(program, kind, path)
        run = subprocess.run([reader, path], stdout=subprocess.PIPE, text=True, check=True)
        faults += differences(name, mine, summed(rows(run.stdout)), "go-rpmdb")
        if kind != "Packages.db" and WHOLE:
            faults += differences(name, mine, summed(by_rpm(f"{data}/{name}")), "rpm")
        compared += len(mine)
        print(f"{name}/{kind}: {len(mine)} packages")
    print(f"{compared} packages compared: {faults} differences")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
