"""An image like AlmaLinux 8: real names and versions, in a data base that Debian's rpm writes of
packages without content."""

import glob
import os

from recipe import oci
from recipe.tools import run, say

OS_RELEASE = (
    'NAME="AlmaLinux"\nVERSION="8.10 (Cerulean Leopard)"\nID="almalinux"\nID_LIKE="rhel centos fedora"\n'
    'VERSION_ID="8.10"\nPLATFORM_ID="platform:el8"\nPRETTY_NAME="AlmaLinux 8.10 (Cerulean Leopard)"\n'
)
VENDOR = "AlmaLinux"
NODEJS = "nodejs:18:8070020221212134240:bd1311ed"
RUBY = "ruby:2.5:8050020220222112300:b4937e53"

# Source package, its epoch, version and release, its module, the packages built of it: with an epoch
# and version of their own where they have them. The versions were AlmaLinux 8's at some time; of
# many there are later ones with fixes.
SOURCES = [
    ("almalinux-release", "", "8.10", "1.el8", "", ["almalinux-release"]),
    ("setup", "", "2.12.2", "9.el8", "", ["setup"]),
    ("basesystem", "", "11", "5.el8", "", ["basesystem"]),
    ("bash", "", "4.4.20", "5.el8", "", ["bash"]),
    ("tzdata", "", "2024a", "1.el8", "", ["tzdata"]),
    (
        "glibc",
        "",
        "2.28",
        "225.el8",
        "",
        ["glibc", "glibc-common", "glibc-minimal-langpack"],
    ),
    ("openssl", "1", "1.1.1k", "9.el8_7", "", ["openssl", "openssl-libs"]),
    ("curl", "", "7.61.1", "30.el8_8.2", "", ["curl", "libcurl"]),
    ("krb5", "", "1.18.2", "25.el8_8", "", ["krb5-libs"]),
    ("systemd", "", "239", "74.el8_8.2", "", ["systemd", "systemd-libs", "systemd-pam"]),
    ("python3", "", "3.6.8", "51.el8_8.1.alma.1", "", ["platform-python", "python3-libs"]),
    ("expat", "", "2.2.5", "11.el8", "", ["expat"]),
    ("gnutls", "", "3.6.16", "6.el8_7", "", ["gnutls"]),
    ("nettle", "", "3.4.1", "7.el8", "", ["nettle"]),
    ("zlib", "", "1.2.11", "17.el8", "", ["zlib"]),
    ("libxml2", "", "2.9.7", "16.el8", "", ["libxml2"]),
    ("sqlite", "", "3.26.0", "17.el8_7", "", ["sqlite-libs"]),
    ("rpm", "", "4.14.3", "26.el8", "", ["rpm", "rpm-libs"]),
    ("gzip", "", "1.9", "12.el8", "", ["gzip"]),
    ("xz", "", "5.2.4", "4.el8_6", "", ["xz-libs"]),
    ("ncurses", "", "6.1", "9.20180224.el8", "", ["ncurses-libs"]),
    ("libgcrypt", "", "1.8.5", "7.el8_6", "", ["libgcrypt"]),
    ("libarchive", "", "3.3.3", "5.el8", "", ["libarchive"]),
    ("sudo", "", "1.8.29", "8.el8", "", ["sudo"]),
    ("vim", "2", "8.0.1763", "19.el8_6.2", "", ["vim-minimal"]),
    ("tar", "2", "1.30", "6.el8_7.1", "", ["tar"]),
    ("nghttp2", "", "1.33.0", "5.el8_8", "", ["libnghttp2"]),
    ("pam", "", "1.3.1", "25.el8", "", ["pam"]),
    ("bind", "32", "9.11.36", "8.el8_8.1", "", ["bind-libs"]),
    ("gmp", "1", "6.1.2", "10.el8", "", ["gmp"]),
    (
        "perl",
        "4",
        "5.26.3",
        "422.el8",
        "",
        ["perl-libs", "perl-interpreter", ("perl-Errno", "0", "1.28", "422.el8")],
    ),
    (
        "nodejs",
        "1",
        "18.12.1",
        "2.module_el8.7.0+3370+40ccb2a8",
        NODEJS,
        ["nodejs", ("npm", "1", "8.19.2", "1.18.12.1.2.module_el8.7.0+3370+40ccb2a8")],
    ),
    ("ruby", "", "2.5.9", "109.module_el8.5.0+259+8cec6917", RUBY, ["ruby", "ruby-libs"]),
]

