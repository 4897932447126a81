"""What a quarantine looks like in the API server's answers, checked field by field."""

import json

from .laboratory import Failure, is_leaving

LABELS = {"goharbor.io/controller": "CNSI", "goharbor.io/inspection": "risk"}
RECORD = "narrows.goharbor.io/quarantine"
DETACHED = "narrows.goharbor.io/detached-labels"
NAME = "app.kubernetes.io/name"  # each pod of lab/workloads carries its workload's name here


def policy_name(namespace):
    return f"cnsi-networkpolicy--{namespace}"


def is_labelled(pod):
    labels = pod["metadata"].get("labels", {})
    return all(labels.get(key) == value for key, value in LABELS.items())


def marks(pod):
    """Everything of ours that stands on a pod; empty after a release."""
    metadata = pod["metadata"]
    found = {**metadata.get("labels", {}), **metadata.get("annotations", {})}
    return sorted(key for key in found if key.split("/")[0].endswith("goharbor.io"))


def record(pod):
    """Who asks for the isolation, why and until when, as it stands on the pod."""
    text = pod["metadata"].get("annotations", {}).get(RECORD)
    if not text:
        raise Failure(f"pod {pod['metadata']['name']} carries no annotation {RECORD}")
    return json.loads(text)


def living_pods(laboratory, namespace, workload=None):
    selector = f"{NAME}={workload}" if workload else None
    pods = laboratory.get("pods", namespace=namespace, selector=selector)
    return [pod for pod in pods if not is_leaving(pod)]


def deny_all_faults(policy):
    """Where a NetworkPolicy is not the deny-all of a quarantine; empty when it is."""
    if policy is None:
        return ["it is not there"]
    spec, annotations = policy["spec"], policy["metadata"].get("annotations", {})
    faults = []
    if spec.get("podSelector") != {"matchLabels": LABELS}:
        faults.append(f"podSelector is {spec.get('podSelector')}")
    if sorted(spec.get("policyTypes", [])) != ["Egress", "Ingress"]:
        faults.append(f"policyTypes are {spec.get('policyTypes')}")
    if spec.get("ingress") or spec.get("egress"):
        faults.append("it has rules")
    if annotations.get("goharbor.io/vendor") != "CNSI":
        faults.append("annotation goharbor.io/vendor is not CNSI")
    if annotations.get("goharbor.io/role") != "deny-all":
        faults.append("annotation goharbor.io/role is not deny-all")
    return faults


def faults(laboratory, namespace, workload):
    """What is missing of the quarantine of this workload, and only of it, in its namespace."""
    found = [
        f"NetworkPolicy {policy_name(namespace)}: {fault}"
        for fault in deny_all_faults(
            laboratory.get("networkpolicy", policy_name(namespace), namespace)
        )
    ]
    pods = living_pods(laboratory, namespace)
    if not any(name_of(pod) == workload for pod in pods):
        found.append(f"{workload} has no pod")
    for pod in pods:
        if is_labelled(pod) != (name_of(pod) == workload):
            has = "has" if is_labelled(pod) else "lacks"
            found.append(f"pod {pod['metadata']['name']} {has} the labels")
        elif is_labelled(pod):
            said = record(pod)["workload"]
            if said.split("/")[0] != namespace or said.split("/")[2] != workload:
                found.append(f"pod {pod['metadata']['name']}: its record is of {said}")
    return found


def remains(laboratory, namespace):
    """What is left of any quarantine in the namespace; empty after a release."""
    found = [
        f"pod {pod['metadata']['name']}: {', '.join(marks(pod))}"
        for pod in living_pods(laboratory, namespace)
        if marks(pod)
    ]
    if laboratory.get("networkpolicy", policy_name(namespace), namespace):
        found.append(f"NetworkPolicy {policy_name(namespace)}")
    return found


def name_of(pod):
    return pod["metadata"].get("labels", {}).get(NAME)
