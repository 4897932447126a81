"""A cluster made up from a seed: lists of objects, answers about rights, and the API server that tells them."""

import http.server
import json
import os
import re
import threading

CORE = {"pods": "Pod", "serviceaccounts": "ServiceAccount"}
RBAC = {"roles": "Role", "clusterroles": "ClusterRole", "clusterrolebindings": "ClusterRoleBinding"}
CLUSTER_WIDE = {"clusterroles", "clusterrolebindings"}


def maybe(rng, key, values):
    """The key with one of the values, or nothing."""
    value = rng.choice(values)
    return {} if value is None else {key: value}


class MadeUpCluster:
    def __init__(self, rng):
        spaces = ["default", "kube-system", "a-b"]
        meta = lambda name, space=None: {"name": name, **({"namespace": space} if space else {}),
                                         "annotations": {"note": rng.choice(["a\\nb \"c\"", "<x> & y", "ü [a]*", "plain"])}}
        self.lists = {name: [] for name in [*CORE, *RBAC]}
        for space in spaces:
            self.lists["serviceaccounts"].append({"metadata": meta("default", space),
                                                  **maybe(rng, "automountServiceAccountToken", [True, False, None])})
            for number in range(rng.randrange(3)):
                self.lists["pods"].append(self.pod(rng, meta(f"pod-{number}", space)))
                self.lists["roles"].append({"metadata": meta(f"role-{number}", space), "rules": self.rules(rng)})
        for name in ["cluster-admin", "view", "system:x", "edit"][:rng.randrange(2, 5)]:
            self.lists["clusterroles"].append({"metadata": meta(name), "rules": self.rules(rng)})
            subjects = [{"kind": "User", "name": rng.choice(["alice", "system:masters", "b c"])}
                        for _ in range(rng.randrange(3))]
            self.lists["clusterrolebindings"].append({
                "metadata": meta("bind-" + name if rng.random() < 0.7 else name),
                "roleRef": {"kind": "ClusterRole", "name": rng.choice(["cluster-admin", name])},
                **({"subjects": subjects} if subjects else {})})
        for items in self.lists.values():
            items.sort(key=lambda item: (item["metadata"].get("namespace", ""), item["metadata"]["name"]))
        self.can = {"create pods system:authenticated": rng.random() < 0.5}

    def rules(self, rng):
        return [{"apiGroups": rng.choice([["*"], [""], ["apps", "*"]]), "resources": rng.choice([["*"], ["pods"]]),
                 "verbs": rng.choice([["*"], ["get", "list"]])} for _ in range(rng.randrange(3))]

    def pod(self, rng, metadata):
        container = lambda number: {
            "name": f"c{number}", "image": "x:1", "args": [rng.choice(["--a=*", "b\tc", "d\\e", "[f]"])],
            **maybe(rng, "securityContext", [None, {}, {"privileged": True}, {"privileged": False},
                                             {"allowPrivilegeEscalation": True},
                                             {"capabilities": {"add": ["NET_ADMIN", "SYS_TIME"]}},
                                             {"capabilities": {"add": []}}])}
        return {"metadata": metadata, "spec": {
            "containers": [container(number) for number in range(1 + rng.randrange(2))],
            "serviceAccount": "default",
            **maybe(rng, "automountServiceAccountToken", [None, True, False]),
            **maybe(rng, "hostPID", [None, True]), **maybe(rng, "hostIPC", [None, True]),
            **maybe(rng, "hostNetwork", [None, True])}}

    def list_of(self, resource, space="", name=""):
        kind = {**CORE, **RBAC}[resource]
        items = [item for item in self.lists[resource]
                 if (not space or item["metadata"].get("namespace") == space)
                 and (not name or item["metadata"]["name"] == name)]
        version = "v1" if resource in CORE else "rbac.authorization.k8s.io/v1"
        return {"kind": kind + "List", "apiVersion": version, "metadata": {"resourceVersion": "1"}, "items": items}

    def write(self, folder, kubeconfig, port):
        os.makedirs(folder)
        for resource in self.lists:
            with open(f"{folder}/{resource}.json", "w", encoding="utf-8") as stream:
                json.dump(self.list_of(resource), stream)
        with open(f"{folder}/can-i.json", "w", encoding="utf-8") as stream:
            json.dump(self.can, stream)
        with open(kubeconfig, "w", encoding="utf-8") as stream:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "x",
                       "clusters": [{"name": "x", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
                       "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
                       "users": [{"name": "x", "user": {}}]}, stream)


