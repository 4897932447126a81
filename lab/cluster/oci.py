"""OCI images of a few static files: the pause image and those of the laboratory's own tests."""

import hashlib
import io
import json
import os
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Image:
    """One layer, one configuration, one manifest."""

    def __init__(self, files, entrypoint):
        layer = tar(files)
        machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(
            os.uname().machine, os.uname().machine
        )
        config = _json(
            {
                "architecture": machine,
                "os": "linux",
                "config": {"Entrypoint": entrypoint, "User": "65535:65535"},
                "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
            }
        )
        self.manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers": [_descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
            }
        )
        self.blobs = {digest(config): config, digest(layer): layer}

    def archive(self, name):
        """An archive in OCI layout, as `ctr images import` takes it, of an image called `name`."""
        entry = {
            **_descriptor(MANIFEST, self.manifest),
            "annotations": {"io.containerd.image.name": name},
        }
        files = {
            "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
            "index.json": _json({"schemaVersion": 2, "manifests": [entry]}),
        }
        for name_of_blob, data in {**self.blobs, digest(self.manifest): self.manifest}.items():
            files["blobs/" + name_of_blob.replace(":", "/")] = data
        return tar(files)


def digest(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar(files):
    """A tar archive of executable files, the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _descriptor(media_type, data):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


def _json(value):
    return json.dumps(value).encode()
