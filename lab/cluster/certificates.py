"""Keys, certificates and kubeconfig files; every laboratory has its own authorities."""

import base64
import os
import subprocess

from . import settings
from .errors import LabError


def _openssl(*arguments):
    done = subprocess.run(("openssl", *arguments), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"openssl {arguments[0]}: {done.stderr.strip()}")


class Authority:
    """A certificate authority whose files lie in one folder."""

    def __init__(self, folder, name):
        self.folder = folder
        self.certificate = folder / f"{name}.crt"
        self.key = folder / f"{name}.key"
        self._request(
            self.certificate,
            self.key,
            f"/CN=narrows-lab-{name}",
            ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"],
        )

    def issue(self, name, subject, addresses=()):
        """Issues `<folder>/<name>.crt` and `.key`, for a server if there are addresses."""
        usage = "clientAuth,serverAuth" if addresses else "clientAuth"
        extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={usage}"]
        if addresses:
            extensions.append(
                "subjectAltName="
                + ",".join(
                    ("IP:" if a.replace(".", "").isdigit() else "DNS:") + a for a in addresses
                )
            )
        self._request(
            self.folder / f"{name}.crt",
            self.folder / f"{name}.key",
            subject,
            extensions,
            ["-CA", str(self.certificate), "-CAkey", str(self.key)],
        )

    @staticmethod
    def _request(certificate, key, subject, extensions, signer=()):
        arguments = [
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-noenc",
            "-days",
            "365",
            "-sha256",
            "-subj",
            subject,
            "-config",
            os.devnull,
            "-keyout",
            str(key),
            "-out",
            str(certificate),
            *signer,
        ]
        for extension in extensions:
            arguments += ["-addext", extension]
        _openssl(*arguments)


def create(folder, slot, nodes):
    """Makes all certificates of a laboratory in `folder`, and the kubeconfig files of its parts."""
    folder.mkdir(mode=0o700)
    cluster = Authority(folder, "ca")
    outside = settings.inside_address(slot)
    api_names = (
        settings.CONTROL_PLANE,
        outside,
        settings.SERVICE_API,
        "127.0.0.1",
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
    )
    cluster.issue("apiserver", "/CN=kube-apiserver", api_names)
    cluster.issue("apiserver-kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client")
    cluster.issue("admin", "/O=system:masters/CN=lab-admin")
    cluster.issue("controller-manager", "/CN=system:kube-controller-manager")
    cluster.issue("scheduler", "/CN=system:kube-scheduler")
    cluster.issue("kube-proxy", "/CN=system:kube-proxy")
    for number in range(1, nodes + 1):
        cluster.issue(
            f"kubelet-{number}",
            f"/O=system:nodes/CN=system:node:{settings.node_name(number)}",
            (settings.node_address(number), settings.node_name(number)),
        )
    # etcd trusts an authority of its own: whoever it accepts may read and write everything.
    Authority(folder, "etcd-ca").issue("etcd", "/CN=etcd", ("127.0.0.1", "localhost"))
    Authority(folder, "front-proxy-ca").issue("front-proxy", "/CN=front-proxy-client")
    Authority(folder, "registry-ca").issue(
        "registry", "/CN=registry", (settings.CONTROL_PLANE, outside, "127.0.0.1", "localhost")
    )
    _openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-out",
        str(folder / "service-account.key"),
    )
    _openssl(
        "pkey",
        "-in",
        str(folder / "service-account.key"),
        "-pubout",
        "-out",
        str(folder / "service-account.pub"),
    )
    inside = f"https://{settings.CONTROL_PLANE}:{settings.API_PORT}"
    users = ["controller-manager", "scheduler", "kube-proxy"]
    for user in users + [f"kubelet-{number}" for number in range(1, nodes + 1)]:
        write_kubeconfig(folder / f"{user}.kubeconfig", folder, user, inside)


def write_kubeconfig(path, certificates, user, server):
    """A kubeconfig that needs no other file."""

    def data(name):
        return base64.b64encode((certificates / name).read_bytes()).decode()

    text = f"""\
apiVersion: v1
kind: Config
current-context: lab
contexts:
- name: lab
  context:
    cluster: lab
    user: {user}
clusters:
- name: lab
  cluster:
    server: {server}
    certificate-authority-data: {data("ca.crt")}
users:
- name: {user}
  user:
    client-certificate-data: {data(f"{user}.crt")}
    client-key-data: {data(f"{user}.key")}
"""
    with open(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