def discovery(path):
    def resources(names, version, verbs):
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version,
                "resources": [{"name": name, "singularName": kind.lower(), "kind": kind, "verbs": verbs,
                               "namespaced": name not in CLUSTER_WIDE and "reviews" not in name}
                              for name, kind in names.items()]}
    group = lambda name: {"name": name, "versions": [{"groupVersion": name + "/v1", "version": "v1"}],
                          "preferredVersion": {"groupVersion": name + "/v1", "version": "v1"}}
    reviews = {"selfsubjectaccessreviews": "SelfSubjectAccessReview"}
    return {
        "/version": {"major": "1", "minor": "28", "gitVersion": "v1.28.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1",
                  "groups": [group("rbac.authorization.k8s.io"), group("authorization.k8s.io")]},
        "/api/v1": resources({**CORE, "secrets": "Secret"}, "v1", ["get", "list"]),
        "/apis/rbac.authorization.k8s.io/v1": resources(RBAC, "rbac.authorization.k8s.io/v1", ["get", "list"]),
        "/apis/authorization.k8s.io/v1": resources(reviews, "authorization.k8s.io/v1", ["create"]),
    }.get(path)


def fields(message):
    """The length-delimited fields of a protobuf message by number; there are no others in a review."""
    found, at = {}, 0
    while at < len(message):
        tag, length, at = message[at], 0, at + 1
        for shift in range(0, 35, 7):
            length |= (message[at] & 127) << shift
            at += 1
            if message[at - 1] < 128:
                break
        found[tag >> 3] = message[at:at + length]
        at += length
    return found


def review_of(body):
    """The verb and resource that a SelfSubjectAccessReview asks for, in JSON or in protobuf."""
    if not body.startswith(b"k8s\0"):
        asked = json.loads(body)["spec"]["resourceAttributes"]
        return asked["verb"], asked["resource"]
    attributes = fields(fields(fields(fields(body[4:])[2])[2])[1])
    return attributes[2].decode(), attributes[5].decode()


def serve(cluster):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, document):
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def not_found(self, message):
            self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
                              "code": 404, "message": message})

        def do_GET(self):
            path, _, query = self.path.partition("?")
            found = discovery(path)
            if found:
                return self.answer(200, found)
            match = re.fullmatch(r"/apis?/(?:[a-z0-9.]+/)?v1(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+))?", path)
            if not match or match[2] not in cluster.lists:
                return self.not_found("the server could not find the requested resource")
            name = re.search(r"fieldSelector=metadata\.name%3D([^&]+)", query)
            listed = cluster.list_of(match[2], match[1] or "", match[3] or (name and name[1]) or "")
            if not match[3]:
                return self.answer(200, listed)
            if not listed["items"]:
                group = "" if match[2] in CORE else ".rbac.authorization.k8s.io"
                return self.not_found(f'{match[2]}{group} "{match[3]}" not found')
            self.answer(200, {**listed["items"][0], "kind": listed["kind"][:-4], "apiVersion": listed["apiVersion"]})

        def do_POST(self):
            verb, resource = review_of(self.rfile.read(int(self.headers["Content-Length"])))
            allowed = cluster.can.get(f"{verb} {resource} {self.headers.get('Impersonate-User', '')}", False)
            self.answer(201, {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
                              "spec": {}, "status": {"allowed": allowed}})

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
