"""The network: one namespace a node, a bridge between the nodes, a link to the machine."""

import subprocess

from . import settings
from .errors import LabError


def run(*arguments):
    """Runs a command that must succeed."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _inside(pid):
    return ("nsenter", "--target", str(pid), "--net", "--")


def link_name(slot):
    return f"{settings.LINK_PREFIX}{slot}"


def free_slot(taken):
    """A number whose link and addresses are not in use on the machine."""
    addresses = run("ip", "-o", "addr", "show")
    links = run("ip", "-o", "link", "show")
    for slot in range(settings.MAX_LABS):
        if slot in taken or f" {settings.outside_address(slot)}/" in addresses:
            continue
        if f" {link_name(slot)}@" in links or f" {link_name(slot)}:" in links:
            continue
        return slot
    raise LabError(
        f"{settings.MAX_LABS} laboratories run already; stop one with `lab/lab stop --dir DIR`"
    )


def connect_machine(slot, pid):
    """Links the machine to the network namespace of `pid`. Run outside the laboratory.

    The first laboratory also gets the route to the constant node address, so that the references
    of its pods' images can be used outside as they are; unless the machine has a use of its own for
    that address. Returns whether this one has it. The kernel takes link and route away together
    with the namespace.
    """
    name = link_name(slot)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "outside", "netns", str(pid))
    run("ip", "addr", "add", f"{settings.outside_address(slot)}/30", "dev", name)
    run("ip", "link", "set", name, "up")
    run(*_inside(pid), "ip", "addr", "add", f"{settings.inside_address(slot)}/30", "dev", "outside")
    run(*_inside(pid), "ip", "link", "set", "outside", "up")
    known = run("ip", "-4", "route", "show", "match", settings.CONTROL_PLANE)
    if any(not line.startswith("default") for line in known.splitlines()):
        return False
    route = (
        "ip",
        "route",
        "add",
        f"{settings.CONTROL_PLANE}/32",
        "via",
        settings.inside_address(slot),
    )
    return subprocess.run(route, capture_output=True, check=False).returncode == 0


def disconnect_machine(slot):
    """Removes the link if it is still there (its namespace dies a little after its processes)."""
    subprocess.run(("ip", "link", "del", link_name(slot)), capture_output=True, check=False)


def prepare_first_node():
    """Run inside the laboratory, in the first node's namespace."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", settings.NODE_BRIDGE, "type", "bridge")
    _configure(settings.NODE_BRIDGE, 1, ())


def attach_node(number, pid):
    """Joins the namespace of `pid`, a further node's, to the nodes' bridge."""
    port = f"node{number}"
    run(
        "ip",
        "link",
        "add",
        port,
        "type",
        "veth",
        "peer",
        "name",
        settings.NODE_BRIDGE,
        "netns",
        str(pid),
    )
    run("ip", "link", "set", port, "master", settings.NODE_BRIDGE, "up")
    run(*_inside(pid), "ip", "link", "set", "lo", "up")
    _configure(settings.NODE_BRIDGE, number, _inside(pid))


def route_pods(number, other, pid):
    """On node `number`, where `pid` lives (None: the first): routes to the pods of node `other`."""
    prefix = _inside(pid) if pid else ()
    run(
        *prefix,
        "ip",
        "route",
        "add",
        settings.pod_network(other),
        "via",
        settings.node_address(other),
    )


def _configure(device, number, prefix):
    run(*prefix, "ip", "addr", "add", f"{settings.node_address(number)}/24", "dev", device)
    run(*prefix, "ip", "link", "set", device, "up")
    # Some components ask for a default route. Nothing may leave, though, and it should fail at
    # once: two more specific routes refuse everything except the Services, whose addresses are
    # translated.
    for target in ("default", settings.SERVICE_NETWORK):
        run(*prefix, "ip", "route", "add", target, "via", settings.UNREACHABLE_GATEWAY)
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        run(*prefix, "ip", "route", "add", "unreachable", half)
    run(*prefix, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
