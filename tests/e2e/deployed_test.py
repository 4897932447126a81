#!/usr/bin/python3
"""Narrows as a pod with its own service account, in a cluster whose pods run.

/usr/bin/python3 tests/e2e/deployed_test.py [-v] [Class[.test] …]      needs root and `make build`

Every test has namespaces and a policy of its own; all are read back from the API server.
"""

import json
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "lab"))

from demo_steps import database, quarantine  # noqa: E402
from demo_steps.laboratory import Failure, Laboratory, NAMESPACE, is_ready, wait_for  # noqa: E402

VULNERABLE = "10.86.0.1:5000/samples/debian-12-old:1"
CLEAN = "10.86.0.1:5000/samples/debian-12:1"


def setUpModule():
    global LAB
    file, _ = database.ensure(database.OWN)
    LAB = Laboratory()
    unittest.addModuleCleanup(LAB.stop)
    LAB.install(file)


def deployment(name, image=VULNERABLE, replicas=1):
    labels = {quarantine.NAME: name}
    container = {"name": "main", "image": image}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
            },
        },
    }


def service(name):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {quarantine.NAME: name}, "ports": [{"port": 80}]},
    }


def policy(name, **action):
    """Isolates whatever has a fixable vulnerability above Medium in the test's namespaces."""
    quarantining = {"kind": "quarantine_vulnerable_workload", "maxPercent": 100, **action}
    baseline = {"kind": "vulnerability", "baseline": "Medium", "onlyFixed": True}
    return {
        "apiVersion": "goharbor.goharbor.io/v1alpha1",
        "kind": "InspectionPolicy",
        "metadata": {"name": name},
        "spec": {
            "schedule": "@every 1h",
            "inspection": {
                "namespaceSelector": {"matchLabels": {"test": name}},
                "baselines": [baseline],
                "actions": [quarantining],
            },
        },
    }


class Deployed(unittest.TestCase):
    def setUp(self):
        # The last part of the test's id, as names in Kubernetes may be.
        self.name = self.id().rsplit(".", 1)[-1].removeprefix("test_").replace("_", "-")[:40]
        self.name = self.name.strip("-")
        self.namespaces = []

    def namespace(self, *objects):
        """Makes a namespace of this test with these objects, and waits until its pods run."""
        name = f"{self.name}-{len(self.namespaces)}"
        labels = {"test": self.name}
        self.create(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        )
        self.namespaces.append(name)
        self.addCleanup(LAB.kubectl, "delete", "namespace", name, "--wait=false")
        for one in objects:
            self.create(one, name)
        wanted = sum(one["spec"].get("replicas", 0) for one in objects)
        wait_for(f"the pods of {name} to run", lambda: len(self.ready_pods(name)) == wanted)
        return name

    @staticmethod
    def create(one, namespace=None):
        where = [f"--namespace={namespace}"] if namespace else []
        LAB.kubectl("create", *where, "-f", "-", text=json.dumps(one))

    def isolate(self, **action):
        self.create(policy(self.name, **action))
        self.addCleanup(self.delete_policy)

    def delete_policy(self):
        """Returns when it is gone, and so its finalizer."""
        LAB.kubectl("delete", "inspectionpolicy", self.name, "--ignore-not-found", "--timeout=60s")

    @staticmethod
    def ready_pods(namespace, workload=None):
        return [pod for pod in quarantine.living_pods(LAB, namespace, workload) if is_ready(pod)]

    def await_quarantine(self, namespace, workload):
        self.await_nothing_of(lambda: quarantine.faults(LAB, namespace, workload))

    @staticmethod
    def await_narrows():
        wait_for("Narrows to be back", LAB.narrows_pod)

    def await_release(self, namespace):
        self.await_nothing_of(lambda: quarantine.remains(LAB, namespace))

    def await_nothing_of(self, faults):
        last = []

        def none_left():
            last[:] = faults()
            return not last

        try:
            wait_for("the quarantine to be as it should", none_left)
        except Failure as failure:
            log = LAB.kubectl("logs", "deployment/narrows", f"--namespace={NAMESPACE}", "--tail=40")
            self.fail(f"{failure}: {last}\n{log}")


