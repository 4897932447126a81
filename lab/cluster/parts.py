"""What each part of the cluster is: its command line, and how to see that it works."""

import json
import os
import ssl
import urllib.error
import urllib.request

from . import settings

CONTROL_PLANE_PARTS = ("etcd", "apiserver", "registry-plain", "registry-tls")
NODE_PARTS = ("containerd", "kubelet", "kube-proxy")


class Part:
    """One process. `healthy()` answers whether it serves; it may raise OSError while it doesn't."""

    def __init__(self, name, command, healthy, node=1):
        self.name = name
        self.command = [str(argument) for argument in command]
        self.healthy = healthy
        self.node = node


def fetch(url, ca=None, identity=None):
    """HTTP GET: status, whatever it is, and body. `identity` is the stem of .crt and .key."""
    context = None
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=ca)
        if ca is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if identity:
            context.load_cert_chain(f"{identity}.crt", f"{identity}.key")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


class Catalogue:
    """All parts a laboratory can have, by name; `kubelet@2` is the second node's."""

    def __init__(self, folder, tools, nodes):
        self._folder = folder
        self._bin = tools / "bin"
        self._certificates = folder / "certificates"
        parts = [
            self._etcd(),
            self._apiserver(),
            self._registry("plain"),
            self._registry("tls"),
            self._controller_manager(),
            self._scheduler(),
        ]
        for number in range(1, nodes + 1):
            parts += [self._containerd(number), self._kubelet(number), self._kube_proxy(number)]
        self.parts = {part.name: part for part in parts}

    def api(self, path):
        """GET from the API server as administrator."""
        status, body = fetch(
            f"https://127.0.0.1:{settings.API_PORT}{path}",
            self._certificate("ca.crt"),
            self._certificate("admin"),
        )
        return status, body

    def api_object(self, path):
        """The object at `path`, or None if it isn't there or can't be had now."""
        status, body = self.api(path)
        return json.loads(body) if status == 200 else None

    def _certificate(self, name):
        return str(self._certificates / name)

    def _etcd(self):
        own, ca = self._certificate("etcd"), self._certificate("etcd-ca.crt")
        url = f"https://127.0.0.1:{settings.ETCD_PORT}"
        peer = f"https://127.0.0.1:{settings.ETCD_PORT + 1}"
        command = [
            self._bin / "etcd",
            "--name=lab",
            f"--data-dir={self._folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--cert-file={own}.crt",
            f"--key-file={own}.key",
            f"--trusted-ca-file={ca}",
            "--client-cert-auth",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=lab={peer}",
            f"--peer-cert-file={own}.crt",
            f"--peer-key-file={own}.key",
            f"--peer-trusted-ca-file={ca}",
            "--peer-client-cert-auth",
        ]
        return Part("etcd", command, lambda: fetch(url + "/health", ca, own)[0] == 200)

    def _apiserver(self):
        c = self._certificate
        command = [
            self._bin / "kube-apiserver",
            f"--advertise-address={settings.CONTROL_PLANE}",
            f"--secure-port={settings.API_PORT}",
            f"--tls-cert-file={c('apiserver.crt')}",
            f"--tls-private-key-file={c('apiserver.key')}",
            f"--client-ca-file={c('ca.crt')}",
            f"--etcd-servers=https://127.0.0.1:{settings.ETCD_PORT}",
            f"--etcd-cafile={c('etcd-ca.crt')}",
            f"--etcd-certfile={c('etcd.crt')}",
            f"--etcd-keyfile={c('etcd.key')}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--service-cluster-ip-range={settings.SERVICE_NETWORK}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={c('service-account.pub')}",
            f"--service-account-signing-key-file={c('service-account.key')}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--kubelet-certificate-authority={c('ca.crt')}",
            f"--kubelet-client-certificate={c('apiserver-kubelet-client.crt')}",
            f"--kubelet-client-key={c('apiserver-kubelet-client.key')}",
            f"--requestheader-client-ca-file={c('front-proxy-ca.crt')}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={c('front-proxy.crt')}",
            f"--proxy-client-key-file={c('front-proxy.key')}",
            "--allow-privileged",
            "--profiling=false",
        ]
        return Part("apiserver", command, lambda: self.api("/readyz")[0] == 200)

    def _controller_manager(self):
        c = self._certificate
        kubeconfig = c("controller-manager.kubeconfig")
        command = [
            self._bin / "kube-controller-manager",
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}",
            f"--authorization-kubeconfig={kubeconfig}",
            "--use-service-account-credentials",
            f"--service-account-private-key-file={c('service-account.key')}",
            f"--root-ca-file={c('ca.crt')}",
            f"--client-ca-file={c('ca.crt')}",
            f"--cluster-signing-cert-file={c('ca.crt')}",
            f"--cluster-signing-key-file={c('ca.key')}",
            f"--service-cluster-ip-range={settings.SERVICE_NETWORK}",
            f"--cluster-cidr={settings.POD_NETWORK}",
            "--profiling=false",
            "--node-monitor-period=1s",  # also how soon a ready node takes pods
            f"--cert-dir={self._folder / 'controller-manager'}",
        ]
        return Part(
            "controller-manager",
            command,
            lambda: fetch("https://127.0.0.1:10257/healthz")[0] == 200,
        )

    def _scheduler(self):
        kubeconfig = self._certificate("scheduler.kubeconfig")
        command = [
            self._bin / "kube-scheduler",
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}",
            f"--authorization-kubeconfig={kubeconfig}",
            "--profiling=false",
            f"--cert-dir={self._folder / 'scheduler'}",
        ]
        return Part(
            "scheduler", command, lambda: fetch("https://127.0.0.1:10259/healthz")[0] == 200
        )

    def _registry(self, kind):
        name, port = f"registry-{kind}", (
            settings.PLAIN_PORT if kind == "plain" else settings.TLS_PORT
        )
        command = ["docker-registry", "serve", self._folder / f"{name}.yml"]
        ca = self._certificate("registry-ca.crt")
        if kind == "plain":
            return Part(name, command, lambda: fetch(f"http://127.0.0.1:{port}/v2/")[0] == 200)
        return Part(name, command, lambda: fetch(f"https://127.0.0.1:{port}/v2/", ca)[0] == 401)

    @staticmethod
    def _node_part(name, number):
        return name if number == 1 else f"{name}@{number}"

    def _node_file(self, number, name):
        return self._folder / "nodes" / str(number) / name

    def _containerd(self, number):
        # Asked through the runtime's own client, in the node's namespaces, by the supervisor.
        return Part(
            self._node_part("containerd", number),
            ["containerd", "--config", self._node_file(number, "containerd.toml")],
            None,
            number,
        )

    def _kubelet(self, number):
        command = [
            self._bin / "kubelet",
            f"--config={self._node_file(number, 'kubelet.yaml')}",
            f"--kubeconfig={self._certificate(f'kubelet-{number}.kubeconfig')}",
            f"--hostname-override={settings.node_name(number)}",
            f"--node-ip={settings.node_address(number)}",
        ]
        url = f"http://{settings.node_address(number)}:10248/healthz"
        return Part(
            self._node_part("kubelet", number), command, lambda: fetch(url)[0] == 200, number
        )

    def _kube_proxy(self, number):
        address = settings.node_address(number)
        command = [
            self._bin / "kube-proxy",
            "--proxy-mode=nftables",
            "--conntrack-max-per-core=0",
            f"--kubeconfig={self._certificate('kube-proxy.kubeconfig')}",
            f"--hostname-override={settings.node_name(number)}",
            f"--healthz-bind-address={address}:10256",
            f"--cluster-cidr={settings.POD_NETWORK}",
        ]
        url = f"http://{address}:10256/healthz"
        return Part(
            self._node_part("kube-proxy", number), command, lambda: fetch(url)[0] == 200, number
        )


def environment(tools, folder):
    """What every part gets: nothing of the caller's environment, least of all its proxies."""
    return {
        "PATH": f"{tools / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }
