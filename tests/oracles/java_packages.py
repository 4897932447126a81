#!/usr/bin/env python3
"""Holds what we read of Java's archives against the coordinates that they were fetched by from Maven Central, and
against what Python's zipfile finds of pom.properties in them: alone, in a Spring Boot jar, and in a war within an ear.

    java_packages.py EXTRACT_PACKAGES

With NARROWS_ORACLES=whole the archives are fetched into the user's cache; otherwise they are used if they are
there, else the test is skipped (status 77).
"""

import io
import os
import shutil
import subprocess
import sys
import zipfile

WHOLE = os.environ.get("NARROWS_ORACLES") == "whole"
SKIPPED = 77
# With and without pom.properties, built by Maven, Gradle and Ant; the last one has others shaded into it.
ARTIFACTS = ["org.apache.logging.log4j:log4j-core:2.14.1", "org.apache.commons:commons-text:1.9",
             "com.google.guava:guava:31.1-jre", "com.fasterxml.jackson.core:jackson-databind:2.13.2",
             "org.springframework:spring-core:5.3.17", "org.springframework.boot:spring-boot:2.6.5",
             "org.springframework.security:spring-security-core:5.6.2", "org.yaml:snakeyaml:1.30",
             "org.apache.tomcat.embed:tomcat-embed-core:9.0.60", "org.apache.kafka:kafka-clients:3.1.0",
             "org.jetbrains.kotlin:kotlin-stdlib:1.6.10", "com.squareup.okhttp3:okhttp:4.9.3",
             "org.bouncycastle:bcprov-jdk15on:1.70", "io.netty:netty-codec-http:4.1.75.Final",
             "commons-collections:commons-collections:3.2.1", "log4j:log4j:1.2.17",
             "org.apache.velocity:velocity-engine-core:2.3"]
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = f"{CACHE}/narrows/oracles/java"


def ready():
    try:
        with open(f"{FOLDER}/ready", encoding="utf-8") as file:
            return file.read() == "\n".join(ARTIFACTS)
    except OSError:
        return False


def install():
    print(f"Fetching {len(ARTIFACTS)} archives into {FOLDER}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version><exclusions><exclusion>"
        "<groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>".format(*a.split(":"))
        for a in ARTIFACTS)
    with open(f"{FOLDER}/pom.xml", "w", encoding="utf-8") as file:
        file.write("<project><modelVersion>4.0.0</modelVersion><groupId>dev.narrows</groupId><artifactId>oracle"
                   f"</artifactId><version>1</version><dependencies>{dependencies}</dependencies></project>")
    subprocess.run(["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], cwd=FOLDER, check=True)
    with open(f"{FOLDER}/ready", "w", encoding="utf-8") as file:
        file.write("\n".join(ARTIFACTS))


def pack(path, entries, method):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, file in entries:
            archive.write(file, name)


def labels(content):
    """What each pom.properties of an archive says, those of archives within it included."""
    found = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith("/pom.properties") and name.startswith("META-INF/maven/"):
                pairs = dict(line.split("=", 1) for line in archive.read(name).decode().split("\n")
                             if "=" in line and not line.startswith("#"))
                group, artifact, version = (pairs[key].strip() for key in ("groupId", "artifactId", "version"))
                found.add((f"{group}:{artifact}", version))
            elif name.endswith((".jar", ".war")):
                found |= labels(archive.read(name))
    return found


def by_us(file):
    output = subprocess.run([sys.argv[1], "installed", file], capture_output=True, text=True, check=True).stdout
    return {tuple(line.split("\t")[1:]) for line in output.splitlines()}


def main():
    if not ready():
        if not WHOLE:
            print("SKIPPED: the archives are not there; `make oracles` fetches them")
            return SKIPPED
        if shutil.which("mvn") is None:
            print("SKIPPED: there is no Maven here")
            return SKIPPED
        install()
    jars = {}
    for artifact in ARTIFACTS:
        group, name, version = artifact.split(":")
        jars[f"{FOLDER}/jars/{name}-{version}.jar"] = (f"{group}:{name}", version)
    names = [(os.path.basename(jar), jar) for jar in jars]
    pack(f"{FOLDER}/boot.jar", [(f"BOOT-INF/lib/{name}", jar) for name, jar in names], zipfile.ZIP_STORED)
    pack(f"{FOLDER}/web.war", [(f"WEB-INF/lib/{name}", jar) for name, jar in names], zipfile.ZIP_DEFLATED)
    pack(f"{FOLDER}/all.ear", [("web.war", f"{FOLDER}/web.war")], zipfile.ZIP_DEFLATED)
    failures = 0
    for file in [*jars, *(f"{FOLDER}/{name}" for name in ("boot.jar", "web.war", "all.ear"))]:
        with open(file, "rb") as content:
            wanted = labels(content.read())
        wanted |= {jars[file]} if file in jars else set(jars.values())
        ours = by_us(file)
        print(f"{os.path.basename(file)}: {len(ours)} artifacts, only in ours {sorted(ours - wanted)}, "
              f"only in the labels {sorted(wanted - ours)}")
        failures += ours != wanted
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
