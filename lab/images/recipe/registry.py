"""Fills a registry's storage: a docker-registry on a loopback port over it, for the build alone."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from recipe.tools import CommandFailed, run


class Registry:
    def __init__(self, storage):
        self.storage = storage

    def __enter__(self):
        os.makedirs(self.storage, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._config = tempfile.NamedTemporaryFile("w", suffix=".yml")
        self._config.write(
            f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
            f"storage:\n  filesystem: {{rootdirectory: '{self.storage}'}}\n"
            "  delete: {enabled: true}\n"
            f"http: {{addr: '{self.address}'}}\n"
        )
        self._config.flush()
        self._process = subprocess.Popen(
            # Ends with the build, however that ends.
            ["setpriv", "--pdeathsig", "TERM", "docker-registry", "serve", self._config.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://{self.address}/v2/", timeout=5).close()
                return self
            except (urllib.error.URLError, OSError):
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        self.__exit__()
        raise CommandFailed(f"docker-registry did not come up on {self.address}")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._config.close()

    def push(self, layout, tag, reference, *options):
        """Copies an image, or all platforms of an index, from a layout."""
        run(
            "skopeo",
            "copy",
            "--quiet",
            "--all",
            "--dest-tls-verify=false",
            *options,
            f"oci:{layout}:{tag}",
            f"docker://{self.address}/{reference}",
        )
