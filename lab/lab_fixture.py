"""A laboratory and its registries, for tests in Python."""

import base64
import json
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from cluster import cgroups, network, oci, records

LAB = str(pathlib.Path(__file__).resolve().parent / "lab")
PATIENCE = 60  # generous: time never decides


def lab(*arguments, check=True):
    done = subprocess.run((LAB, *arguments), capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(
            f"lab {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done


def wait_until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE} s in vain for: {what}")
        time.sleep(0.1)


class RunningLab:
    """A laboratory of a test."""

    def __init__(self, *options, folder=None):
        self.parent = pathlib.Path(tempfile.mkdtemp(prefix="lab-test-"))
        self.folder = folder or self.parent / "lab"
        lab("start", "--dir", str(self.folder), *options)
        self.facts = json.loads((self.folder / "lab.json").read_text())
        self.record = records.find(self.folder)

    def do(self, verb, *arguments, check=True):
        return lab(verb, "--dir", str(self.folder), *arguments, check=check)

    def part(self, action, name):
        return lab("part", action, "--dir", str(self.folder), name)

    def kubectl(self, *arguments, check=True, text=None):
        program = (
            f"{self.facts['bin']}/kubectl",
            f"--kubeconfig={self.facts['kubeconfig']}",
            f"--cache-dir={self.parent}/cache",
            "--request-timeout=20s",
        )
        done = subprocess.run(
            (*program, *arguments), capture_output=True, text=True, input=text, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout.strip() if check else done

    def stop(self):
        self.do("stop", check=False)
        shutil.rmtree(self.parent, ignore_errors=True)

    def remains(self, with_files=True):
        """What is still there of it; empty when it is gone without a trace."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.folder).encode() in (process / "cmdline").read_bytes():
                    found.append(f"process {process.name}")
                elif self.record["id"] in (process / "cgroup").read_text():
                    found.append(f"process {process.name} in its control group")
            except OSError:
                pass
        if str(self.folder) in pathlib.Path("/proc/self/mountinfo").read_text():
            found.append("a mount")
        if f" {network.link_name(self.record['slot'])}@" in network.run("ip", "-o", "link"):
            found.append("its link")
        if with_files:
            if self.record["id"] in cgroups.groups_on_machine():
                found.append("a control group")
            if self.folder.exists():
                found.append(str(self.folder))
            if list(records.settings.RECORDS.glob(self.record["id"] + "*")):
                found.append("its record")
        return found


class Registry:
    """The few requests the tests make of a registry."""

    def __init__(self, facts):
        self._host = facts["outside"]
        self._scheme = "https" if "caFile" in facts else "http"
        self._context = (
            ssl.create_default_context(cafile=facts["caFile"]) if "caFile" in facts else None
        )
        login = f"{facts['username']}:{facts['password']}" if "username" in facts else None
        self._login = base64.b64encode(login.encode()).decode() if login else None

    def ask(self, method, target, data=None, headers=None, login=True):
        url = target if "://" in target else f"{self._scheme}://{self._host}{target}"
        request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
        if self._login and login:
            request.add_header("Authorization", f"Basic {self._login}")
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._context)
        )
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def push(self, name, tag, image):
        for digest, blob in image.blobs.items():
            location = self.ask("POST", f"/v2/{name}/blobs/uploads/", b"")[1]["Location"]
            kind = {"Content-Type": "application/octet-stream"}
            assert self.ask("PUT", f"{location}&digest={digest}", blob, kind)[0] == 201
        kind = {"Content-Type": oci.MANIFEST}
        assert self.ask("PUT", f"/v2/{name}/manifests/{tag}", image.manifest, kind)[0] == 201
