"""Debian root file systems: of today, and with packages as they were before their fixes."""

import glob
import hashlib
import os
import re
import shutil
import tarfile

from recipe import oci
from recipe.tools import CommandFailed, run, say

# Source package → the version to go back to. Each was Debian's at some time, each has advisories
# that today's version has fixed, and none breaks a dependency of the rest of the image.
EARLIER = {
    "gnutls28": "3.7.8-4",
    "gzip": "1.10-4",
    "libcap2": "1:2.66-3",
    "libtasn1-6": "4.18.0-4",
    "ncurses": "6.3+20220423-2",
    "nettle": "3.7.2-3",
    "openssl": "3.0.5-4",
    "pcre2": "10.36-2",
    "sudo": "1.9.5p1-1",
    "systemd": "251.6-1",
    "zlib": "1:1.2.11.dfsg-2",
}
# What the Debian images have beyond the minimal system.
EXTRA = ["openssl", "sudo"]

TRIXIE = (
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\n'
    'VERSION="13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n'
)

TRUTH_FORMAT = (
    "${binary:Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t"
    "${source:Version}\\t${db:Status-Status}\\n"
)


def make_base(suite, tar_path, truth, debs=None):
    """mmdebstrap's minimal system, and what dpkg-query says in it, written to the file truth. With
    debs, the packages of EARLIER are also downloaded there."""
    say(f"Debian {suite}: minimal system")
    options = ["--variant=minbase", f"--include={','.join(EXTRA)}"]
    if debs:
        os.makedirs(debs)
        names = "dpkg-query --admindir=\"$1/var/lib/dpkg\" -W -f '${source:Package} ${Package}\\n'"
        wanted = "|".join(re.escape(name) for name in EARLIER)
        options.append(
            "--customize-hook=cd " + debs + ' && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" '
            f"apt-get download $({names} | sed -nE 's/^({wanted}) //p')"
        )
    options.append(f"--customize-hook=chroot \"$1\" dpkg-query -W -f '{TRUTH_FORMAT}' > {truth}")
    # Else the names of the machine that builds are in the image.
    options.append('--customize-hook=rm -f "$1/etc/hostname" "$1/etc/resolv.conf"')
    run(
        "mmdebstrap",
        *options,
        suite,
        tar_path,
        env=dict(os.environ, SOURCE_DATE_EPOCH=str(oci.EPOCH), TMPDIR="/tmp"),
    )


def _rebuild(deb, scratch):
    """The package with its earlier version, in place. A rebuild without source change (+bN) keeps
    that mark, and the source version without it."""
    tree = os.path.join(scratch, "tree")
    shutil.rmtree(tree, ignore_errors=True)
    run("dpkg-deb", "--raw-extract", deb, tree)
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control, encoding="utf-8") as file:
        text = file.read()
    name = re.search(r"^Package: (\S+)$", text, re.M)[1]
    source = re.search(r"^Source: (\S+)", text, re.M)
    source = source[1] if source else name
    version = re.search(r"^Version: (\S+)$", text, re.M)[1]
    rebuilt = re.search(r"\+b\d+$", version)
    earlier = EARLIER[source]
    text = re.sub(
        r"^Version: .*$", f"Version: {earlier}{rebuilt[0] if rebuilt else ''}", text, flags=re.M
    )
    if source != name or rebuilt:
        field = f"Source: {source}" + (f" ({earlier})" if rebuilt else "")
        text = re.sub(r"^Source: .*\n", "", text, flags=re.M)
        text = re.sub(r"^(Package: .*)$", r"\1\n" + field, text, flags=re.M)
    # openssl asks for the libssl3 it was built with.
    text = text.replace("libssl3 (>= 3.0.9)", f"libssl3 (>= {EARLIER['openssl']})")
    with open(control, "w", encoding="utf-8") as file:
        file.write(text)
    os.remove(deb)
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, deb)


