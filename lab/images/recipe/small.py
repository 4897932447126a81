"""The small images: Alpine-like, distroless, from scratch; and Debian with layers to be merged."""

import base64
import hashlib
import os
import re
import tarfile

from recipe import oci

ALPINE_RELEASE = "3.18.2"
# name, version, origin, what it is, its files. The versions are Alpine 3.18's of June 2023:
# openssl, busybox, curl, libxml2 and nghttp2 had fixes later, the others none.
ALPINE_PACKAGES = [
    (
        "alpine-baselayout-data",
        "3.4.3-r1",
        "alpine-baselayout",
        "Alpine base dir structure",
        {"etc/alpine-release": ALPINE_RELEASE + "\n"},
    ),
    ("alpine-keys", "2.4-r1", "alpine-keys", "Public keys for Alpine Linux packages", {}),
    ("apk-tools", "2.14.0-r2", "apk-tools", "Alpine Package Keeper", {}),
    (
        "busybox",
        "1.36.1-r0",
        "busybox",
        "Size optimized toolbox of many common UNIX utilities",
        {"etc/securetty": "console\n"},
    ),
    ("busybox-binsh", "1.36.1-r0", "busybox", "busybox ash /bin/sh", {}),
    ("ca-certificates-bundle", "20230506-r0", "ca-certificates", "Certificates of Mozilla", {}),
    (
        "libcrypto3",
        "3.1.1-r1",
        "openssl",
        "Crypto library from openssl",
        {"etc/ssl/openssl.cnf": "# empty in the lab\n"},
    ),
    ("libcurl", "8.1.2-r0", "curl", "The multiprotocol file transfer library", {}),
    ("libssl3", "3.1.1-r1", "openssl", "SSL shared libraries", {}),
    ("libxml2", "2.11.4-r0", "libxml2", "XML parsing library, version 2", {}),
    (
        "musl",
        "1.2.4-r0",
        "musl",
        "the musl c library (libc) implementation",
        {"lib/ld-musl-x86_64.so.1": "no loader in the lab\n"},
    ),
    ("musl-utils", "1.2.4-r0", "musl", "the musl c library (libc) implementation", {}),
    ("nghttp2-libs", "1.53.0-r0", "nghttp2", "HTTP/2 client, server and proxy (libraries)", {}),
    ("scanelf", "1.3.7-r1", "pax-utils", "Scan ELF binaries for stuff", {}),
    ("ssl_client", "1.36.1-r0", "busybox", "External ssl_client for busybox wget", {}),
    ("zlib", "1.2.13-r1", "zlib", "A compression/decompression Library", {}),
]


def _apk_sum(content):
    """apk's spelling of a SHA-1: `Q1` and base64."""
    return "Q1" + base64.b64encode(hashlib.sha1(content.encode()).digest()).decode()


def apk_record(name, version, origin, description, files, arch):
    """A package of lib/apk/db/installed, format 2 (the APK specification of Alpine's wiki): its
    fields, then F: folder, M: mode, R: file, a: mode, Z: checksum."""
    size = sum(len(content) for content in files.values())
    lines = [
        f"C:{_apk_sum(name + version + arch)}",
        f"P:{name}",
        f"V:{version}",
        f"A:{arch}",
        f"S:{size + 512}",
        f"I:{size + 4096}",
        f"T:{description}",
        "U:https://alpinelinux.org",
        "L:MIT",
        f"o:{origin}",
        "m:Lab <lab@example.com>",
        "t:1686000000",
        "c:" + hashlib.sha1(origin.encode()).hexdigest(),
    ]
    if name != "musl":
        lines.append("D:so:libc.musl-x86_64.so.1")
    lines.append(f"p:cmd:{name}={version}")
    folders = {}
    for path, content in sorted(files.items()):
        folders.setdefault(os.path.dirname(path), []).append((os.path.basename(path), content))
    for folder, members in folders.items():
        lines.append(f"F:{folder}")
        if folder.startswith("etc"):
            lines.append("M:0:0:755")
        for member, content in members:
            lines += [f"R:{member}", "a:0:0:644", f"Z:{_apk_sum(content)}"]
    return "\n".join(lines) + "\n\n"


def write_alpine(layer_path, program, arch="x86_64", marker=""):
    with oci.LayerWriter(layer_path) as layer:
        layer.folder("tmp", 0o1777)
        layer.file(
            "etc/os-release",
            'NAME="Alpine Linux"\nID=alpine\n'
            f'VERSION_ID={ALPINE_RELEASE}\nPRETTY_NAME="Alpine Linux v3.18"\n',
        )
        layer.file("etc/apk/arch", arch + "\n")
        layer.file("etc/apk/world", "alpine-baselayout-data\nalpine-keys\napk-tools\nbusybox\n")
        layer.file(
            "etc/apk/repositories",
            "".join(
                f"https://dl-cdn.alpinelinux.org/alpine/v3.18/{part}\n"
                for part in ("main", "community")
            ),
        )
        for _, _, _, _, files in ALPINE_PACKAGES:
            for path, content in files.items():
                layer.file(path, content)
        layer.file(
            "lib/apk/db/installed",
            "".join(apk_record(*package, arch) for package in ALPINE_PACKAGES),
        )
        layer.file("lib/apk/db/triggers", "")
        if marker:
            layer.file("etc/motd", marker)
        if program:
            layer.file("pause", program, 0o755)


