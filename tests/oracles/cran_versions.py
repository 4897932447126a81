#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem CRAN` against compareVersion of R's utils, which install.packages goes by.
(The operators of R 4's package_version take 1.0 and 1.0.0 for equal; compareVersion does not, nor does OSV's own code.)

    cran_versions.py NARROWS
"""

import shutil
import sys

import version_oracle

PIECES = ["0", "1", "10", "01", ".", "-", ".0", "-3", "9", "a"]

R = r"""
lines <- strsplit(readLines(file("stdin")), "\t", fixed = TRUE)
left <- vapply(lines, function(l) if (length(l) > 0) l[1] else "", "")
right <- vapply(lines, function(l) if (length(l) > 1) l[2] else "", "")
valid <- .standard_regexps()$valid_package_version
good <- grepl(paste0("^", valid, "$"), left) & grepl(paste0("^", valid, "$"), right)
answers <- rep("!", length(lines))
order <- mapply(utils::compareVersion, left[good], right[good])
answers[good] <- c("<", "=", ">")[order + 2]
writeLines(answers)
"""


def generate(rng):
    pieces = ["0", "1", "2", "9", "10", "01", "12", "2023"]
    text = rng.choice(pieces)
    for _ in range(rng.randrange(1, 5)):
        text += rng.choice([".", ".", "-"]) + rng.choice(pieces)
    return text


def excuse(a, b, ours, theirs):
    if any(len(number) > 9 for v in (a, b) for number in v.replace("-", ".").split(".")):
        return "Writing R Extensions, \"The DESCRIPTION file\": integers without a limit; those of R end at 2^31"
    return None


if __name__ == "__main__":
    if not shutil.which("Rscript"):
        version_oracle.skip("R is not installed")
    version_oracle.compare(sys.argv[1], "CRAN", ["Rscript", "--vanilla", "-e", R], generate, PIECES,
                           version_oracle.each(excuse))