def go_back(rootfs, debs):
    """Installs the packages of EARLIER in their earlier versions."""
    packages = sorted(glob.glob(os.path.join(debs, "*.deb")))
    say(f"rebuilding {len(packages)} packages of {len(EARLIER)} sources with earlier versions")
    for deb in packages:
        _rebuild(deb, os.path.dirname(debs))
    inside = os.path.join(rootfs, "tmp", "debs")
    shutil.copytree(debs, inside)
    names = [os.path.join("/tmp/debs", os.path.basename(deb)) for deb in packages]
    environment = dict(
        os.environ,
        DEBIAN_FRONTEND="noninteractive",
        LC_ALL="C",
        PATH="/usr/sbin:/usr/bin:/sbin:/bin",
    )
    run("chroot", rootfs, "dpkg", "--install", *names, env=environment)
    unmet = run("chroot", rootfs, "dpkg", "--audit", env=environment)
    if unmet.strip():
        raise CommandFailed(f"the earlier packages leave the image broken:\n{unmet}")
    run("chroot", rootfs, "apt-get", "check", env=environment)
    shutil.rmtree(inside)
    for leftover in (
        "var/log/dpkg.log",
        "var/log/alternatives.log",
        "var/lib/dpkg/status-old",
        "var/cache/ldconfig/aux-cache",
        "var/cache/apt/pkgcache.bin",
        "var/cache/apt/srcpkgcache.bin",
    ):
        path = os.path.join(rootfs, leftover)
        if os.path.exists(path):
            os.remove(path)


def unpack(tar_path, rootfs):
    os.makedirs(rootfs)
    run(
        "tar",
        "--extract",
        "--numeric-owner",
        "--same-permissions",
        "--file",
        tar_path,
        "--directory",
        rootfs,
    )


def _seal(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).digest()


def _state_of_tar(tar_path):
    """path → (type, mode, owner, group, link target, content digest), hard links resolved."""
    state = {}
    with tarfile.open(tar_path) as tar:
        for entry in tar:
            name = os.path.normpath(entry.name)
            if entry.islnk():
                state[name] = state[os.path.normpath(entry.linkname)]
                continue
            content = None
            if entry.isreg():
                content = hashlib.sha256(tar.extractfile(entry).read()).digest()
            target = entry.linkname if entry.issym() else ""
            state[name] = (entry.type, entry.mode & 0o7777, entry.uid, entry.gid, target, content)
    return state


def write_difference(base_tar, rootfs, layer_path):
    """The layer that makes the base into this root file system: what changed, and whiteouts."""
    before = _state_of_tar(base_tar)
    seen = {"."}
    with oci.LayerWriter(layer_path) as layer, tarfile.open(
        os.devnull, "w", format=tarfile.PAX_FORMAT
    ) as reader:
        for folder, folders, files in os.walk(rootfs):
            folders.sort()
            for name in sorted(folders + files):
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, rootfs)
                seen.add(inside)
                entry = reader.gettarinfo(path, inside)
                reader.inodes.clear()  # every name is written as a file of its own
                content = _seal(path) if entry.isreg() else None
                target = entry.linkname if entry.issym() else ""
                now = (entry.type, entry.mode & 0o7777, entry.uid, entry.gid, target, content)
                if before.get(inside) == now:
                    continue
                entry.uname = entry.gname = ""
                entry.mtime = min(int(entry.mtime), oci.EPOCH)
                if entry.isreg():
                    with open(path, "rb") as file:
                        layer.entry(entry, file)
                else:
                    layer.entry(entry, None)
        gone = sorted(set(before) - seen)
        for name in gone:
            if os.path.dirname(name) not in gone:
                layer.whiteout(name)


def ground_truth(layout, tag, scratch):
    """What dpkg-query says inside the image, whose layers umoci has put together."""
    rootfs = os.path.join(scratch, "truth")
    run("umoci", "raw", "unpack", "--image", f"{layout}:{tag}", rootfs)
    said = run("chroot", rootfs, "dpkg-query", "-W", "-f", TRUTH_FORMAT)
    shutil.rmtree(rootfs)
    return said
