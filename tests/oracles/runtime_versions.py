#!/usr/bin/python3
"""Holds the versions that we read out of runtimes' own files against what their packagers call them.

    runtime_versions.py EXTRACT_PACKAGES

1. Programs and libraries of Debian's packages, unpacked without the package database: each must give exactly
   the upstream version of the package that it is from. With NARROWS_ORACLES=whole the packages are downloaded
   into the user's cache; else the programs of this machine are read that dpkg says the version of.
2. Extracts of real programs that the Go module of syft carries with their versions (they are no executables, but
   begin as one here): ours must be theirs or nothing. Where the module is not in the cache, it is left out.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import version_oracle

SNIPPETS = "github.com/anchore/syft@v1.57.0"

# Package → the file in it, and the name that it is to be listed by.
PACKAGES = {
    "apache2-bin": ("usr/sbin/apache2", "httpd"),
    "bash": ("bin/bash", "bash"),
    "busybox": ("bin/busybox", "busybox"),
    "busybox-static": ("bin/busybox", "busybox"),
    "golang-1.19-go": ("usr/lib/go-1.19/VERSION", "go"),
    "haproxy": ("usr/sbin/haproxy", "haproxy"),
    "libnode108": ("usr/lib/*/libnode.so.108", "node"),
    "libphp8.2-embed": ("usr/lib/libphp8.2.so", "php"),
    "libpython3.11": ("usr/lib/*/libpython3.11.so.1.0", "python"),
    "libperl5.36": ("usr/lib/*/libperl.so.5.36.0", "perl"),
    "libruby3.1": ("usr/lib/*/libruby-3.1.so.3.1.*", "ruby"),
    "libssl3": ("usr/lib/*/libcrypto.so.3", "openssl"),
    "lighttpd": ("usr/sbin/lighttpd", "lighttpd"),
    "mariadb-server-core": ("usr/sbin/mariadbd", "mariadb"),
    "memcached": ("usr/bin/memcached", "memcached"),
    "nginx": ("usr/sbin/nginx", "nginx"),
    "openjdk-17-jre-headless": ("usr/lib/jvm/*/release", "java"),
    "openssl": ("usr/bin/openssl", "openssl"),
    "perl-base": ("usr/bin/perl", "perl"),
    "php8.2-cli": ("usr/bin/php8.2", "php"),
    "postgresql-15": ("usr/lib/postgresql/15/bin/postgres", "postgresql"),
    "python3.11-minimal": ("usr/bin/python3.11", "python"),
    "redis-tools": ("usr/bin/redis-check-rdb", "redis"),
}

# Folder of the snippets → our name. What says its version among others only is left out by us, so not named here.
KNOWN = {
    "aws-lc": None, "bash": "bash", "bun": "bun", "busybox": "busybox", "deno": "deno", "haproxy": "haproxy",
    "httpd": "httpd", "lighttpd": "lighttpd", "memcached": "memcached", "nginx": "nginx", "nginx-openresty": "openresty",
    "node": "node", "openssl": "openssl", "perl": "perl", "php-apache": "php", "postgres": "postgresql",
    "python": "python", "python-shared-lib": "python", "python-duplicates": "python",
    "python-with-incorrect-match": "python", "redis-server": "redis", "ruby": "ruby", "rust-libstd": "rust",
    "valkey-server": "valkey", "mysqld": "mysql", "mariadb": "mariadb", "envoy": None, "traefik": None, "consul": None,
    "vault": None, "mongodb": None,
}  # fmt: skip


def upstream(version):
    version = version.split(":")[-1].rsplit("-", 1)[0]
    return re.split(r"\+really", version)[-1].split("+dfsg")[0]


def extracted(program, path):
    found = {}
    for evidence in ("executable", "installed"):
        output = subprocess.run([program, evidence, path], capture_output=True, text=True, check=True).stdout
        for _, name, version in (line.split("\t") for line in output.splitlines() if "\t!\t" not in line):
            found[name] = version
    return found


def debian_trees():
    """(root, package, version) of what is unpacked here."""
    if not shutil.which("dpkg-deb"):
        return
    cache = version_oracle.cache_folder("runtimes")
    for package in PACKAGES:
        debs = glob.glob(f"{cache}/{package}_*.deb")
        if not version_oracle.WHOLE:
            debs = []
        elif not debs:
            run = subprocess.run(["apt-get", "download", package], cwd=cache, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                print(f"{package} is not to be had: {run.stderr.strip().splitlines()[-1:]}")
            debs = glob.glob(f"{cache}/{package}_*.deb")
        if debs:
            version = subprocess.run(["dpkg-deb", "-f", debs[0], "Version"], capture_output=True, text=True, check=True)
            with tempfile.TemporaryDirectory() as root:
                subprocess.run(["dpkg-deb", "-x", debs[0], root], check=True)
                yield root, package, version.stdout.strip()
            continue
        said = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package],
                              capture_output=True, text=True, check=False).stdout.split()
        if said[:1] == ["installed"]:
            yield "", package, said[1]


def check_debian(program):
    compared, faults = 0, []
    for root, package, version in debian_trees():
        pattern, name = PACKAGES[package]
        paths = [path for path in glob.glob(f"{root}/{pattern}") if os.path.isfile(path)]
        found = extracted(program, paths[0]).get(name) if paths else None
        compared += 1
        # Ruby and Java say more than the package's version does.
        if found is None or not (found == upstream(version) or (name in ("ruby", "java") and
                                                                 upstream(version).startswith(found.split("p")[0]))):
            faults.append(f"{package} {version}: ours {found}")
    return compared, faults


def check_snippets(program):
    folder = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=False).stdout.strip()
    root = f"{folder}/{SNIPPETS}/syft/pkg/cataloger/binary/testdata/classifiers/snippets"
    compared, silent, faults = 0, [], []
    for path in sorted(glob.glob(f"{root}/*/*/**/*", recursive=True)):
        kind, version = path[len(root) + 1:].split("/")[:2]
        if kind not in KNOWN or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            content = file.read().split(b"### byte snippet to follow ###\n", 1)[-1]
        with tempfile.TemporaryDirectory() as work:
            copy = f"{work}/{os.path.basename(path)}"
            with open(copy, "wb") as file:
                file.write(b"\x7fELF\0" + content + b"\0")
            found = extracted(program, copy)
        compared += 1
        if found and (set(found) != {KNOWN[kind]} or found[KNOWN[kind]] != version):
            faults.append(f"{kind} {version}: ours {found}")
        elif not found and KNOWN[kind]:
            silent.append(f"{kind} {version}")
    return compared, silent, faults


def main():
    program = sys.argv[1]
    compared, faults = check_debian(program)
    snippets, silent, wrong = check_snippets(program) if shutil.which("go") else (0, [], [])
    for fault in faults + wrong:
        print("wrong:", fault)
    print(f"{compared} packages of Debian, {snippets} extracts of programs; of these ours say nothing of {len(silent)}: "
          + ", ".join(silent))
    if compared == 0:
        version_oracle.skip("none of the packages is here")
    return 1 if faults or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
