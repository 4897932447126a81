"""The demo, step by step. Each step ends when the API server has confirmed it, or fails."""

import os
import re

from . import database, quarantine, second_act
from .laboratory import (
    NAMESPACE,
    ROOT,
    WORKLOADS,
    Failure,
    Laboratory,
    is_rolled_out,
    wait_for,
)

POLICY = "demo"
CLEAN_IMAGE = "10.86.0.1:5000/samples/debian-12:1"
EXPECTED = {
    "shop/Deployment/storefront": "violated",
    "data/DaemonSet/log-shipper": "violated",
    "tools/Deployment/relay": "unknown",
    "tools/Deployment/legacy-batch": "unknown",
    "tools/Deployment/preview": "unknown",
    "shop/Deployment/catalog": "passed",
    "shop/Deployment/checkout": "passed",
    "data/StatefulSet/orders-db": "passed",
    "data/CronJob/report": "passed",
    "tools/Deployment/ledger": "passed",
    "tools/Deployment/archive": "passed",
    "tools/Pod/debug-shell": "passed",
}
ISOLATED = [("shop", "storefront"), ("data", "log-shipper")]
SHOWN_VIOLATIONS = 4


class Story:
    def __init__(self, screen, advisories, keep):
        self.screen, self.advisories, self.keep = screen, advisories, keep
        self.lab = None
        self.clean_image = CLEAN_IMAGE

    def tell(self):
        self.screen.line("Narrows on a real Kubernetes cluster of its own", "bold")
        finished = False
        try:
            self.advisory_database()
            self.cluster()
            self.workloads()
            self.installation()
            self.policy()
            self.verdicts()
            self.isolation()
            self.defeated_isolation()
            self.release()
            second_act.SecondAct(self).tell()
            finished = True
        except Failure:
            self.show_log()
            raise
        finally:
            if self.lab and not (finished and self.keep):
                self.stop()
        if self.keep:
            self.look_round()
        self.screen.line()
        self.screen.line(
            f"Done in {self.screen.seconds():.0f} s; each ✓ was read from the API server.", "green"
        )

    def wait(self, what, condition):
        with self.screen.waiting(what):
            return wait_for(what, condition)

    # -- the steps

    def advisory_database(self):
        with self.screen.step("Advisories: one database file of OSV, KEV and EPSS"):
            shown = os.path.relpath(self.advisories, ROOT)
            with self.screen.waiting(f"building it from {shown}"):
                self.database, built = database.ensure(self.advisories)
                self.first_database = database.ensure_without(
                    self.advisories, second_act.HELD_BACK
                )
            size = self.database.stat().st_size / 1e6
            how = f"built from {shown}" if built else f"as built before from {shown}"
            self.screen.say(f"{os.path.relpath(self.database, ROOT)}, {size:.1f} MB, {how}")
            self.screen.say(
                f"and one that does not know {second_act.HELD_BACK} yet, to begin with"
            )

    def cluster(self):
        with self.screen.step("A Kubernetes cluster: etcd to kubelet, containerd, two registries"):
            with self.screen.waiting("starting it"):
                self.lab = Laboratory(bound=not self.keep)
            version = self.lab.kubectl("version", "--output=json")
            version = version.split('"serverVersion"')[1].split('"gitVersion": "')[1].split('"')[0]
            node = self.lab.get("nodes")[0]
            info = node["status"]["nodeInfo"]
            self.screen.seen(
                f"the API server is {version}; node {node['metadata']['name']} runs"
                f" {info['containerRuntimeVersion']} on {info['osImage']}"
            )

    def workloads(self):
        with self.screen.step("Workloads in three namespaces, as somebody deployed them last month"):
            self.lab.start_workloads()
            # The CronJob's first Job may come by itself meanwhile; this one comes for sure.
            self.wait("the CronJob", lambda: self.lab.get("cronjob", "report", "data"))
            self.lab.run_report_now()
            pods = self.wait("all pods to run", self.lab.workloads_run)
            images = {status["imageID"] for pod in pods for status in statuses(pod)}
            self.screen.seen(f"{len(pods)} pods run, of {len(images)} images")
            self.lab.forget("samples/gone:1")
            self.screen.say(
                "the registry has dropped samples/gone:1 meanwhile; its container goes on"
            )

    def installation(self):
        with self.screen.step("Narrows, installed as users do: api/crds and deploy/manifests"):
            with self.screen.waiting("making its image, applying, waiting for its pod"):
                self.lab.install(self.first_database)
            pod = self.wait("the pod of Narrows", self.lab.narrows_pod)
            account = pod["spec"]["serviceAccountName"]
            namespace = self.lab.get("namespace", NAMESPACE)
            level = namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
            if account != "narrows" or level != "restricted":
                raise Failure(f"the pod runs as {account} in a namespace of level {level}")
            self.screen.seen(
                f"{pod['metadata']['name']} is ready: pod security level {level}, service account"
                f" {account}, which has no administrator's rights"
            )

    def policy(self):
        with self.screen.step("A policy: nothing fixable above Medium, nothing known exploited"):
            self.lab.apply(WORKLOADS / "policy.yaml")
            expected = {
                "workloads": len(EXPECTED),
                **{
                    verdict: list(EXPECTED.values()).count(verdict)
                    for verdict in ("violated", "unknown", "passed")
                },
                "quarantined": len(ISOLATED),
            }
            counts = self.wait(
                f"the policy's status to say {expected}", lambda: self.status_says(expected)
            )
            self.screen.seen(
                f"status of the policy: {counts['workloads']} workloads, {counts['violated']}"
                f" violated, {counts['unknown']} unknown, {counts['passed']} passed;"
                f" {counts['quarantined']} quarantined"
            )

    def verdicts(self):
        with self.screen.step("What runs here? `narrows assess`, run in the pod of Narrows"):
            with self.screen.waiting("assessing"):
                report = self.lab.assess("json")
            self.report = {workload_of(entry): entry for entry in report["assessments"]}
            self.actions = {workload_of(action): action for action in report["actions"]}
            said = {name: entry["verdict"] for name, entry in self.report.items()}
            if said != EXPECTED:
                raise Failure(f"the verdicts are {said}, expected were {EXPECTED}")
            self.show_table()

    def isolation(self):
        with self.screen.step("What failed is isolated, and says why"):
            for namespace, workload in ISOLATED:
                self.wait(
                    f"the quarantine of {namespace}/{workload}",
                    lambda n=namespace, w=workload: not self.faults(n, w),
                )
                pods = quarantine.living_pods(self.lab, namespace, workload)
                self.screen.seen(
                    f"{namespace}/{workload}: {plural(len(pods), 'pod')} labelled"
                    + "".join(f" {key}={value}" for key, value in quarantine.LABELS.items())
                )
                self.screen.seen(
                    f"{namespace}: NetworkPolicy {quarantine.policy_name(namespace)} selects them"
                    " and denies ingress and egress"
                )
                record = quarantine.record(pods[0])
                policies = ", ".join(claim["policy"] for claim in record["claims"])
                self.screen.say(f"by policy {policies}, says the pod: {record['reason']}")
                self.show_violations(f"{namespace}/", f"/{workload}")
            for namespace in ("tools",):
                left = quarantine.remains(self.lab, namespace)
                if left:
                    raise Failure(f"an unknown verdict must not isolate: {left}")
            self.screen.seen("tools: no pod labelled, no NetworkPolicy; unknown is not guilt")

    def defeated_isolation(self):
        with self.screen.step("NetworkPolicies add up: one isolation is not effective"):
            action = self.actions["data/DaemonSet/log-shipper"]
            effect = action["effectiveness"]
            if effect["effective"] or effect["defeatedBy"] != ["allow-all"]:
                raise Failure(f"Narrows says of data/log-shipper: {effect}")
            event = self.wait("the Event about it", self.event_of_defeat)
            self.screen.seen(f"Event of daemonset/log-shipper: {event['message']}")
            spec = self.lab.get("networkpolicy", "allow-all", "data")["spec"]
            if spec["podSelector"] != {} or spec["ingress"] != [{}] or spec["egress"] != [{}]:
                raise Failure(f"data/allow-all is {spec}")
            self.screen.seen("data/allow-all selects every pod and allows everything")
            effect = self.actions["shop/Deployment/storefront"]["effectiveness"]
            if not effect["effective"]:
                raise Failure(f"Narrows says of shop/storefront: {effect}")
            self.screen.say("Nothing defeats the isolation of shop/storefront.")

    def release(self):
        with self.screen.step("The storefront is moved to a clean image, and released"):
            old = {pod["metadata"]["name"] for pod in quarantine.living_pods(self.lab, "shop")}
            self.screen.say(f"kubectl set image deployment/storefront web={CLEAN_IMAGE}")
            self.lab.kubectl(
                "set", "image", "deployment/storefront", f"web={CLEAN_IMAGE}", "--namespace=shop"
            )
            self.wait("the rollout", self.storefront_is_rolled_out)
            self.wait("the release", lambda: not quarantine.remains(self.lab, "shop"))
            pods = quarantine.living_pods(self.lab, "shop", "storefront")
            if old & {pod["metadata"]["name"] for pod in pods}:
                raise Failure("a pod of the old image is still there")
            self.screen.seen(
                f"shop: {plural(len(pods), 'new pod')} of storefront, without a label or annotation"
                " of the quarantine"
            )
            self.screen.seen(f"shop: NetworkPolicy {quarantine.policy_name('shop')} is gone")
            faults = self.faults("data", "log-shipper")
            if faults:
                raise Failure(f"the quarantine of data/log-shipper must stay: {faults}")
            self.screen.seen("data: the quarantine of log-shipper stays; nobody mended it")
            expected = {"violated": 1, "passed": 8, "quarantined": 1}
            self.wait(
                f"the policy's status to say {expected}", lambda: self.status_says(expected)
            )
            with self.screen.waiting("assessing"):
                report = self.lab.assess("json")
            self.report = {workload_of(entry): entry for entry in report["assessments"]}
            verdict = self.report["shop/Deployment/storefront"]["verdict"]
            if verdict != "passed":
                raise Failure(f"shop/storefront is {verdict}")
            self.show_table()

    def stop(self):
        with self.screen.step("The cluster is stopped, and all of it removed"):
            with self.screen.waiting("stopping"):
                self.lab.stop()
            self.screen.say(f"{self.lab.folder} is gone, and with it every process and mount")

    # -- what they share

    def event_of_defeat(self):
        for event in self.lab.get("events", namespace="data"):
            about = event["involvedObject"]
            if (about["kind"], about["name"]) != ("DaemonSet", "log-shipper"):
                continue
            if event["reason"] == "Quarantined" and "allow-all" in event["message"]:
                return event
        return None

    def faults(self, namespace, workload):
        return quarantine.faults(self.lab, namespace, workload)

    def status_says(self, expected):
        policy = self.lab.get("inspectionpolicy", POLICY)
        status = policy.get("status", {})
        counts = status.get("counts", {})
        current = status.get("observedGeneration") == policy["metadata"]["generation"]
        if current and all(counts.get(key) == value for key, value in expected.items()):
            return counts
        return None

    def storefront_is_rolled_out(self):
        deployment = self.lab.get("deployment", "storefront", "shop")
        pods = quarantine.living_pods(self.lab, "shop", "storefront")
        return is_rolled_out(deployment) and len(pods) == deployment["spec"]["replicas"]

    def show_table(self):
        isolated = {
            "/".join((pod["metadata"]["namespace"], quarantine.name_of(pod)))
            for pod in self.lab.get("pods")
            if quarantine.is_labelled(pod)
        }
        rows = []
        for name, entry in self.report.items():
            namespace, kind, workload = name.split("/")
            rows.append(
                [
                    namespace,
                    f"{kind}/{workload}",
                    entry["verdict"],
                    "yes" if f"{namespace}/{workload}" in isolated else "",
                    evidence(entry),
                ]
            )
        head = ["NAMESPACE", "WORKLOAD", "VERDICT", "ISOLATED", "EVIDENCE"]
        self.screen.table(head, rows, verdict_column=2)

    def show_violations(self, prefix, suffix):
        entry = next(e for n, e in self.report.items() if n.startswith(prefix) and n.endswith(suffix))
        found = violations(entry)
        for violation in found[:SHOWN_VIOLATIONS]:
            subject = violation["finding"]["subject"]
            detail = violation["finding"]["vulnerability"]
            self.screen.say(
                f"{detail['id']} in {subject['name']} {subject['version']}, fixed in"
                f" {detail.get('fixedVersion', '(no version yet)')}: {violation['reason']}",
                mark="- ",
            )
        if len(found) > SHOWN_VIOLATIONS:
            self.screen.say(f"and {len(found) - SHOWN_VIOLATIONS} more", mark="- ")

    def show_log(self):
        """What helps to find out why something was not seen."""
        if not self.lab:
            return
        for what in (
            ("get", "pods,networkpolicies", "--all-namespaces", "--show-labels"),
            ("get", f"inspectionpolicy/{POLICY}", "--output=jsonpath={.status}"),
            ("logs", "deployment/narrows", f"--namespace={NAMESPACE}", "--tail=60"),
        ):
            self.screen.line(f"\n$ kubectl {' '.join(what)}", "dim")
            try:
                self.screen.block(self.lab.kubectl(*what))
            except Failure as failure:
                self.screen.say(str(failure))

    def look_round(self):
        self.screen.line()
        self.screen.line("The cluster stays up. Look round:", "bold")
        for command in (
            f"export KUBECONFIG={self.lab.folder}/kubeconfig PATH={self.lab.facts['bin']}:$PATH",
            "kubectl get inspectionpolicies,networkpolicies,pods -A --show-labels",
            f"kubectl logs -n {NAMESPACE} deploy/narrows",
            f"kubectl exec -n {NAMESPACE} deploy/narrows -- narrows quarantine list",
            f"lab/lab stop --dir {self.lab.folder}        # when you have seen enough",
        ):
            self.screen.line(INDENT_COMMAND + command)


