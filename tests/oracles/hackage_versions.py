#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Hackage` against Data.Version of Haskell's base, as Hugs has it (GHC takes 0.8 GB).

    hackage_versions.py NARROWS
"""

import os
import shutil
import sys
import tempfile

import version_oracle

PIECES = ["0", "1", "10", "01", ".", ".0", "9", "a", "-"]

HASKELL = """
module Main where

import Data.Char (isDigit)
import Data.Version (Version (..), parseVersion)
import Text.ParserCombinators.ReadP (readP_to_S)

parsed :: String -> [Version]
parsed text = [v | all (\\c -> isDigit c || c == '.') text, (v, "") <- readP_to_S parseVersion text]

answer :: String -> String
answer line = case (parsed left, parsed right) of
    ([a], [b]) -> case compare (versionBranch a) (versionBranch b) of { LT -> "<"; EQ -> "="; GT -> ">" }
    _ -> "!"
  where (left, rest) = break (== '\\t') line
        right = drop 1 rest

main :: IO ()
main = interact (unlines . map answer . lines)
"""


def generate(rng):
    pieces = ["0", "1", "2", "9", "10", "01", "12", "2023"]
    return ".".join(rng.choice(pieces) for _ in range(rng.randrange(1, 6)))


def excuse(a, b, ours, theirs):
    if any(len(number) > 9 for v in (a, b) for number in v.split(".")):
        return "the Package Versioning Policy sets numbers no limit; Int of Hugs ends at 2^31"
    return None


if __name__ == "__main__":
    if not shutil.which("runhugs"):
        version_oracle.skip("Hugs is not installed")
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "Main.hs")
        with open(program, "w", encoding="utf-8") as file:
            file.write(HASKELL)
        version_oracle.compare(sys.argv[1], "Hackage", ["runhugs", "-98", program], generate, PIECES,
                               version_oracle.each(excuse))