QUERY = "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{MODULARITYLABEL}\\n"


def _preamble(epoch, version, release, module=""):
    fields = f"Version: {version}\nRelease: {release}\nSummary: made for the lab\n"
    fields += f"Epoch: {epoch}\n" if epoch else ""
    return fields + (f"ModularityLabel: {module}\n" if module else "")


def _spec(name, epoch, version, release, module, packages):
    text = f"Name: {name}\n{_preamble(epoch, version, release, module)}License: none\nVendor: {VENDOR}\n"
    text += "%description\nWithout content.\n"
    for package in packages:
        own = package if isinstance(package, tuple) else (package, epoch, version, release)
        if own[0] == name:
            text += "%files\n"
        else:
            text += f"%package -n {own[0]}\n{_preamble(*own[1:])}"
            text += f"%description -n {own[0]}\nWithout content.\n%files -n {own[0]}\n"
    return text


def make_database(work):
    """Builds the packages and installs them into a data base of their own. → its folder."""
    say(f"AlmaLinux-like: {sum(len(source[5]) for source in SOURCES)} packages")
    top, database = os.path.join(work, "rpmbuild"), os.path.join(work, "rpmdb")
    os.makedirs(top)
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(oci.EPOCH), TZ="UTC")
    options = {
        "_topdir": top,
        "_buildhost": "lab",
        "use_source_date_epoch_as_buildtime": "1",
    }
    specs = []
    for source in SOURCES:
        specs.append(os.path.join(top, source[0] + ".spec"))
        with open(specs[-1], "w", encoding="ascii") as file:
            file.write(_spec(*source))
    defines = [word for item in options.items() for word in ("--define", " ".join(item))]
    run("rpmbuild", "-bb", "--target", "x86_64-linux", *defines, *specs, env=environment)
    packages = sorted(glob.glob(os.path.join(top, "RPMS", "*", "*.rpm")))
    # The time of installation stands in the data base, and the digest must not depend on it.
    frozen = ["faketime", "-f", "2023-11-14 22:13:20"]
    quiet = ["--justdb", "--nodeps", "--noorder", "--force"]
    run(
        *frozen, "rpm", "--dbpath", database, "--install", *quiet, *packages, env=environment
    )
    return database


def write_layer(layer_path, database, program):
    with oci.LayerWriter(layer_path) as layer:
        layer.folder("tmp", 0o1777)
        layer.file("usr/lib/os-release", OS_RELEASE)
        layer.symlink("etc/os-release", "../usr/lib/os-release")
        with open(os.path.join(database, "rpmdb.sqlite"), "rb") as file:
            layer.file("var/lib/rpm/rpmdb.sqlite", file.read())
        layer.file("pause", program, 0o755)


def ground_truth(database):
    """What rpm says: package, version, architecture, source, source version, module. The epoch of a
    source does not stand in the data base; it is the one that it was built with."""
    epochs = {source[0]: source[1] for source in SOURCES}
    lines = []
    for line in run("rpm", "--dbpath", database, "--query", "--all", "--qf", QUERY).splitlines():
        name, version, arch, source_file, module = line.split("\t")
        source, number, release = source_file.removesuffix(".src.rpm").rsplit("-", 2)
        epoch = f"{epochs[source]}:" if epochs[source] else ""
        lines.append(
            "\t".join(
                (
                    name,
                    version.removeprefix("0:"),
                    arch,
                    source,
                    f"{epoch}{number}-{release}",
                    "" if module == "(none)" else module,
                )
            )
        )
    return "".join(sorted(line + "\n" for line in lines))