INDENT_COMMAND = "    "


def statuses(pod):
    return pod["status"].get("containerStatuses", [])


def workload_of(entry):
    workload = entry["workload"]
    return "/".join((workload["namespace"], workload["kind"], workload["name"]))


def violations(entry):
    """The worst first, each vulnerability of a source package once."""
    order = ["Critical", "High", "Medium", "Low", "Negligible", "None", "Unknown"]
    once = {}
    for container in entry["containers"]:
        for violation in container["violations"]:
            finding = violation["finding"]
            key = (finding["vulnerability"]["id"], finding["subject"]["sourceName"])
            once.setdefault(key, violation)
    return sorted(
        once.values(),
        key=lambda v: (
            not v["finding"]["vulnerability"]["knownExploited"],
            order.index(v["finding"]["severity"]),
            v["finding"]["vulnerability"]["id"],
        ),
    )


def evidence(entry):
    """One line: why the verdict is as it is."""
    if entry["verdict"] == "violated":
        found = violations(entry)
        first = found[0]["finding"]
        rest = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{first['vulnerability']['id']} in {first['subject']['name']}{rest}"
    if entry["verdict"] == "unknown":
        reasons = [c["unknownReason"] for c in entry["containers"] if "unknownReason" in c]
        # What was asked for stands before it, what to do about it after.
        return re.sub(r"^\S+@sha256:[0-9a-f]+: ", "", reasons[0]).split(";")[0]
    return plural(sum(c["findings"] for c in entry["containers"]), "open finding")


def plural(number, word):
    return f"{number} {word}{'' if number == 1 else 's'}"