class Quarantine(Deployed):
    def test_only_what_violates_is_isolated(self):
        namespace = self.namespace(deployment("bad", replicas=2), deployment("good", CLEAN))
        self.isolate()
        self.await_quarantine(namespace, "bad")

    def test_a_new_pod_of_a_quarantined_workload_is_labelled(self):
        namespace = self.namespace(deployment("bad"))
        self.isolate()
        self.await_quarantine(namespace, "bad")
        (old,) = quarantine.living_pods(LAB, namespace)
        LAB.kubectl("delete", "pod", old["metadata"]["name"], f"--namespace={namespace}")
        self.await_quarantine(namespace, "bad")
        LAB.kubectl("scale", "deployment/bad", "--replicas=3", f"--namespace={namespace}")
        wait_for("three pods", lambda: len(quarantine.living_pods(LAB, namespace)) == 3)
        self.await_quarantine(namespace, "bad")

    def test_deletion_of_the_policy_releases_everything(self):
        namespaces = [self.namespace(deployment("bad", replicas=2)) for _ in range(2)]
        self.isolate()
        for namespace in namespaces:
            self.await_quarantine(namespace, "bad")
        self.delete_policy()
        # The finalizer goes last: by now nothing may be left, without waiting.
        for namespace in namespaces:
            self.assertEqual([], quarantine.remains(LAB, namespace))

    def test_release_all_frees_everything_where_nobody_serves_any_more(self):
        namespace = self.namespace(deployment("bad"))
        self.isolate()
        self.await_quarantine(namespace, "bad")
        scale = ("scale", "deployment/narrows", f"--namespace={NAMESPACE}")
        self.addCleanup(self.await_narrows)
        self.addCleanup(LAB.kubectl, *scale, "--replicas=1")
        LAB.kubectl(*scale, "--replicas=0")
        wait_for("Narrows to be gone", lambda: not quarantine.living_pods(LAB, NAMESPACE))
        LAB.kubectl("delete", "inspectionpolicy", self.name, "--wait=false")
        self.assertTrue(LAB.get("inspectionpolicy", self.name), "the finalizer holds it")
        LAB.narrows_outside("quarantine", "release", "--all")
        self.assertIsNone(LAB.get("inspectionpolicy", self.name))
        self.assertEqual([], quarantine.remains(LAB, namespace))


class Detaching(Deployed):
    def endpoints(self, namespace, name):
        """Names of the pods that the Service sends to."""
        slices = LAB.get(
            "endpointslices", namespace=namespace, selector=f"kubernetes.io/service-name={name}"
        )
        found = [one for each in slices for one in each.get("endpoints") or []]
        return {one["targetRef"]["name"] for one in found}

    def test_detached_pods_leave_their_service_and_come_back(self):
        namespace = self.namespace(deployment("web", replicas=2))
        self.create(service("web"), namespace)
        before = {pod["metadata"]["name"] for pod in self.ready_pods(namespace)}
        wait_for("the endpoints", lambda: self.endpoints(namespace, "web") == before)
        self.isolate(isolation="detach")

        def detached():
            return {
                pod["metadata"]["name"]
                for pod in quarantine.living_pods(LAB, namespace)
                if quarantine.DETACHED in pod["metadata"].get("annotations", {})
            }

        wait_for("both pods to be detached", lambda: detached() == before)
        for pod in quarantine.living_pods(LAB, namespace):
            if pod["metadata"]["name"] in before:
                self.assertTrue(quarantine.is_labelled(pod))
                self.assertIsNone(quarantine.name_of(pod))
                self.assertEqual([], pod["metadata"].get("ownerReferences", []))
        self.await_replacements(namespace, before)
        wait_for(
            "endpoints without the detached pods",
            lambda: not self.endpoints(namespace, "web") & before,
        )
        self.delete_policy()
        self.assertEqual([], quarantine.remains(LAB, namespace))
        # Their controller has them again, and keeps as many as it is to have.
        self.await_replacements(namespace, set())
        wait_for(
            "the endpoints of all pods",
            lambda: self.endpoints(namespace, "web")
            == {pod["metadata"]["name"] for pod in quarantine.living_pods(LAB, namespace)},
        )
        self.assertEqual(2, len(quarantine.living_pods(LAB, namespace)))

    def await_replacements(self, namespace, others):
        def there():
            pods = self.ready_pods(namespace, "web")
            return len([pod for pod in pods if pod["metadata"]["name"] not in others]) == 2

        wait_for("two pods of the Deployment", there)


