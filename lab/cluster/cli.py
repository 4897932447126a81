"""The command line of `lab/lab`."""

import argparse
import json
import sys

from . import build, client, keeper
from .errors import LabError

_ACTIONS = ("stop", "start", "restart", "kill")


def _parser():
    parser = argparse.ArgumentParser(
        prog="lab/lab", description="A real, throw-away Kubernetes cluster; see lab/README.md."
    )
    commands = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")

    def command(name, text, needs_dir=True):
        sub = commands.add_parser(name, help=text, description=text)
        if needs_dir:
            sub.add_argument("--dir", help="the laboratory's folder; not needed if only one runs")
        return sub

    command("build", "build the cluster's programs, or see that they are there", needs_dir=False)
    start = commands.add_parser("start", help="start a laboratory and wait until it is ready")
    start.add_argument(
        "--dir", help="an empty folder for all its files (default: a new one below /tmp)"
    )
    start.add_argument(
        "--control-plane-only",
        action="store_true",
        help="etcd, API server and registries only: a few seconds, no pods run",
    )
    start.add_argument("--nodes", type=int, choices=(1, 2), default=1)
    start.add_argument(
        "--foreground", action="store_true", help="stay; Ctrl-C stops the laboratory"
    )
    start.add_argument("--with-parent", type=int, metavar="PID", help="stop when process PID ends")
    start.add_argument(
        "--registry-data",
        metavar="DIR",
        help="folder with the registries' prepared storage, registry-plain/ and "
        "registry-tls/ (default: what lab/images built)",
    )
    command("stop", "stop a laboratory and remove all of it")
    part = command("part", "stop, start, restart or kill (SIGKILL) one part")
    part.add_argument("action", choices=_ACTIONS)
    part.add_argument(
        "name",
        help="etcd, apiserver, controller-manager, scheduler, kubelet, containerd, "
        "kube-proxy, registry-plain, registry-tls; kubelet@2 is the second node's",
    )
    command(
        "compact",
        "compact etcd to its current revision; after a restart of the API server, older "
        "watches get 410 Gone",
    )
    execute = command("exec", "run a command inside the laboratory's namespaces")
    execute.add_argument("--node", type=int, default=1)
    execute.add_argument("command", nargs="+", metavar="-- COMMAND")
    kubectl = command("kubectl", "run kubectl as the laboratory's administrator")
    kubectl.add_argument("command", nargs="*", metavar="-- ARGUMENTS")
    command(
        "sweep",
        "remove what laboratories left that were killed together with their keeper",
        needs_dir=False,
    )
    return parser


def main(arguments):
    if arguments[:1] == ["_keeper"]:
        keeper.keep(json.loads(arguments[1]))
        return 0
    options = _parser().parse_args(arguments)
    options.arguments = arguments
    try:
        return _run(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options):
    if options.verb == "build":
        print(build.ensure(client.say))
    elif options.verb == "start":
        return client.start(options)
    elif options.verb == "stop":
        return client.stop(options)
    elif options.verb == "part":
        client.control(options, options.action, options.name)
    elif options.verb == "compact":
        print(client.control(options, "compact")["revision"])
    elif options.verb == "exec":
        return client.execute(options)
    elif options.verb == "kubectl":
        return client.kubectl(options)
    elif options.verb == "sweep":
        return client.sweep(options)
    return 0
