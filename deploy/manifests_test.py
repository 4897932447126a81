#!/usr/bin/python3
"""The manifests on a real API server: what Narrows' service account may do and what it may not.

/usr/bin/python3 deploy/manifests_test.py [-v] [Class[.test] …]      needs root
"""

import json
import os
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "lab"))

from lab_fixture import RunningLab, wait_until  # noqa: E402

NARROWS = "--as=system:serviceaccount:narrows-system:narrows"
POD = "debug-shell"
QUARANTINE = {"goharbor.io/controller": "CNSI", "goharbor.io/inspection": "risk"}
RELEASE = dict.fromkeys(QUARANTINE)
OTHER_LABEL = "app.kubernetes.io/name"


def setUpModule():
    global LAB
    LAB = RunningLab("--control-plane-only", "--with-parent", str(os.getpid()))
    unittest.addModuleCleanup(LAB.stop)
    for path in ("api/crds", "deploy/lab", "deploy/manifests", "lab/workloads/30-tools.yaml"):
        # Nobody makes a namespace's service account here, and without it no pod is admitted.
        if path.endswith("30-tools.yaml"):
            LAB.kubectl("create", "namespace", "tools")
            LAB.kubectl("create", "serviceaccount", "default", "--namespace=tools")
        apply(path)


def apply(path):
    done = LAB.kubectl("apply", "--validate=strict", "-f", str(ROOT / path), check=False)
    # The namespaces warn of whatever the level `restricted` would refuse.
    if done.returncode != 0 or "would violate PodSecurity" in done.stderr:
        raise AssertionError(f"{path}: {done.stdout}{done.stderr}")


def patch(change, kind="merge"):
    return LAB.kubectl(
        NARROWS,
        "patch",
        "pod",
        POD,
        "--namespace=tools",
        f"--type={kind}",
        "-p",
        json.dumps(change),
        check=False,
    )


def metadata(labels=None, **members):
    return {"metadata": ({"labels": labels} if labels else {}) | members}


class PodUpdates(unittest.TestCase):
    """30-pod-metadata-only.yaml."""

    @classmethod
    def setUpClass(cls):
        # The API server takes a moment to see a new policy.
        wait_until("the policy to be in force", lambda: patch(metadata({"x": "y"})).returncode != 0)

    def setUp(self):
        released = metadata(RELEASE | {OTHER_LABEL: POD, "x": None})
        LAB.kubectl(
            "patch", "pod", POD, "--namespace=tools", "--type=merge", "-p", json.dumps(released)
        )

    def allowed(self, change):
        done = patch(change)
        self.assertEqual(0, done.returncode, done.stderr)

    def refused(self, change, why, kind="merge"):
        done = patch(change, kind)
        self.assertNotEqual(0, done.returncode, done.stdout)
        self.assertIn(why, done.stderr)

    def test_may_label_and_annotate_in_the_own_domain(self):
        self.allowed(metadata(QUARANTINE, annotations={"narrows.goharbor.io/why": "CVE-2021-3156"}))
        self.allowed(metadata(RELEASE, annotations={"narrows.goharbor.io/why": None}))

    def test_may_take_other_labels_off_in_a_quarantine_and_put_them_back(self):
        self.allowed(metadata(QUARANTINE | {OTHER_LABEL: None}))
        self.allowed(metadata(RELEASE | {OTHER_LABEL: POD}))

    def test_may_take_other_labels_off_after_quarantine_began(self):
        self.allowed(metadata(QUARANTINE))
        self.allowed(metadata({OTHER_LABEL: None}))
        self.allowed(metadata({OTHER_LABEL: POD}))

    def test_may_not_change_the_spec(self):
        image = {
            "spec": {"containers": [{"name": "shell", "image": "10.86.0.1:5000/samples/scratch:1"}]}
        }
        self.refused(image, "may not change the spec", "strategic")
        self.refused({"spec": {"activeDeadlineSeconds": 5}}, "may not change the spec")
        self.refused(image | metadata(QUARANTINE), "may not change the spec", "strategic")

    def test_may_not_touch_labels_without_quarantine(self):
        self.refused(metadata({OTHER_LABEL: None}), "may only take labels off")
        self.refused(metadata({"x": "y"}), "may only put labels back")
        # Quarantined only by this change: nothing had been taken off.
        self.refused(metadata(QUARANTINE | {"x": "y"}), "may only put labels back")

    def test_may_not_change_the_value_of_another_label(self):
        self.refused(metadata({OTHER_LABEL: "other"}), "may not change the value")
        self.refused(metadata(QUARANTINE | {OTHER_LABEL: "other"}), "may not change the value")

    def test_may_not_annotate_in_another_domain(self):
        for name in ("example.com/x", "x", "evilgoharbor.io/x", "goharbor.io.example.com/x"):
            self.refused(metadata(annotations={name: "y"}), "annotations of the domain goharbor.io")

    def test_may_not_change_owners_and_finalizers(self):
        owner = {"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "b"}
        self.refused(metadata(ownerReferences=[owner]), "owners")
        self.refused(metadata(finalizers=["goharbor.io/x"]), "finalizers")

    def test_others_are_not_held_to_it(self):
        LAB.kubectl("label", "pod", POD, "--namespace=tools", "x=y")


def network_policy(name, ours=True, selected=None, **annotations):
    if ours:
        annotations["narrows.goharbor.io/managed-by"] = "narrows"
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "tools", "annotations": annotations},
        "spec": {
            "podSelector": {"matchLabels": QUARANTINE if selected is None else selected},
            "policyTypes": ["Ingress", "Egress"],
        },
    }


