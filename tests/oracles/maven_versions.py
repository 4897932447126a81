#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Maven` against ComparableVersion of Maven 3.9 (maven-artifact of Maven Central).

    maven_versions.py NARROWS
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request

import version_oracle

VERSION = "3.9.9"
URL = f"https://repo1.maven.org/maven2/org/apache/maven/maven-artifact/{VERSION}/maven-artifact-{VERSION}.jar"
SHA256 = "30f015d1c1a393e19c18cd4f43532089c36d4ca328608ce3dda78b74d3d31515"
PIECES = ["0", "1", "2", "10", "01", ".", "-", "a", "rc", "sp", "ga", "x", "-alpha", ".Final", "-SNAPSHOT", "_", "m"]

JAVA = r"""
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class MavenVersions {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    StringBuilder out = new StringBuilder();
    for (String line; (line = in.readLine()) != null;) {
      String[] pair = line.split("\t", -1);
      if (pair[0].isEmpty() || pair[1].isEmpty()) { out.append("!\n"); continue; }
      int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
      out.append(order < 0 ? "<\n" : order > 0 ? ">\n" : "=\n");
    }
    System.out.print(out);
  }
}
"""


def generate(rng):
    pick = rng.choice
    text = ".".join(pick(["0", "1", "2", "10"]) for _ in range(rng.randrange(1, 4)))
    for _ in range(pick([0, 0, 1, 1, 1, 2])):
        text += pick(["-", "-", ".", ""]) + pick(["alpha", "a", "beta", "b", "m", "milestone", "RC", "cr", "SNAPSHOT", "ga", "Final", "release",
                                                  "sp", "jre", "android", "xyz", "20230101", "1", "0"])
        text += pick(["", "", "1", "2", "10", "-1", "-0", ".1", "-SNAPSHOT"])
    return text


def oracle():
    if not shutil.which("java") or not shutil.which("javac"):
        version_oracle.skip("there is no Java compiler")
    folder = version_oracle.cache_folder(f"maven-artifact-{VERSION}")
    jar = f"{folder}/maven-artifact.jar"
    if not os.path.exists(jar):
        try:
            with urllib.request.urlopen(URL, timeout=60) as answer:
                content = answer.read()
        except OSError as error:
            version_oracle.skip(f"{URL} cannot be fetched: {error}")
        if hashlib.sha256(content).hexdigest() != SHA256:
            sys.exit(f"{URL} is not what it was")
        with open(jar + ".part", "wb") as file:
            file.write(content)
        os.rename(jar + ".part", jar)
    with open(f"{folder}/MavenVersions.java", "w", encoding="ascii") as file:
        file.write(JAVA)
    subprocess.run(["javac", "-cp", jar, "-d", folder, f"{folder}/MavenVersions.java"], check=True)
    return ["java", "-Xshare:auto", "-cp", f"{jar}:{folder}", "MavenVersions"]


CONTRADICTION = ('java.lang.Comparable: "The implementor must also ensure that the relation is transitive"; it puts a '
                 "third version, the beginning of one of them, between the two the other way round")


def middles(a, b):
    """What a version between two may be: the beginnings of both."""
    begins = {v[:end] for v in (a, b) for end in range(1, len(v))}
    return sorted(m for m in begins | {re.sub(r"[.-]+$", "", m) for m in begins} if m)


def contradictions(command):
    """Excuses where ComparableVersion itself says a < m < b, as we do, or a > m > b, but not a < b or a > b."""

    def excuses(differences):
        asked = [(i, pair) for i, (a, b, _, _) in enumerate(differences) for m in middles(a, b) for pair in ((a, m), (m, b))]
        orders = version_oracle.answers(command, [pair for _, pair in asked])
        found = [None] * len(differences)
        for (i, _), am, mb in zip(asked[::2], orders[::2], orders[1::2]):
            _, _, ours, theirs = differences[i]
            if "!" not in (ours, theirs) and ours != "=" and {am, mb} - {"="} == {ours}:
                found[i] = CONTRADICTION
        return found

    return excuses


if __name__ == "__main__":
    COMMAND = oracle()
    version_oracle.compare(sys.argv[1], "Maven", COMMAND, generate, PIECES, contradictions(COMMAND))
