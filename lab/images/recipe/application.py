"""The application image: what pip, npm, a Java build and Go leave behind, on Debian 12.

Every package is as its registry serves it, pinned by digest; the jars are Debian's, put where no
package manager knows of them.
"""

import base64
import glob
import hashlib
import importlib.metadata
import io
import json
import os
import re
import tarfile
import time
import urllib.error
import urllib.request
import zipfile

from cluster.errors import LabError
from recipe import oci
from recipe.tools import run

SITE_PACKAGES = "opt/catalogue/lib/python3.11/site-packages"
NODE = "srv/shop"
SERVICE = "opt/service"
GO_PROGRAM = "usr/local/bin/etcd-compact"

# sqlparse has one advisory with a fix (CVE-2024-4340, 0.5.0); the others have none.
WHEELS = [
    (
        "62/a1/3d680cbfd5f4b8f15abc1d571870c5fc3e594bb582bc3b64ea099db13e56/"
        "jinja2-3.1.6-py3-none-any.whl",
        "85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67",
    ),
    (
        "f1/a4/aefb044a2cd8d7334c8a47d3fb2c9f328ac48cb349468cc31c20b539305f/"
        "MarkupSafe-3.0.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a123e330ef0853c6e822384873bef7507557d8e4a082961e1defa947aa59ba84",
    ),
    (
        "98/5a/66d7c9305baa9f11857f247d4ba761402cea75db6058ff850ed7128957b7/"
        "sqlparse-0.4.4-py3-none-any.whl",
        "5430a4fe2ac7d0f93e66f1efc6e1338a41884b7ddf2a350cedd20ccc4d9d28f3",
    ),
    (
        "76/c6/c88e154df9c4e1a2a66ccf0005a88dfb2650c1dffb6f5ce603dfbd452ce3/"
        "idna-3.10-py3-none-any.whl",
        "946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3",
    ),
    (
        "e5/48/1549795ba7742c948d2ad169c1c8cdbae65bc450d6cd753d124b17c8cd32/"
        "certifi-2025.8.3-py3-none-any.whl",
        "f6c12493cfb1b06ba2ff328595af9350c65d6644968e5d3a2ffd78699af217a5",
    ),
    (
        "1e/db/4254e3eabe8020b458f1a747140d32277ec7a271daf1d235b70dc0b4e6e3/"
        "requests-2.32.5-py3-none-any.whl",
        "2462f94637a34fd532264295e186976db0f5d453d1cdd31473c85a6a161affb6",
    ),
    (
        "75/e4/2c27590dfc9992f73aabbeb9241ae20220bd9452df27483b6e56d3975cc5/"
        "PyYAML-6.0.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "3ad2a3decf9aaba3d29c8f537ac4b243e36bef957511b4766cb0057d32b0be85",
    ),
    (
        "ec/57/56b9bcc3c9c6a792fcbaf139543cee77261f3651ca9da0c93f5c1221264b/"
        "python_dateutil-2.9.0.post0-py2.py3-none-any.whl",
        "a8b2bc7bffae282281c8140a97d3aa9c14da0b136dfe83f850eea9a5f7470427",
    ),
    (
        "b7/ce/149a00dd41f10bc29e5921b496af8b574d8413afcd5e30dfa0ed46c2cc5e/"
        "six-1.17.0-py2.py3-none-any.whl",
        "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274",
    ),
]

