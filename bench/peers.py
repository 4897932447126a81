"""Builds the peers we measure against from their Go modules, once, into the user's cache."""
import os
import pathlib
import subprocess

SYFT = "v1.57.0"
TRIVY = "v0.74.0"


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "narrows" / "bench"


def _go(arguments, folder, bin_folder, **env):
    print(f"  go {' '.join(arguments)}", flush=True)
    subprocess.run(["go", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "GOBIN": str(bin_folder), "CGO_ENABLED": "0", "GOFLAGS": "-modcacherw", **env})


def build():
    """Returns the folder with `syft` and `trivy`. Several minutes the first time."""
    folder = cache() / f"syft-{SYFT}-trivy-{TRIVY}"
    folder.mkdir(parents=True, exist_ok=True)
    strip = ["-trimpath", "-ldflags", "-s -w"]
    if not (folder / "syft").exists():
        print("building syft (a few minutes, once)", flush=True)
        _go(["install", *strip, f"github.com/anchore/syft/cmd/syft@{SYFT}"], cache(), folder)
    if not (folder / "trivy").exists():
        print("building trivy (a few minutes, once)", flush=True)
        module = cache() / "trivy-module"
        module.mkdir(exist_ok=True)
        if not (module / "go.mod").exists():
            _go(["mod", "init", "narrows.bench/trivy"], module, folder)
        _go(["get", "-tool", f"github.com/aquasecurity/trivy/cmd/trivy@{TRIVY}"], module, folder)
        _go(["install", *strip, "github.com/aquasecurity/trivy/cmd/trivy"], module, folder, GOEXPERIMENT="jsonv2")
    return folder