class Trouble(Deployed):
    def test_a_role_taken_away_is_named_and_nothing_is_half_done(self):
        role = LAB.get("clusterrole", "narrows")
        kept = [rule for rule in role["rules"] if "networkpolicies" not in rule["resources"]]
        reading = {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["networkpolicies"],
            "verbs": ["get", "list", "watch"],
        }
        self.addCleanup(LAB.patch, "clusterrole", "narrows", {"rules": role["rules"]})
        LAB.patch("clusterrole", "narrows", {"rules": [*kept, reading]})
        namespace = self.namespace(deployment("bad"))
        self.isolate()

        def named():
            status = LAB.get("inspectionpolicy", self.name).get("status", {})
            ready = [c for c in status.get("conditions", []) if c["type"] == "Ready"]
            return ready and "create networkpolicies" in ready[0]["message"]

        wait_for("the policy's condition to name what is missing", named)
        self.assertEqual([], quarantine.remains(LAB, namespace))
        LAB.patch("clusterrole", "narrows", {"rules": role["rules"]})
        self.await_quarantine(namespace, "bad")
        self.await_narrows()  # meanwhile it was not ready

    def test_killed_in_mid_quarantine_it_goes_on_where_it_was(self):
        namespace = self.namespace(deployment("many", replicas=10))
        self.isolate()
        wait_for("the first label", lambda: self.labelled(namespace))
        self.kill()
        self.await_quarantine(namespace, "many")

    def test_killed_in_mid_release_it_goes_on_where_it_was(self):
        namespace = self.namespace(deployment("many", replicas=10))
        self.isolate()
        self.await_quarantine(namespace, "many")
        LAB.kubectl("delete", "inspectionpolicy", self.name, "--wait=false")
        wait_for("the first label to go", lambda: self.labelled(namespace) < 10)
        self.kill()
        self.await_release(namespace)
        wait_for("the policy to go", lambda: not LAB.get("inspectionpolicy", self.name))

    @staticmethod
    def labelled(namespace):
        return sum(map(quarantine.is_labelled, quarantine.living_pods(LAB, namespace)))

    def kill(self):
        """kill -9 of `narrows serve`; the kubelet starts it again."""
        before = self.container()
        LAB.inside("kill", "-9", self.process(before["containerID"]))
        wait_for(
            "Narrows to run again",
            lambda: self.container()["restartCount"] > before["restartCount"]
            and self.container()["ready"],
        )

    @staticmethod
    def container():
        (pod,) = LAB.get("pods", namespace=NAMESPACE, selector="app.kubernetes.io/name=narrows")
        return pod["status"]["containerStatuses"][0]

    @staticmethod
    def process(container_id):
        """The process of a container, as the laboratory numbers it."""
        wanted = container_id.removeprefix("containerd://")
        for line in LAB.inside("ctr", "--namespace=k8s.io", "tasks", "list").splitlines():
            if line.startswith(wanted):
                return line.split()[1]
        raise Failure(f"no task is called {wanted}")


if __name__ == "__main__":
    unittest.main()