# Folder below the project → version and integrity.
NODE_MODULES = {
    "node_modules/@sindresorhus/is": (
        "4.6.0",
        "t09vSN3MdfsyCHoFcTRCH/iUtG7OJ0CsjzB8cjAmKc/va/kIgeDI/TxsigdncE/4be734m0cvIYwNaV4i2XqAw==",
    ),
    "node_modules/ansi-regex": (
        "5.0.1",
        "quJQXlTSUGL2LH9SUXo8VwsY4soanhgo6LNSm84E1LBcE8s3O0wpdiRzyR9z/ZZJMlMWv37qOOb9pdJlMUEKFQ==",
    ),
    "node_modules/debug": (
        "2.6.9",
        "bC7ElrdJaJnPbAP+1EotYvqZsb3ecl5wi6Bfi6BJTUcNowp6cvspg0jXznRTKDjm/E7AdgFBVeAPVMNcKGsHMA==",
    ),
    "node_modules/debug/node_modules/ms": (
        "2.0.0",
        "Tpp60P6IUJDTuOq/5Z8cdskzJujfwqfOTkrwIwj7IRISpnkJnT6SyJ4PCPnGMoFjC9ddhal5KVIYtAt97ix05A==",
    ),
    "node_modules/json5": (
        "2.2.3",
        "XmOWe7eyHYH14cLdVPoyg+GOH3rYX++KpzrylJwSW98t3Nk+U8XOl8FWKOgwtzdb8lXGf6zYwDUzeHMWfxasyg==",
    ),
    "node_modules/lodash": (
        "4.17.21",
        "v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==",
    ),
    "node_modules/minimist": (
        "1.2.8",
        "2yyAR8qBkN3YuheJanUpWC5U3bb5osDywNB8RzDVlDwDHbocAJveqqj1u8+SVD7jkWT4yvsHCpWqqWqAxb0zCA==",
    ),
    "node_modules/ms": (
        "2.1.3",
        "6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
    ),
    "node_modules/semver": (
        "7.7.2",
        "RF0Fw+rO5AMf9MAyaRXI4AV0Ulj5lMHqVxxdSgiVbixSCXoEmmX/jk0CuJw4+3SqroYO9VoUh+HcuJivvtJemA==",
    ),
}

# Debian package → the jar that is taken out of it.
JARS = {
    "libcommons-lang3-java": "commons-lang3.jar",
    "libcommons-text-java": "commons-text.jar",
    "libgoogle-gson-java": "gson.jar",
    "libjackson2-core-java": "jackson-core.jar",
    "libslf4j-java": "slf4j-api.jar",
}
IN_FAT_JAR = ("gson.jar", "jackson-core.jar", "slf4j-api.jar")


def _download(url, digest):
    """What lies at the URL, if it is what is pinned: `digest(bytes)` says so."""
    for attempt in range(5):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                content = answer.read()
            break
        except (urllib.error.URLError, TimeoutError) as failure:
            if attempt == 4:
                raise LabError(f"{url}: {failure}") from failure
            time.sleep(2**attempt)
    if not digest(content):
        raise LabError(f"{url} is not the file that the recipe pins")
    return content


def _python(layer):
    for path, sha256 in WHEELS:
        wheel = _download(
            "https://files.pythonhosted.org/packages/" + path,
            lambda content, wanted=sha256: hashlib.sha256(content).hexdigest() == wanted,
        )
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    layer.file(f"{SITE_PACKAGES}/{name}", archive.read(name))
                if name.endswith(".dist-info/METADATA"):
                    installer = os.path.dirname(name) + "/INSTALLER"
        layer.file(f"{SITE_PACKAGES}/{installer}", "pip\n")


def _name_of(folder):
    return folder.rsplit("node_modules/", 1)[1]


def _npm(layer):
    locked = {}
    for folder, (version, integrity) in NODE_MODULES.items():
        name = _name_of(folder)
        url = f"https://registry.npmjs.org/{name}/-/{os.path.basename(name)}-{version}.tgz"
        package = _download(
            url,
            lambda content, wanted=integrity: base64.b64encode(
                hashlib.sha512(content).digest()
            ).decode()
            == wanted,
        )
        locked[folder] = {"version": version, "resolved": url, "integrity": "sha512-" + integrity}
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            for entry in archive:
                if entry.isreg():  # below one folder, whatever its name
                    inside = entry.name.split("/", 1)[1]
                    layer.file(f"{NODE}/{folder}/{inside}", archive.extractfile(entry).read())
    project = {"name": "shop", "version": "1.0.0", "private": True}
    top = [folder for folder in NODE_MODULES if folder.count("node_modules/") == 1]
    project["dependencies"] = {_name_of(f): NODE_MODULES[f][0] for f in top}
    lock = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
    layer.file(f"{NODE}/package.json", json.dumps(project, indent=2) + "\n")
    layer.file(
        f"{NODE}/node_modules/.package-lock.json",
        json.dumps(lock | {"packages": locked}, indent=2) + "\n",
    )
    layer.file(
        f"{NODE}/package-lock.json",
        json.dumps(lock | {"packages": {"": project} | locked}, indent=2) + "\n",
    )


