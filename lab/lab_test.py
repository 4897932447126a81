#!/usr/bin/python3
"""Tests of the laboratory itself, on real laboratories. Needs root, and the programs built.

/usr/bin/python3 lab/lab_test.py [-v] [Class[.test] …]
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cluster import build, network, oci, records  # noqa: E402
from lab_fixture import LAB, PATIENCE, Registry, RunningLab, lab, wait_until  # noqa: E402


class ControlPlane(unittest.TestCase):
    """etcd, API server and registries, without nodes."""

    @classmethod
    def setUpClass(cls):
        cls.storage = pathlib.Path(tempfile.mkdtemp(prefix="lab-test-"))
        (cls.storage / "registry-plain").mkdir()
        cls.lab = RunningLab("--control-plane-only", "--registry-data", str(cls.storage))

    @classmethod
    def tearDownClass(cls):
        cls.lab.stop()
        shutil.rmtree(cls.storage)

    def test_api_server_answers_from_the_machine(self):
        self.assertEqual(self.lab.kubectl("get", "--raw", "/readyz"), "ok")

    def test_killed_api_server_keeps_its_objects_when_started_again(self):
        self.lab.kubectl("create", "configmap", "kept")
        self.lab.part("kill", "apiserver")
        self.assertNotEqual(self.lab.kubectl("get", "configmap", "kept", check=False).returncode, 0)
        self.lab.part("start", "apiserver")
        self.lab.kubectl("get", "configmap", "kept")

    def test_killed_etcd_keeps_its_objects_when_started_again(self):
        self.lab.kubectl("create", "configmap", "kept-by-etcd")
        self.lab.part("kill", "etcd")
        self.lab.part("start", "etcd")
        wait_until(
            "the API server to find etcd again",
            lambda: self.lab.kubectl("get", "configmap", "kept-by-etcd", check=False).returncode
            == 0,
        )

    def test_stopped_part_can_be_restarted(self):
        for name in ("apiserver", "etcd", "registry-plain", "registry-tls"):
            self.lab.part("stop", name)
            self.lab.part("restart", name)

    def test_part_of_the_full_laboratory_can_be_added(self):
        self.lab.part("start", "controller-manager")
        wait_until(
            "the default service account",
            lambda: self.lab.kubectl("get", "serviceaccount", "default", check=False).returncode
            == 0,
        )
        self.lab.part("stop", "controller-manager")

    def test_unknown_or_running_part_is_refused_by_name(self):
        done = self.lab.do("part", "start", "teapot", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no part is called teapot", done.stderr)
        done = self.lab.do("part", "start", "etcd", check=False)
        self.assertIn("etcd runs already", done.stderr)

    def test_compaction_and_a_new_api_server_make_old_watches_expire(self):
        self.lab.kubectl("create", "configmap", "one")
        old = self.lab.kubectl(
            "get", "configmap", "one", "-o", "jsonpath={.metadata.resourceVersion}"
        )
        self.lab.kubectl("create", "configmap", "two")
        self.assertGreater(int(self.lab.do("compact").stdout), int(old))
        self.lab.part("restart", "apiserver")
        answer = self.lab.kubectl(
            "get",
            "--raw",
            "/api/v1/namespaces/default/configmaps?watch=1"
            f"&timeoutSeconds=2&resourceVersion={old}",
        )
        self.assertEqual(json.loads(answer.splitlines()[0])["object"]["code"], 410)

    def test_registries_ask_for_what_they_should(self):
        plain = Registry(self.lab.facts["registries"]["plain"])
        tls = Registry(self.lab.facts["registries"]["tls"])
        self.assertEqual(plain.ask("GET", "/v2/")[0], 200)
        self.assertEqual(tls.ask("GET", "/v2/", login=False)[0], 401)
        self.assertEqual(tls.ask("GET", "/v2/")[0], 200)

    def test_a_push_leaves_the_prepared_storage_as_it_was(self):
        registry = Registry(self.lab.facts["registries"]["plain"])
        registry.push("test/empty", "1", oci.Image({"x": b"x"}, ["/x"]))
        self.assertEqual(registry.ask("GET", "/v2/test/empty/tags/list")[0], 200)
        self.assertEqual(list((self.storage / "registry-plain").iterdir()), [])

    def test_a_deletion_leaves_the_prepared_storage_as_it_was(self):
        image = oci.Image({"y": b"y"}, ["/y"])
        Registry(self.lab.facts["registries"]["plain"]).push("test/gone", "1", image)
        shown = f"{self.lab.facts['nodes'][0]['root']}{self.lab.folder}/registry-plain"
        with tempfile.TemporaryDirectory() as prepared:
            shutil.copytree(shown, f"{prepared}/registry-plain")
            before = sorted(pathlib.Path(prepared).rglob("*"))
            other = RunningLab("--control-plane-only", "--registry-data", prepared)
            self.addCleanup(other.stop)
            registry = Registry(other.facts["registries"]["plain"])
            accept = {"Accept": oci.MANIFEST}
            manifest = f"/v2/test/gone/manifests/{oci.digest(image.manifest)}"
            self.assertEqual(registry.ask("GET", manifest, headers=accept)[0], 200)
            self.assertEqual(registry.ask("DELETE", manifest)[0], 202)
            self.assertEqual(registry.ask("GET", manifest, headers=accept)[0], 404)
            self.assertEqual(sorted(pathlib.Path(prepared).rglob("*")), before)

    def test_registry_that_is_down_refuses_connections(self):
        host, _, port = self.lab.facts["registries"]["plain"]["outside"].partition(":")
        self.lab.part("stop", "registry-plain")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=PATIENCE)
        self.lab.part("start", "registry-plain")

    def test_nothing_of_the_machine_shows_inside(self):
        self.assertEqual(self.lab.do("exec", "--", "hostname").stdout.strip(), "narrows-1")
        processes = self.lab.do("exec", "--", "ps", "-e", "-o", "comm=").stdout
        self.assertEqual(processes.count("etcd\n"), 1)
        self.lab.do(
            "exec", "--", "touch", "/etc/narrows-lab-was-here", "/var/lib/narrows-lab-was-here"
        )
        self.assertFalse(os.path.exists("/etc/narrows-lab-was-here"))
        self.assertFalse(os.path.exists("/var/lib/narrows-lab-was-here"))


class Lifetime(unittest.TestCase):
    """A laboratory ends completely, however it ends."""

    def start(self, *options):
        running = RunningLab("--control-plane-only", *options)
        self.addCleanup(running.stop)
        return running

    def assert_gone(self, running):
        wait_until("everything to be gone", lambda: not running.remains())

    def test_stop_leaves_nothing(self):
        running = self.start()
        self.assertNotEqual(running.remains(), [])
        running.do("stop")
        self.assertEqual(running.remains(), [])

    def test_killed_supervisor_leaves_nothing(self):
        running = self.start()
        first = running.record["first"]["pid"]
        children = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        self.assert_gone(running)

    def test_killed_first_process_leaves_nothing(self):
        running = self.start()
        os.kill(running.record["first"]["pid"], signal.SIGKILL)
        self.assert_gone(running)

    def test_killed_keeper_leaves_files_only_and_a_sweep_removes_them(self):
        running = self.start()
        os.kill(running.record["keeper"]["pid"], signal.SIGKILL)
        wait_until(
            "processes, mounts and links to be gone", lambda: not running.remains(with_files=False)
        )
        lab("sweep")
        self.assertEqual(running.remains(), [])

    def test_start_sweeps_what_a_killed_keeper_left_in_its_folder(self):
        running = self.start()
        os.kill(running.record["keeper"]["pid"], signal.SIGKILL)
        wait_until("the processes to be gone", lambda: not running.remains(with_files=False))
        lab("start", "--control-plane-only", "--dir", str(running.folder))
        self.assertEqual(running.kubectl("get", "--raw", "/readyz"), "ok")

    def test_ends_with_its_parent(self):
        with subprocess.Popen(("sleep", "1000")) as parent:
            running = self.start("--with-parent", str(parent.pid))
            parent.kill()
        self.assert_gone(running)

    def test_foreground_ends_with_control_c(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="lab-test-"))
        self.addCleanup(shutil.rmtree, folder)
        with subprocess.Popen(
            (LAB, "start", "--control-plane-only", "--foreground", "--dir", folder / "lab"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            self.assertEqual(process.stdout.readline(), f"KUBECONFIG={folder}/lab/kubeconfig\n")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(PATIENCE), 0)
        self.assertFalse((folder / "lab").exists())

    def test_interrupted_or_killed_start_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as parent:
                folder = pathlib.Path(parent, "lab")
                before = set(records.everything())
                with subprocess.Popen(
                    (LAB, "start", "--control-plane-only", "--dir", str(folder)),
                    stderr=subprocess.PIPE,
                    text=True,
                ) as process:
                    process.stderr.readline()  # the first part answers
                    process.send_signal(number)
                wait_until(
                    "everything to be gone",
                    lambda f=folder, b=before: not f.exists() and set(records.everything()) <= b,
                )

    def test_failed_start_says_why_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as parent:
            nobody = "999999999"
            done = lab(
                "start",
                "--control-plane-only",
                "--dir",
                f"{parent}/lab",
                "--with-parent",
                nobody,
                check=False,
            )
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"--with-parent {nobody}: No such process", done.stderr)
            self.assertFalse(pathlib.Path(parent, "lab").exists())

    def test_folder_with_files_in_it_is_refused_and_not_touched(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "precious").write_text("x")
            done = lab("start", "--control-plane-only", "--dir", folder, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("is not empty", done.stderr)
            self.assertTrue(pathlib.Path(folder, "precious").exists())

    def test_two_side_by_side_do_not_know_of_each_other(self):
        one, two = self.start(), self.start()
        one.kubectl("create", "configmap", "only-here")
        self.assertNotEqual(two.kubectl("get", "configmap", "only-here", check=False).returncode, 0)
        identity = ("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
        self.assertNotEqual(one.kubectl(*identity), two.kubectl(*identity))
        self.assertEqual(
            one.facts["registries"]["plain"]["reference"],
            two.facts["registries"]["plain"]["reference"],
        )
        Registry(one.facts["registries"]["plain"]).push(
            "test/x", "1", oci.Image({"x": b"x"}, ["/x"])
        )
        self.assertEqual(
            Registry(two.facts["registries"]["plain"]).ask("GET", "/v2/test/x/tags/list")[0], 404
        )
        self.assertEqual(two.do("exec", "--", "ps", "-e", "-o", "comm=").stdout.count("etcd\n"), 1)
        one.do("stop")
        self.assertEqual(two.kubectl("get", "--raw", "/readyz"), "ok")


class Full(unittest.TestCase):
    """Two nodes with running pods."""

    @classmethod
    def setUpClass(cls):
        cls.settings_before = cls.kernel_settings()
        cls.lab = RunningLab("--nodes", "2")
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "echo")
            build.compile_static(HERE / "testdata" / "echo.c", program)
            image = oci.Image({"echo": program.read_bytes()}, ["/echo"])
        registries = cls.lab.facts["registries"]
        Registry(registries["plain"]).push("test/echo", "1", image)
        Registry(registries["tls"]).push("test/echo", "1", image)
        cls.plain = registries["plain"]["reference"] + "/test/echo:1"
        cls.tls = registries["tls"]["reference"] + "/test/echo:1"

    @classmethod
    def tearDownClass(cls):
        cls.lab.stop()

    @staticmethod
    def kernel_settings():
        names = (
            "vm/overcommit_memory",
            "kernel/panic",
            "kernel/panic_on_oops",
            "net/ipv4/ip_forward",
        )
        return {name: pathlib.Path("/proc/sys", name).read_text() for name in names}

    def run_pod(self, name, image, node=1, **extra):
        # What the *restricted* level asks for: the laboratory must be able to run such pods.
        container = {
            "name": "echo",
            "image": image,
            "args": ["serve"],
            "imagePullPolicy": "Always",
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
        }
        spec = {
            "nodeName": f"narrows-{node}",
            "containers": [container],
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            **extra,
        }
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": spec,
        }
        self.lab.kubectl("create", "-f", "-", text=json.dumps(pod))
        self.addCleanup(self.lab.kubectl, "delete", "pod", name, "--now", check=False)

    def await_running(self, name):
        wait_until(
            f"pod {name} to run",
            lambda: self.lab.kubectl(
                "get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0].ready}"
            )
            == "true",
        )

    def address(self, name):
        return self.lab.kubectl("get", "pod", name, "-o", "jsonpath={.status.podIP}")

    def ask(self, pod, address, port):
        done = self.lab.kubectl("exec", pod, "--", "/echo", "ask", address, str(port), check=False)
        return done.stdout.strip()

    def test_pods_reach_each_other_services_and_the_api_but_not_the_world(self):
        self.run_pod("here", self.plain, 1)
        self.run_pod("also-here", self.plain, 1)
        self.run_pod("there", self.plain, 2)
        self.lab.kubectl("expose", "pod", "here", "--port=80", "--target-port=8080")
        self.addCleanup(self.lab.kubectl, "delete", "service", "here")
        service = self.lab.kubectl("get", "service", "here", "-o", "jsonpath={.spec.clusterIP}")
        for name in ("here", "also-here", "there"):
            self.await_running(name)
        self.assertEqual(self.ask("here", self.address("there"), 8080), "hello")
        self.assertEqual(self.ask("there", self.address("here"), 8080), "hello")
        for name in ("there", "also-here", "here"):
            with self.subTest(asking=name):
                wait_until(
                    "the Service to answer", lambda n=name: self.ask(n, service, 80) == "hello"
                )
        api = f"{self.lab.facts['bin']}/kubectl --kubeconfig={self.lab.facts['kubeconfig']}"
        node = f"{api} --server=https://10.96.0.1 get --raw /readyz"
        self.assertEqual(self.lab.do("exec", "--node", "2", "--", "sh", "-c", node).stdout, "ok")
        self.assertIn("connect:", self.ask("there", "192.0.2.1", 80))
        self.assertNotIn("connect:", self.ask("there", "10.96.0.1", 443))

    def test_private_image_needs_the_pull_secret(self):
        facts = self.lab.facts["registries"]["tls"]
        self.lab.kubectl(
            "create",
            "secret",
            "docker-registry",
            "pull",
            "--docker-server=" + facts["reference"],
            "--docker-username=" + facts["username"],
            "--docker-password=" + facts["password"],
        )
        self.addCleanup(self.lab.kubectl, "delete", "secret", "pull")
        self.run_pod("with-secret", self.tls, imagePullSecrets=[{"name": "pull"}])
        self.run_pod("without-secret", self.tls, 2)
        self.await_running("with-secret")
        wait_until(
            "the pull to be refused",
            lambda: "Unauthorized"
            in self.lab.kubectl(
                "get", "events", "--field-selector=involvedObject.name=without-secret"
            ),
        )

    def test_deployment_is_scheduled_and_its_logs_can_be_read(self):
        self.lab.kubectl(
            "create",
            "deployment",
            "web",
            "--image=" + self.plain,
            "--replicas=2",
            "--",
            "/echo",
            "ask",
            "127.0.0.1",
            "1",
        )
        self.addCleanup(self.lab.kubectl, "delete", "deployment", "web", "--wait=false")
        wait_until(
            "its log",
            lambda: "connect: Connection refused"
            in self.lab.kubectl("logs", "--all-pods", "deployment/web", check=False).stdout,
        )

    def test_parts_of_a_node_can_be_restarted_under_a_running_pod(self):
        self.run_pod("steady", self.plain, 2)
        self.await_running("steady")
        for name in (
            "kubelet@2",
            "containerd@2",
            "kube-proxy@2",
            "kubelet",
            "scheduler",
            "controller-manager",
        ):
            self.lab.part("kill", name)
            self.lab.part("start", name)
        self.assertEqual(self.ask("steady", "127.0.0.1", 8080), "hello")

    def test_admission_guards_pods_and_service_accounts(self):
        self.lab.kubectl("create", "namespace", "strict")
        self.addCleanup(self.lab.kubectl, "delete", "namespace", "strict", "--wait=false")
        self.lab.kubectl(
            "label", "namespace", "strict", "pod-security.kubernetes.io/enforce=restricted"
        )
        done = self.lab.kubectl("run", "loose", "--namespace=strict", "--image=x", check=False)
        self.assertIn("violates PodSecurity", done.stderr)
        self.assertIn("validatingadmissionpolicies", self.lab.kubectl("api-resources"))
        self.assertEqual(self.lab.kubectl("create", "token", "default").count("."), 2)

    def test_the_machine_is_as_it_was(self):
        self.run_pod("plain", self.plain)
        self.await_running("plain")
        self.assertEqual(self.kernel_settings(), self.settings_before)
        self.assertNotIn("kube-proxy", network.run("nft", "list", "ruleset"))
        self.assertNotIn(str(self.lab.folder), pathlib.Path("/proc/self/mountinfo").read_text())

    def test_stop_leaves_nothing_of_running_pods(self):
        running = RunningLab()
        self.addCleanup(running.stop)
        Registry(running.facts["registries"]["plain"]).push(
            "test/pause", "1", oci.Image({"x": b"x"}, ["/x"])
        )
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p"},
            "spec": {
                "containers": [
                    {"name": "p", "image": "narrows.dev/lab/pause:1", "imagePullPolicy": "Never"}
                ]
            },
        }
        running.kubectl("create", "-f", "-", text=json.dumps(pod))
        wait_until(
            "the pod to run",
            lambda: running.kubectl("get", "pod", "p", "-o", "jsonpath={.status.phase}")
            == "Running",
        )
        os.kill(running.record["first"]["pid"], signal.SIGKILL)
        wait_until("everything to be gone", lambda: not running.remains())


if __name__ == "__main__":
    unittest.main()
