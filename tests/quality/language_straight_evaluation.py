#!/usr/bin/python3
"""Holds our findings in packages of languages against a straight evaluation of the same OSV records.

    language_straight_evaluation.py MATCH_PACKAGES

The evaluation is the OSV schema's own pseudo code, with `packaging` comparing versions of PyPI, npm's `semver`
those of npm, Go and crates.io, Gem::Version and composer/semver those of RubyGems and Packagist. The packages are those the records speak of, under any spelling of
their names, in versions on both sides of every event, and such as the records list. Advisories:
$NARROWS_ADVISORIES or ../shared/advisories; without any the test counts as skipped.
"""

import functools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from packaging.version import InvalidVersion, Version

SKIPPED = 77
MOST_PACKAGES = 400  # an ecosystem
MOST_VERSIONS = 12  # a package

NODE = r"""
const SemVer = require(process.argv[1]).SemVer;
const parse = (text) => { try { return new SemVer(text); } catch { return null; } };
require("readline").createInterface({input: process.stdin}).on("line", (line) => {
  const [a, b] = line.split("\t").map(parse);
  console.log(a && b ? a.compare(b) : "!");
});
"""

RUBY = r"""
require "rubygems"
STDOUT.sync = true
STDIN.each_line do |line|
  pair = line.chomp.split("\t", -1)
  valid = pair.all? { |v| !v.strip.empty? && Gem::Version.correct?(v) }
  puts valid ? Gem::Version.new(pair[0]) <=> Gem::Version.new(pair[1]) : "!"
end
"""

PHP_LIBRARY = "/usr/share/php/Composer/Semver/autoload.php"
PHP = r"""
require $argv[1];
$parser = new Composer\Semver\VersionParser();
$normalize = function ($text) use ($parser) {
  try { $normal = $parser->normalize($text); } catch (UnexpectedValueException $e) { return null; }
  return strncmp($normal, "dev-", 4) === 0 ? null : $normal;
};
while (($line = fgets(STDIN)) !== false) {
  [$a, $b] = array_map($normalize, explode("\t", rtrim($line, "\n")));
  echo $a === null || $b === null ? "!" : version_compare($a, $b), "\n";
}
"""


class LineOrder:
    """Compares by one process that answers two versions a line by -1, 0, 1, or "!" where one is none."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @functools.lru_cache(maxsize=None)
    def __call__(self, a, b):
        self.process.stdin.write(f"{a}\t{b}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return None if answer == "!" else int(answer)


def semver_folder():
    npm = shutil.which("npm")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=True).stdout.strip() if npm else ""
    folders = (f"{root}/npm/node_modules/semver", "/usr/share/nodejs/semver")
    return next((f for f in folders if os.path.exists(f"{f}/package.json")), None)


def orders():
    """Ecosystem -> order; what is not installed is said and left out."""
    found = {"PyPI": python_order}
    node = semver_folder() if shutil.which("node") else None
    if node:
        semver = LineOrder(["node", "-e", NODE, node])
        found |= {"npm": semver, "Go": semver, "crates.io": semver}
    if shutil.which("ruby"):
        found["RubyGems"] = LineOrder(["ruby", "-e", RUBY])
    if shutil.which("php") and os.path.exists(PHP_LIBRARY):
        found["Packagist"] = LineOrder(["php", "-r", PHP, "--", PHP_LIBRARY])
    for ecosystem in ("npm", "Go", "crates.io", "RubyGems", "Packagist"):
        if ecosystem not in found:
            print(f"{ecosystem}: NOT COMPARED, what would compare its versions is not installed")
    return found


@functools.lru_cache(maxsize=None)
def parsed(version):
    try:
        return Version(version)
    except InvalidVersion:
        return None


def python_order(a, b):
    a, b = parsed(a), parsed(b)
    return None if a is None or b is None else (a > b) - (a < b)


def canonical(ecosystem, name):
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem == "Packagist" else name


def load(path, ecosystem, order):
    """Package -> [(record, entry)], of records whose versions are all valid, and those that are left out."""
    by_package, left_out = {}, 0
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            record = json.loads(archive.read(name))
            if "withdrawn" in record:
                continue
            for entry in record.get("affected", []):
                if entry.get("package", {}).get("ecosystem") != ecosystem:
                    continue
                by_package.setdefault(canonical(ecosystem, entry["package"]["name"]), []).append((record, entry))
    for package, entries in list(by_package.items()):
        versions = [v for _, entry in entries for v in versions_of(entry)]
        if any(order(v, v) is None for v in versions):
            del by_package[package]
            left_out += 1
    return by_package, left_out


def ranges_of(entry):
    return [span["events"] for span in entry.get("ranges", []) if span["type"] != "GIT"]


def versions_of(entry):
    found = list(entry.get("versions", []))
    for events in ranges_of(entry):
        found += [v for event in events for v in event.values() if v != "0"]
    return found


def hit(entry, version, order):
    """(affected, fixed version or "") of one entry."""
    affected, open_end, ends, nearest = False, False, [], []
    for events in ranges_of(entry):
        limits = [e["limit"] for e in events if "limit" in e]
        if limits and not any(limit == "*" or order(version, limit) < 0 for limit in limits):
            continue
        rank = functools.cmp_to_key(
            lambda a, b: -1 if a[1] == "0" and b[1] != "0" else 1 if b[1] == "0" and a[1] != "0" else 0 if a[1] == b[1] else order(a[1], b[1]))
        flat = sorted(((kind, v) for e in events for kind, v in e.items() if kind != "limit"), key=rank)
        inside, end = False, ""
        for kind, v in flat:
            reached = v == "0" or order(version, v) >= 0
            if kind == "introduced" and reached:
                inside = True
            elif kind == "fixed" and reached:
                inside = False
            elif kind == "last_affected" and order(version, v) > 0:
                inside = False
            elif kind == "fixed" and not end:
                end = v
        if end:
            nearest.append(end)
        if inside:
            affected, open_end = True, open_end or not end
            ends.append(end)
    key = functools.cmp_to_key(order)
    if affected:
        return True, "" if open_end else max(ends, key=key)
    if any(v == version or order(v, version) == 0 for v in entry.get("versions", [])):
        return True, min(nearest, key=key) if nearest else ""
    return False, ""


def later(a, b, order):
    return "" if "" in (a, b) else a if order(a, b) >= 0 else b


def kind_of(record):
    if record["id"].startswith("MAL-"):
        return "malware"
    notices = ((e.get("database_specific") or {}).get("informational") or (e.get("ecosystem_specific") or {}).get("informational")
               for e in record["affected"])
    return "notice" if any(notices) else "vulnerability"


def evaluate(entries, version, order):
    """{(id, fixed)} of one version of a package."""
    records = {}
    for record, entry in entries:
        affected, fix = hit(entry, version, order)
        if affected:
            old = records.get(record["id"])
            records[record["id"]] = (record, later(old[1], fix, order) if old else fix)
    groups = []  # [names, {kind: fix}]
    for record, fix in records.values():
        group = [{record["id"], *record.get("aliases", [])}, {kind_of(record): fix}]
        for other in [g for g in groups if g[0] & group[0]]:
            groups.remove(other)
            for kind, its_fix in other[1].items():
                group[1][kind] = later(group[1][kind], its_fix, order) if kind in group[1] else its_fix
            group[0] |= other[0]
        groups.append(group)
    found = set()
    for names, fixes in groups:
        cves = sorted(n for n in names if re.fullmatch(r"CVE-\d{4}-\d{4,}", n))
        found |= {(cves[0] if cves else min(names), fix) for fix in fixes.values()}
    return found


def neighbours(rng, ecosystem, entries, order):
    """Versions on both sides of the records' events, and some that they list."""
    chosen = {"0.0.1", "99999.0.0"}
    for version in {v for _, entry in entries for v in versions_of(entry)}:
        chosen.add(version)
        chosen.add(version + (".1" if ecosystem in ("PyPI", "RubyGems") else "-beta1" if ecosystem == "Packagist" else "-0" if "-" not in version else ".0"))
        chosen.add(re.sub(r"(\d+)(?!.*\d)", lambda m: str(max(0, int(m[1]) - 1)), version))
        chosen.add(re.sub(r"(\d+)(?!.*\d)", lambda m: str(int(m[1]) + 1), version))
    chosen = sorted(v for v in chosen if order(v, v) is not None)
    return rng.sample(chosen, min(MOST_VERSIONS, len(chosen)))


