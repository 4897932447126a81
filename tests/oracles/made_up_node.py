"""A node made up from a seed: files of Kubernetes with all sorts of modes and owners, and processes."""

import json
import os
import shutil

# What a made-up root has of the machine's own.
BOUND = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/dev"]

MODES = [0o644, 0o600, 0o640, 0o666, 0o755, 0o700, 0o400, 0o777, 0o4755, 0o2750, 0o1777]
OWNERS = [(0, 0), (0, 0), (0, 0), (1000, 1000), (998, 0), (0, 998), (4242, 4343)]

FLAGS = {
    "kube-apiserver": ["--anonymous-auth=false", "--authorization-mode=Node,RBAC", "--profiling=false",
                       "--encryption-provider-config=/etc/kubernetes/enc.yaml",
                       "--encryption-provider-config /etc/kubernetes/enc.yaml", "--audit-log-maxage=30",
                       "--client-ca-file=/etc/kubernetes/pki/ca.crt", "--tls-cipher-suites=A,B"],
    "kube-scheduler": ["--profiling=false", "--bind-address=127.0.0.1"],
    "kube-controller": ["--profiling=false", "--terminated-pod-gc-threshold=12", "--bind-address=0.0.0.0"],
    "etcd": ["--data-dir=/var/lib/etcd/default.etcd", "--data-dir /var/lib/etcd", "--client-cert-auth=true",
             "--data-dir=/nowhere", "--cert-file=/x"],
    "kubelet": ["--config=/var/lib/kubelet/config.yaml", "--client-ca-file=/etc/kubernetes/pki/ca.crt",
                "--client-ca-file=/nowhere", "--cni-conf-dir=/etc/cni/net.d", "--cni-conf-dir /nowhere",
                "--anonymous-auth=false", "--read-only-port=0", "--hostname-override=\tx y"],
    "kube-proxy": ["--config=/var/lib/kube-proxy/config.conf", "--metrics-bind-address=127.0.0.1"],
    "hyperkube": ["kubelet", "--v=2"],
}

EXTRA_FILES = [
    "/etc/kubernetes/pki/ca.key", "/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.key",
    "/etc/kubernetes/pki/etcd/server.crt", "/etc/kubernetes/pki/with space.crt", "/etc/cni/net.d/10-x.conflist",
    "/var/lib/cni/networks/a/10.0.0.1", "/var/lib/cni/networks/last_reserved_ip.0", "/nowhere-else",
    "/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf", "/var/lib/etcd/default.etcd/member",
    "/var/lib/rancher/rke2/server/tls/a.crt", "/var/lib/rancher/rke2/server/tls/b.crt",
    "/var/lib/rancher/rke2/server/tls/a.key", "/var/lib/rancher/rke2/server/cred/admin.kubeconfig",
    "/var/lib/rancher/rke2/server/db/etcd/config", "/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml",
    "/etcd-in-the-root",
]

ENCRYPTION = ["kind: EncryptionConfiguration\nresources:\n  - providers:\n    - aescbc:\n        keys: []\n",
              "resources:\n- providers:\n  - identity: {}\n  - secretbox: {}\n", "nothing\n", ""]
KUBELET = ["authentication:\n  anonymous:\n    enabled: false\nreadOnlyPort: 0\n", "{\"readOnlyPort\": 10255}\n",
           "tlsCipherSuites:\n- A\n- B\n", "not: [closed\n", ""]


class MadeUpNode:
    """`files` is path → (mode, owner, content); `programs` are the names that run."""

    def __init__(self, rng, config):
        self.files = {}
        self.processes = []
        candidates = list(EXTRA_FILES)
        for target in ("master", "node", "etcd"):
            for component in config[target]["components"]:
                entry = config[target].get(component) or {}
                for key in ("confs", "svc", "kubeconfig", "cafile"):
                    candidates += entry.get(key) or []
        for path in candidates:
            if path.startswith(("/lib/", "/usr/")):
                continue  # the machine's own
            # No file where another needs a folder.
            if rng.random() < 0.35 and not any(other.startswith(path + "/") for other in candidates):
                self.files[path] = (rng.choice(MODES), rng.choice(OWNERS), rng.choice(KUBELET))
        if rng.random() < 0.7:
            self.files["/etc/kubernetes/enc.yaml"] = (0o600, (0, 0), rng.choice(ENCRYPTION))
        self.folder_modes = {}
        self.rng = rng
        for name, flags in FLAGS.items():
            for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
                chosen = [part for flag in rng.sample(flags, rng.randrange(len(flags) + 1))
                          for part in flag.split(" ", 1)]
                folder = rng.choice(["", "/usr/local/bin/", "/usr/bin/"])
                self.processes.append((name, [folder + name, *chosen]))
        self.programs = {name for name, _ in self.processes}

    def write(self, root, tools):
        for path in BOUND:
            if os.path.islink(path):
                os.symlink(os.readlink(path), root + path)
            elif os.path.isdir(path):
                os.makedirs(root + path)
        if os.path.islink("/etc/alternatives/awk"):
            os.makedirs(root + "/etc/alternatives")
            os.symlink(os.readlink("/etc/alternatives/awk"), root + "/etc/alternatives/awk")
        for path in ("/proc", "/etc", "/root", "/tmp", "/opt/bin"):
            os.makedirs(root + path, exist_ok=True)
        with open(root + "/etc/passwd", "w", encoding="utf-8") as stream:
            stream.write("root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\netcd:x:998:998::/:/bin/sh\n")
        with open(root + "/etc/group", "w", encoding="utf-8") as stream:
            stream.write("root:x:0:\nalice:x:1000:\netcd:x:998:\n")
        for path, (mode, (uid, gid), content) in self.files.items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "w", encoding="utf-8") as stream:
                stream.write(content)
            os.chown(root + path, uid, gid)
            os.chmod(root + path, mode)
        for folder in ("/etc/kubernetes/pki", "/var/lib/etcd/default.etcd", "/var/lib/etcd",
                       "/var/lib/rancher/rke2/server/tls", "/var/lib/rancher/rke2/server/db/etcd"):
            if os.path.isdir(root + folder):
                os.chown(root + folder, *self.rng.choice(OWNERS))
                os.chmod(root + folder, self.rng.choice([0o700, 0o755, 0o777, 0o750]))
        for tool, source in tools.items():
            shutil.copy(source, f"{root}/opt/{tool}")
        for name in self.programs:
            os.link(f"{root}/opt/stand_still", f"{root}/opt/bin/{name}")
        with open(f"{root}/node.json", "w", encoding="utf-8") as stream:
            json.dump({"processes": self.processes}, stream)