def alpine_truth(arch="x86_64"):
    """name, version, architecture, origin: what the data base holds."""
    return "".join(
        f"{name}\t{version}\t{arch}\t{origin}\n" for name, version, origin, _, _ in ALPINE_PACKAGES
    )


DISTROLESS_PACKAGES = ["base-files", "libc6", "libgcc-s1", "libssl3", "tzdata", "zlib1g"]


def read_from_tar(tar_path, names):
    found = {}
    with tarfile.open(tar_path) as tar:
        for entry in tar:
            name = os.path.normpath(entry.name)
            if name in names and entry.isreg():
                found[name] = tar.extractfile(entry).read()
    missing = set(names) - set(found)
    if missing:
        raise LookupError(f"{tar_path} has no {', '.join(sorted(missing))}")
    return found


def stanzas(status):
    """dpkg's status file → {package: stanza}."""
    found = {}
    for stanza in status.strip().split("\n\n"):
        found[re.search(r"^Package: (\S+)$", stanza, re.M)[1]] = stanza
    return found


def write_distroless(layer_path, program, base_tar):
    """As distroless images have it: a file a package below status.d, without a Status field, and
    the package's checksums beside it."""
    info = "var/lib/dpkg/info/"
    with tarfile.open(base_tar) as tar:
        names = {os.path.normpath(name) for name in tar.getnames()}
    sums = {}
    for package in DISTROLESS_PACKAGES:
        for spelt in (f"{info}{package}.md5sums", f"{info}{package}:{oci.ARCHITECTURE}.md5sums"):
            if spelt in names:
                sums[package] = spelt
    read = read_from_tar(base_tar, {"var/lib/dpkg/status", "usr/lib/os-release", *sums.values()})
    by_name = stanzas(read["var/lib/dpkg/status"].decode())
    truth = []
    with oci.LayerWriter(layer_path) as layer:
        layer.folder("tmp", 0o1777)
        layer.file("usr/lib/os-release", read["usr/lib/os-release"])
        layer.symlink("etc/os-release", "../usr/lib/os-release")
        for package in DISTROLESS_PACKAGES:
            stanza = re.sub(
                r"^(Status|Conffiles):.*\n(?: .*\n)*", "", by_name[package] + "\n", flags=re.M
            )
            layer.file(f"var/lib/dpkg/status.d/{package}", stanza)
            layer.file(f"var/lib/dpkg/status.d/{package}.md5sums", read[sums[package]])
            truth.append(truth_line(stanza))
        layer.file("pause", program, 0o755)
    return "".join(truth)


def truth_line(stanza):
    """A stanza as dpkg-query would print it in debian.TRUTH_FORMAT."""

    def field(name):
        found = re.search(rf"^{name}: (.*)$", stanza, re.M)
        return found[1] if found else ""

    name, version, arch = field("Package"), field("Version"), field("Architecture")
    source = re.fullmatch(r"(\S+)(?: \((\S+)\))?", field("Source") or name)
    shown = f"{name}:{arch}" if field("Multi-Arch") == "same" else name
    return "\t".join((shown, version, arch, source[1], source[2] or version, "installed")) + "\n"


GHOST = """Package: {name}
Source: openssl
Version: 3.0.5-4
Architecture: amd64
Maintainer: Lab <lab@example.com>
Description: removed by a later layer
"""
CHECKOUT = """
Package: shop-checkout
Status: install ok installed
Priority: optional
Section: misc
Maintainer: Lab <lab@example.com>
Architecture: all
Version: 1.4-2
Description: the application of the sample image
"""


def write_layers_to_merge(folder, base_tar):
    """Three layers over Debian, of which a reader that gets whiteouts, opaque folders or hard links
    wrong would make other packages than dpkg-query sees. → their paths, lowest first."""
    status = read_from_tar(base_tar, {"var/lib/dpkg/status"})["var/lib/dpkg/status"].decode()
    paths = [os.path.join(folder, f"merge-{number}.tar") for number in (1, 2, 3)]
    with oci.LayerWriter(paths[0]) as layer:
        layer.file("var/lib/dpkg/status.d/ghost-a", GHOST.format(name="ghost-a"))
        layer.file("var/lib/dpkg/status.d/ghost-b", GHOST.format(name="ghost-b"))
        layer.file("srv/www/index.html", "old\n")
        layer.file("opt/checkout/bin/server", "#!/bin/sh\nexec sleep infinity\n", 0o755)
        layer.hard_link("opt/checkout/bin/worker", "opt/checkout/bin/server")
    with oci.LayerWriter(paths[1]) as layer:
        layer.whiteout("var/lib/dpkg/status.d/ghost-a")
        # The status file itself is a hard link to a file of another name.
        layer.file("var/lib/dpkg/status-new", status.rstrip("\n") + "\n" + CHECKOUT)
        layer.hard_link("var/lib/dpkg/status", "var/lib/dpkg/status-new")
    with oci.LayerWriter(paths[2]) as layer:
        layer.opaque("var/lib/dpkg/status.d")
        layer.file("srv/www/index.html", "new\n")
        layer.opaque("srv")
    return paths