class NetworkPolicies(unittest.TestCase):
    """35-own-network-policies-only.yaml."""

    FOREIGN = network_policy("allow-web", ours=False, selected={"app": "web"})
    ANCESTORS = network_policy(
        "cnsi-networkpolicy--tools",
        ours=False,
        **{"goharbor.io/vendor": "CNSI", "goharbor.io/role": "deny-all"},
    )

    @classmethod
    def setUpClass(cls):
        LAB.kubectl("apply", "-f", "-", text=json.dumps(cls.FOREIGN))
        # Not an empty change: that never reaches admission.
        change = metadata(annotations={"x": "y"})
        wait_until(
            "the policy to be in force", lambda: cls.patch("allow-web", change).returncode != 0
        )

    def setUp(self):
        for policy in (self.FOREIGN, self.ANCESTORS):
            LAB.kubectl("apply", "--force", "-f", "-", text=json.dumps(policy))
        self.addCleanup(self.delete_all)

    @staticmethod
    def delete_all():
        LAB.kubectl("delete", "networkpolicies", "--all", "--namespace=tools")

    @staticmethod
    def create(policy):
        return LAB.kubectl(NARROWS, "create", "-f", "-", text=json.dumps(policy), check=False)

    @staticmethod
    def patch(name, change):
        return LAB.kubectl(
            NARROWS,
            "patch",
            "networkpolicy",
            name,
            "--namespace=tools",
            "--type=merge",
            "-p",
            json.dumps(change),
            check=False,
        )

    @staticmethod
    def delete(name):
        return LAB.kubectl(
            NARROWS, "delete", "networkpolicy", name, "--namespace=tools", check=False
        )

    def allowed(self, done):
        self.assertEqual(0, done.returncode, done.stderr)

    def refused(self, done, why):
        self.assertNotEqual(0, done.returncode, done.stdout)
        self.assertIn(why, done.stderr)

    def test_may_create_change_and_delete_its_own(self):
        self.allowed(self.create(network_policy("narrows-allow--x")))
        rules = {"spec": {"egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]}}
        self.allowed(self.patch("narrows-allow--x", rules))
        self.allowed(self.delete("narrows-allow--x"))

    def test_may_bring_the_ancestors_up_to_date_but_not_remove_it(self):
        records = metadata(annotations={"narrows.goharbor.io/quarantined": "[]"})
        self.allowed(self.patch("cnsi-networkpolicy--tools", records))
        self.refused(self.delete("cnsi-networkpolicy--tools"), "may only delete")

    def test_may_not_touch_anybody_elses(self):
        self.refused(
            self.patch("allow-web", {"spec": {"ingress": [{}]}}),
            "may only change NetworkPolicies of the quarantine",
        )
        self.refused(self.delete("allow-web"), "may only delete NetworkPolicies that it made")

    def test_may_not_take_anybody_elses_over(self):
        ours = {"narrows.goharbor.io/managed-by": "narrows"}
        self.refused(self.patch("allow-web", metadata(annotations=ours)), "may only change")
        self.refused(
            self.patch("cnsi-networkpolicy--tools", metadata(annotations=ours)), "whose a Network"
        )

    def test_may_not_create_one_that_is_not_its_own(self):
        self.refused(
            self.create(network_policy("allow-all", ours=False)), "may only create NetworkPolicies"
        )

    def test_may_not_select_pods_that_are_not_quarantined(self):
        why = "may only select quarantined pods"
        for selected in ({}, {"app": "web"}, {"goharbor.io/controller": "CNSI"}):
            self.refused(self.create(network_policy("narrows-allow--y", selected=selected)), why)
        self.allowed(self.create(network_policy("narrows-allow--y")))
        no_label = {"spec": {"podSelector": {"matchLabels": {"goharbor.io/inspection": None}}}}
        self.refused(self.patch("narrows-allow--y", no_label), why)

    def test_others_are_not_held_to_it(self):
        LAB.kubectl("delete", "networkpolicy", "allow-web", "--namespace=tools")


class Permissions(unittest.TestCase):
    """20-roles.yaml."""

    def can(self, verb, resource, *options):
        return LAB.kubectl(
            "auth", "can-i", verb, resource, NARROWS, *options, check=False
        ).stdout.strip()

    def test_grant_what_serve_needs_in_every_namespace(self):
        for verbs, resources in (
            (
                "list watch",
                "namespaces nodes pods replicationcontrollers services"
                " deployments.apps replicasets.apps statefulsets.apps daemonsets.apps"
                " jobs.batch cronjobs.batch networkpolicies.networking.k8s.io"
                " inspectionpolicies.goharbor.goharbor.io settings.goharbor.goharbor.io",
            ),
            ("get", "secrets serviceaccounts"),
            ("patch", "pods inspectionpolicies.goharbor.goharbor.io"),
            ("create patch delete", "networkpolicies.networking.k8s.io"),
            ("create patch", "events events.events.k8s.io"),
            (
                "create",
                "selfsubjectaccessreviews.authorization.k8s.io"
                " subjectaccessreviews.authorization.k8s.io"
                " tokenreviews.authentication.k8s.io",
            ),
        ):
            for verb in verbs.split():
                for resource in resources.split():
                    with self.subTest(f"{verb} {resource}"):
                        self.assertEqual("yes", self.can(verb, resource, "--all-namespaces"))
        self.assertEqual(
            "yes",
            self.can("patch", "inspectionpolicies.goharbor.goharbor.io", "--subresource=status"),
        )
        self.assertEqual(
            "yes", self.can("update", "leases.coordination.k8s.io", "--namespace=narrows-system")
        )

    def test_grant_nothing_beyond(self):
        for verbs, resources in (
            ("list watch create patch delete", "secrets"),
            ("list create", "serviceaccounts"),
            ("create update delete", "pods"),
            ("patch", "deployments.apps nodes services namespaces"),
            (
                "create",
                "clusterrolebindings.rbac.authorization.k8s.io"
                " validatingadmissionpolicies.admissionregistration.k8s.io",
            ),
            ("update", "leases.coordination.k8s.io"),
        ):
            for verb in verbs.split():
                for resource in resources.split():
                    with self.subTest(f"{verb} {resource}"):
                        self.assertEqual("no", self.can(verb, resource, "--namespace=tools"))
        for subresource in ("status", "exec", "eviction", "ephemeralcontainers"):
            self.assertEqual(
                "no", self.can("patch", "pods", f"--subresource={subresource}", "--namespace=tools")
            )


class Samples(unittest.TestCase):
    """lab/workloads."""

    def test_are_accepted_and_of_the_restricted_level(self):
        for name in ("10-shop.yaml", "20-data.yaml", "policy.yaml"):
            apply(f"lab/workloads/{name}")


if __name__ == "__main__":
    unittest.main()
