"""Writes OCI images: layers as tar files, and layouts whose blobs are shared by hard links.

Follows the OCI image specification 1.0.2 (layer.md for whiteouts, image-layout.md). The same input
gives the same bytes, so that a rebuilt image keeps its digest.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile

from cluster import oci as cluster_oci

CREATED = "2023-11-14T22:13:20Z"
EPOCH = 1700000000
MANIFEST = cluster_oci.MANIFEST
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
OPAQUE = ".wh..wh..opq"
ARCHITECTURE = "amd64"


class LayerWriter:
    """A layer made entry by entry; missing parent folders are added as root's, mode 0755."""

    def __init__(self, path):
        self.path = path
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)
        self._known = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tar.close()

    def _add(self, name, kind, mode, content=None, target="", owner=0):
        self._parents(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.mtime, entry.linkname = kind, mode, EPOCH, target
        entry.uid = entry.gid = owner
        entry.size = len(content) if content is not None else 0
        self._tar.addfile(entry, io.BytesIO(content) if content is not None else None)

    def _parents(self, name):
        parent = os.path.dirname(name)
        if parent and parent not in self._known:
            self.folder(parent)

    def folder(self, name, mode=0o755, owner=0):
        if name not in self._known:
            self._known.add(name)
            self._add(name, tarfile.DIRTYPE, mode, owner=owner)

    def file(self, name, content, mode=0o644):
        self._add(
            name, tarfile.REGTYPE, mode, content.encode() if isinstance(content, str) else content
        )

    def symlink(self, name, target):
        self._add(name, tarfile.SYMTYPE, 0o777, target=target)

    def hard_link(self, name, target):
        self._add(name, tarfile.LNKTYPE, 0o644, target=target)

    def whiteout(self, name):
        self.file(os.path.join(os.path.dirname(name), ".wh." + os.path.basename(name)), b"", 0)

    def opaque(self, folder):
        self.file(os.path.join(folder, OPAQUE), b"", 0)

    def entry(self, entry, content):
        """An entry as another archive has it."""
        self._tar.addfile(entry, content)


class BlobStore:
    """Content-addressed files below one folder, from which layouts are made by hard links."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def path(self, digest):
        return os.path.join(self.folder, digest.split(":")[1])

    def add(self, data, media_type):
        digest = cluster_oci.digest(data)
        with open(self.path(digest), "wb") as out:
            out.write(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def add_json(self, value, media_type):
        return self.add(
            json.dumps(value, sort_keys=True, separators=(",", ":")).encode(), media_type
        )

    def add_layer(self, tar_path, compression="gzip"):
        """→ (descriptor, diffID)."""
        diff_id = hashlib.sha256()
        with open(tar_path, "rb") as tar:
            while block := tar.read(1 << 20):
                diff_id.update(block)
        packed = os.path.join(self.folder, "layer.tmp")
        if compression == "zstd":
            subprocess.run(["zstd", "-q", "-f", "-10", tar_path, "-o", packed], check=True)
        else:
            with open(tar_path, "rb") as tar, open(packed, "wb") as raw, gzip.GzipFile(
                "", "wb", 6, raw, mtime=0
            ) as out:
                shutil.copyfileobj(tar, out, 1 << 20)
        content = hashlib.sha256()
        with open(packed, "rb") as blob:
            while block := blob.read(1 << 20):
                content.update(block)
        digest, size = "sha256:" + content.hexdigest(), os.path.getsize(packed)
        os.replace(packed, self.path(digest))
        return (
            {"mediaType": f"{LAYER}+{compression}", "digest": digest, "size": size},
            "sha256:" + diff_id.hexdigest(),
        )

    def add_image(self, layers, command, architecture=ARCHITECTURE, labels=None, entrypoint=None):
        """layers: [(descriptor, diffID)], lowest first. → the manifest's descriptor."""
        start = {"Cmd": command} | ({"Entrypoint": entrypoint} if entrypoint else {})
        config = {
            "architecture": architecture,
            "os": "linux",
            "created": CREATED,
            "config": start
            | {
                "User": "65532:65532",
                "Labels": labels or {},
                "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            },
            "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
            "history": [{"created": CREATED, "created_by": "narrows"} for _ in layers],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_json(config, CONFIG),
            "layers": [descriptor for descriptor, _ in layers],
        }
        return self.add_json(manifest, MANIFEST)

    def add_index(self, manifests):
        """manifests: [(descriptor, architecture)] → the index's descriptor."""
        listed = [
            dict(descriptor, platform={"os": "linux", "architecture": architecture})
            for descriptor, architecture in manifests
        ]
        return self.add_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}, INDEX)

    def _reachable(self, descriptor):
        yield descriptor["digest"]
        if descriptor["mediaType"] in (INDEX, MANIFEST):
            with open(self.path(descriptor["digest"]), "rb") as blob:
                value = json.load(blob)
            for child in value.get("manifests", []) + value.get("layers", []):
                yield from self._reachable(child)
            if "config" in value:
                yield value["config"]["digest"]

    def write_layout(self, descriptor, folder, tag):
        """An OCI image layout with this one image or index, tagged."""
        blobs = os.path.join(folder, "blobs", "sha256")
        os.makedirs(blobs)
        for digest in set(self._reachable(descriptor)):
            os.link(self.path(digest), os.path.join(blobs, digest.split(":")[1]))
        with open(os.path.join(folder, "oci-layout"), "w", encoding="ascii") as out:
            json.dump({"imageLayoutVersion": "1.0.0"}, out)
        entry = dict(descriptor, annotations={"org.opencontainers.image.ref.name": tag})
        with open(os.path.join(folder, "index.json"), "w", encoding="ascii") as out:
            json.dump({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}, out)
