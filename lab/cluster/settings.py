"""Names, addresses and folders that the whole laboratory agrees on.

Everything below 10.86.0.0/16, 10.96.0.0/16 and 10.244.0.0/16 exists inside a laboratory's own
network namespace and is the same in each; only the link to the outside differs.
"""

import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parent.parent  # the folder lab/
ENTRY = SOURCE / "lab"

KUBERNETES_VERSION = "1.34.4"

# Inside: constant, so that an image reference means the same in every laboratory.
NODE_NETWORK = "10.86.0.0/24"
CONTROL_PLANE = "10.86.0.1"
UNREACHABLE_GATEWAY = "10.86.0.254"  # nobody has this address
NODE_BRIDGE = "lab0"
SERVICE_NETWORK = "10.96.0.0/16"
SERVICE_API = "10.96.0.1"
POD_NETWORK = "10.244.0.0/16"
API_PORT = 6443
ETCD_PORT = 2379
PLAIN_PORT = 5000
TLS_PORT = 5443

# Outside: a /30 for each laboratory out of the range kept for test networks (RFC 2544).
LINK_PREFIX = "nlab"
MAX_LABS = 64

REGISTRY_USER = "lab"
REGISTRY_PASSWORD = "throw-away"
# bcrypt of REGISTRY_PASSWORD, the only form the registry reads.
REGISTRY_HTPASSWD = "$2y$05$YOYgoIsUT2CYJKlw7/bhpuskjwDEBwttIPl5UT/zzQcF4bES7sTbu"

PAUSE_IMAGE = "narrows.dev/lab/pause:1"

RECORDS = pathlib.Path("/run/narrows-lab")
CGROUP_PREFIX = "narrows-lab-"


def node_name(number):
    return f"narrows-{number}"


def node_address(number):
    return f"10.86.0.{number}"


def pod_network(number):
    return f"10.244.{number - 1}.0/24"


def outside_address(slot):
    """The machine's end of the link to laboratory `slot`."""
    return f"198.18.{slot}.1"


def inside_address(slot):
    """The laboratory's end of that link: there the machine reaches API server and registries."""
    return f"198.18.{slot}.2"


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "narrows" / "lab"


def prepared_registry(name):
    """Storage of a registry as `lab/images` fills it; laboratories serve it without changing it."""
    return cache_folder() / "images" / name
