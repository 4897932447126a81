"""An image that scanners choke on: millions of empty files in one small layer."""
import gzip
import hashlib
import io
import itertools
import json
import pathlib
import tarfile

FILES = 3_000_000
FOLDER = 1000  # files in one folder


def _headers():
    """The tar headers of the files, a folder's worth at a time."""
    template = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    template[0:100] = bytes(100)
    template[148:156] = b" " * 8
    base = sum(template)
    for folder in range(FILES // FOLDER):
        piece = bytearray()
        for number in range(FOLDER):
            name = b"srv/%05d/node_modules/%04d/package.json" % (folder, number)
            header = template.copy()
            header[0:len(name)] = name
            header[148:156] = b"%06o\0 " % (base + sum(name))
            piece += header
        yield bytes(piece)


def build(path: pathlib.Path):
    """Makes the `docker save` file once; about a minute. Returns its path."""
    if path.exists():
        return path
    print(f"making {path} (about a minute, once)", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    stored, diff = io.BytesIO(), hashlib.sha256()
    with gzip.GzipFile(fileobj=stored, mode="wb", compresslevel=6, mtime=0) as out:
        for piece in itertools.chain(_headers(), [bytes(1024)]):
            diff.update(piece)
            out.write(piece)
    config = json.dumps({"os": "linux", "architecture": "amd64", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": ["sha256:" + diff.hexdigest()]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["hostile:1"], "Layers": ["layer.tar"]}]).encode()
    unfinished = path.with_suffix(".unfinished")
    with tarfile.open(unfinished, "w") as archive:
        for member, content in ((name, config), ("layer.tar", stored.getvalue()), ("manifest.json", manifest)):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    unfinished.rename(path)
    return path
