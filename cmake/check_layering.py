#!/usr/bin/python3
"""check_layering.py SRC FOLDER LIBRARY... [--tests LIBRARY...]: every #include "..." in FOLDER must name FOLDER itself
or a listed library; those after --tests are for *_test.cc and test_*.h only.

A library's name is its folder's path below SRC with '/' written as '_'. Exits 1 and names each offending line.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def main() -> int:
    src, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    own = "_".join(folder.relative_to(src).parts)
    names = sys.argv[3:]
    split = names.index("--tests") if "--tests" in names else len(names)
    library_may = {own, *names[:split]}
    test_may = library_may | set(names[split + 1:])
    bad = 0
    for file in sorted([*folder.glob("*.h"), *folder.glob("*.cc")]):
        is_test = file.name.endswith("_test.cc") or (file.name.startswith("test_") and file.suffix == ".h")
        allowed = test_may if is_test else library_may
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            library = "_".join(pathlib.PurePosixPath(match[1]).parts[:-1])
            if library not in allowed:
                print(f"{file.relative_to(src)}:{number}: includes {match[1]}, but {own} does not declare "
                      f"DEPENDS {library or '(an include without a folder)'}")
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