def spelt(rng, ecosystem, name):
    if ecosystem == "Packagist":
        return "".join(c.upper() if rng.random() < 0.3 else c for c in name)
    if ecosystem != "PyPI":
        return name
    return "".join(rng.choice("-_.") if c == "-" else c.upper() if rng.random() < 0.3 else c for c in name)


def compare(program, osv, ecosystem, order):
    rng = random.Random(20240229)
    by_package, left_out = load(f"{osv}/{ecosystem}/all.zip", ecosystem, order)
    packages = sorted(by_package)
    packages = sorted(rng.sample(packages, min(MOST_PACKAGES, len(packages))))
    rows, expected = [], set()
    for package in packages:
        name = spelt(rng, ecosystem, package)
        for version in neighbours(rng, ecosystem, by_package[package], order):
            written = "v" + version if ecosystem == "Go" and rng.random() < 0.5 else version
            rows.append((name, written))
            expected |= {(name, written, *found) for found in evaluate(by_package[package], version, order)}
    # The version stands where an architecture would, to come back with the finding.
    text = "".join(f"{name}\t{version}\t{version}\t\t\n" for name, version in rows)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(f"{osv}/{ecosystem}"), f"{folder}/{ecosystem}")
        run = subprocess.run([program, folder, "", "", ecosystem], input=text, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{program}: {run.stderr}")
    ours = [tuple(line.split("\t")) for line in run.stdout.splitlines()]
    differences = sorted(set(ours) ^ expected)
    for difference in differences[:30]:
        print(f"{ecosystem}: only {'ours' if difference in set(ours) else 'the straight evaluation'}: {difference}")
    print(f"{ecosystem}: {len(rows)} versions of {len(packages)} packages, {len(set(ours))} findings, {len(expected)} expected; "
          f"{left_out} packages have versions that are none and were left out")
    return bool(differences) or not expected


def main():
    for osv in (os.environ.get("NARROWS_ADVISORIES", "") + "/osv", "../shared/advisories/osv"):
        if os.path.exists(f"{osv}/PyPI/all.zip"):
            break
    else:
        print("SKIPPED, nothing was compared: there are no advisories of languages")
        sys.exit(SKIPPED)
    failed = [ecosystem for ecosystem, order in orders().items() if compare(sys.argv[1], osv, ecosystem, order)]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