def _java(layer, scratch):
    os.makedirs(scratch)
    run("apt-get", "download", *JARS, cwd=scratch)
    jars = {}
    for package, jar in JARS.items():
        (deb,) = glob.glob(os.path.join(scratch, package + "_*.deb"))
        tree = os.path.join(scratch, package)
        run("dpkg-deb", "--extract", deb, tree)
        with open(os.path.join(tree, "usr/share/java", jar), "rb") as file:
            jars[jar] = file.read()
    fat = io.BytesIO()
    with zipfile.ZipFile(fat, "w") as archive:  # Spring Boot's layout: nested jars are stored

        def add(name, content):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)

        add(
            "META-INF/MANIFEST.MF",
            "Manifest-Version: 1.0\r\nStart-Class: org.example.Service\r\n"
            "Spring-Boot-Lib: BOOT-INF/lib/\r\n",
        )
        for jar in IN_FAT_JAR:
            add("BOOT-INF/lib/" + jar, jars[jar])
    layer.file(f"{SERVICE}/service.jar", fat.getvalue())
    for jar in sorted(set(jars) - set(IN_FAT_JAR)):
        layer.file(f"{SERVICE}/lib/{jar}", jars[jar])


def write(layer_path, scratch, go_program):
    """The layer over Debian 12."""
    with oci.LayerWriter(layer_path) as layer:
        _python(layer)
        _npm(layer)
        _java(layer, scratch)
        with open(go_program, "rb") as program:
            layer.file(GO_PROGRAM, program.read(), 0o755)


def _maven_truth(content):
    """group:artifact and version of the pom.properties in a jar and in the jars within."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".jar"):
                yield from _maven_truth(archive.read(name))
            elif re.fullmatch(r"META-INF/maven/.*/pom\.properties", name):
                said = dict(
                    line.split("=", 1)
                    for line in archive.read(name).decode().splitlines()
                    if "=" in line
                )
                yield f"{said['groupId']}:{said['artifactId']}", said["version"]


def truth(rootfs, go):
    """Ecosystem, name, version, path of a package a line: importlib's, npm's, pom.properties',
    and Go's own answers about the files of the image."""
    found = set()
    for package in importlib.metadata.distributions(path=[os.path.join(rootfs, SITE_PACKAGES)]):
        # pylint: disable-next=protected-access
        folder = os.path.relpath(package._path, rootfs)
        found.add(("PyPI", package.metadata["Name"], package.version, f"{folder}/METADATA"))
    for folder, (version, _) in NODE_MODULES.items():
        found.add(("npm", _name_of(folder), version, f"{NODE}/{folder}/package.json"))
    for path in glob.glob(os.path.join(rootfs, SERVICE, "**", "*.jar"), recursive=True):
        with open(path, "rb") as file:
            for name, version in _maven_truth(file.read()):
                found.add(("Maven", name, version, os.path.relpath(path, rootfs)))
    said = run(go, "version", "-m", os.path.join(rootfs, GO_PROGRAM)).splitlines()
    found.add(("Go", "stdlib", said[0].rsplit(" go", 1)[1].split()[0], GO_PROGRAM))
    replaced = ""
    for words in [line.split() for line in said[1:]]:
        if words[0] in ("dep", "=>"):
            if words[0] == "=>":
                found.discard(replaced)
            replaced = ("Go", words[1], words[2], GO_PROGRAM)
            found.add(replaced)
    return "".join("\t".join(line) + "\n" for line in sorted(found))
