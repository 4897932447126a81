"""Images that scanners choke on, made once: most of them small, and huge when they are unpacked."""
import gzip
import hashlib
import io
import json
import pathlib
import struct
import tarfile
import zlib

MIB = 1 << 20


class Layer:
    """A gzip layer in the making, in members, so that what repeats is packed once."""

    def __init__(self):
        self.stored, self.diff = io.BytesIO(), hashlib.sha256()
        self._packed = {}

    def add(self, piece, again=1):
        """`piece`, `again` times over."""
        key = (len(piece), zlib.crc32(piece))
        if key not in self._packed:
            self._packed = {key: gzip.compress(piece, 6, mtime=0)}
        for _ in range(again):
            self.diff.update(piece)
            self.stored.write(self._packed[key])

    def file(self, name, size, begin=b""):
        """A file of zeros behind its beginning."""
        info = tarfile.TarInfo(name)
        info.size = size
        self.add(info.tobuf(tarfile.GNU_FORMAT) + begin.ljust(512, b"\0"))
        zeros = size - 512 + -size % 512
        self.add(bytes(16 * MIB), zeros // (16 * MIB))
        self.add(bytes(zeros % (16 * MIB)))

    def end(self):
        self.add(bytes(1024))
        return self.stored.getvalue(), "sha256:" + self.diff.hexdigest()


def _numbered(pattern, count, each=1000):
    """The tar headers of `count` empty files named by the pattern's two numbers, `each` to a piece."""
    template = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    template[0:100] = bytes(100)
    template[148:156] = b" " * 8
    base = sum(template)
    for folder in range(count // each):
        piece = bytearray()
        for number in range(each):
            name = pattern % (folder, number)
            header = template.copy()
            header[0:len(name)] = name
            header[148:156] = b"%06o\0 " % (base + sum(name))
            piece += header
        yield bytes(piece)


def _empty_files(pattern, count):
    layer = Layer()
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for piece in _numbered(pattern, count):
        layer.diff.update(piece)
        layer.stored.write(packer.compress(piece))
    layer.stored.write(packer.flush())
    return [layer.end()]


def package_files():
    return _empty_files(b"srv/%05d/node_modules/%04d/package.json", 3_000_000)


def entries():
    return _empty_files(b"srv/%05d/%04d", 10_000_000)


def executable():
    layer = Layer()
    layer.file("usr/bin/huge", 2048 * MIB, b"\x7fELF\2\1\1")
    return [layer.end()]


def bomb():
    layer = Layer()
    layer.file("srv/package-lock.json", 10 * 1024 * MIB, b"{")
    layer.file("srv/app.jar", 1000 * MIB, b"PK\3\4")
    return [layer.end()]


def layers():
    """74 of them, of 110 MiB each: files that are claimed, and others."""
    made = []
    for number in range(74):
        layer = Layer()
        layer.file(f"usr/lib/{number}.so", 30 * MIB, b"\x7fELF\2\1\1")
        layer.file(f"srv/{number}.jar", 30 * MIB, b"PK\3\4")
        layer.file(f"srv/{number}.bin", 50 * MIB, b"\1")
        made.append(layer.end())
    return made


def jars():
    """One jar with 100,000 in it, each with a name and version of its own."""
    inner = []
    for number in range(100_000):
        manifest = b"groupId=org.example\nartifactId=a%d\nversion=1.%d\n" % (number, number)
        name = b"META-INF/maven/org.example/a%d/pom.properties" % number
        inner.append((b"lib/a%d.jar" % number, _zip([(name, manifest)])))
    content = _zip(inner)
    layer = Layer()
    info = tarfile.TarInfo("srv/app.jar")
    info.size = len(content)
    layer.add(info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512))
    return [layer.end()]


def _zip(files):
    """A zip archive of files as they are: zipfile is too slow for so many."""
    local, central = bytearray(), bytearray()
    for name, content in files:
        sizes = struct.pack("<IIIHH", zlib.crc32(content), len(content), len(content), len(name), 0)
        central += struct.pack("<IHHHHHH", 0x02014b50, 20, 20, 0, 0, 0, 33) + sizes
        central += struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name
        local += struct.pack("<IHHHHH", 0x04034b50, 20, 0, 0, 0, 33) + sizes + name + content
    count = min(len(files), 0xffff)
    end = b""
    if count != len(files):
        at = len(local) + len(central)
        end = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, len(files), len(files), len(central), len(local))
        end += struct.pack("<IIQI", 0x07064b50, 0, at, 1)
    return bytes(local + central) + end + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, count, count, len(central), len(local), 0)


IMAGES = {
    "3,000,000 empty package.json": package_files,
    "10,000,000 empty files": entries,
    "an executable of 2 GiB": executable,
    "11 GiB of zeros in 11 MB": bomb,
    "8 GB in 74 layers": layers,
    "100,000 jars in a jar": jars,
}


def build(title, folder):
    """Makes the image's `docker save` file unless it is there. Returns its path."""
    made = IMAGES[title]
    path = pathlib.Path(folder) / f"hostile-{made.__name__.replace('_', '-')}.docker.tar"
    if path.exists():
        return path
    print(f"making {path} (once)", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = made()
    config = json.dumps({"os": "linux", "architecture": "amd64", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in stored]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    names = [f"{number}/layer.tar" for number in range(len(stored))]
    manifest = json.dumps([{"Config": name, "RepoTags": ["hostile:1"], "Layers": names}]).encode()
    unfinished = path.with_suffix(".unfinished")
    with tarfile.open(unfinished, "w") as archive:
        members = [(name, config), *zip(names, (content for content, _ in stored)), ("manifest.json", manifest)]
        for member, content in members:
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    unfinished.rename(path)
    return path
