"""Configuration files of the parts that have some."""

import json

from . import settings


def write(folder, nodes):
    """Writes them all below the laboratory's folder."""
    for kind in ("plain", "tls"):
        (folder / f"registry-{kind}.yml").write_text(_registry(folder, kind))
    (folder / "htpasswd").write_text(f"{settings.REGISTRY_USER}:{settings.REGISTRY_HTPASSWD}\n")
    for number in range(1, nodes + 1):
        node = folder / "nodes" / str(number)
        (node / "cni.d").mkdir(parents=True, exist_ok=True)
        (node / "cni.d" / "10-lab.conflist").write_text(_pod_network(number))
        (node / "kubelet.yaml").write_text(_kubelet(folder, number))
        (node / "containerd.toml").write_text(_containerd(folder, node))
        _registry_hosts(folder, node / "certs.d")


def _registry(folder, kind):
    storage = folder / f"registry-{kind}"
    common = f"""\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {storage}}}
  delete: {{enabled: true}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
"""
    if kind == "plain":
        return common + f"http: {{addr: ':{settings.PLAIN_PORT}', secret: lab}}\n"
    certificates = folder / "certificates"
    return common + f"""\
http:
  addr: ':{settings.TLS_PORT}'
  secret: lab
  tls: {{certificate: {certificates / "registry.crt"}, key: {certificates / "registry.key"}}}
auth:
  htpasswd: {{realm: lab, path: {folder / "htpasswd"}}}
"""


def _registry_hosts(folder, hosts):
    plain = f"{settings.CONTROL_PLANE}:{settings.PLAIN_PORT}"
    tls = f"{settings.CONTROL_PLANE}:{settings.TLS_PORT}"
    for name in (plain, tls):
        (hosts / name).mkdir(parents=True, exist_ok=True)
    (hosts / plain / "hosts.toml").write_text(
        f'server = "http://{plain}"\n[host."http://{plain}"]\n'
    )
    (hosts / tls / "hosts.toml").write_text(
        f'server = "https://{tls}"\n[host."https://{tls}"]\n'
        f'ca = "{folder / "certificates" / "registry-ca.crt"}"\n'
    )


def _containerd(folder, node):
    return f"""\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
]
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{settings.PAUSE_IMAGE}"
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{node / "cni.d"}"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{node / "certs.d"}"
[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "/usr/sbin/runc"
SystemdCgroup = false
"""


def _pod_network(number):
    # Each pod has a link of its own to the node, which routes between them. On a bridge, the answer
    # of a Service's pod to a pod of the same node would bypass the node's address translation
    # wherever the machine has no br_netfilter.
    network = {
        "cniVersion": "0.4.0",
        "name": "lab",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "dataDir": "/run/cni-addresses",
                    "ranges": [[{"subnet": settings.pod_network(number)}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
        ],
    }
    return json.dumps(network, indent=2) + "\n"


def _kubelet(folder, number):
    certificates = folder / "certificates"
    address = settings.node_address(number)
    own = certificates / f"kubelet-{number}"
    configuration = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": address,
        "healthzBindAddress": address,
        "tlsCertFile": f"{own}.crt",
        "tlsPrivateKeyFile": f"{own}.key",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(certificates / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failCgroupV1": False,
        "failSwapOn": False,
        "oomScoreAdj": 0,
        # The machine's disk is not the cluster's to keep free.
        "evictionHard": {},
        "imageGCHighThresholdPercent": 100,
        "localStorageCapacityIsolation": False,
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "volumePluginDir": "/var/lib/kubelet/plugins-exec",
        # There is no DNS server: a look-up fails at once, and no pod is warned about it.
        "clusterDNS": ["127.0.0.1"],
        "resolvConf": "/etc/resolv.conf",
        # Pods made by hand in the tests should not wait for the usual intervals.
        "nodeStatusUpdateFrequency": "5s",
        "syncFrequency": "10s",
    }
    return json.dumps(configuration, indent=2) + "\n"
