#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Hex` against Version.compare of Elixir, which Mix resolves packages with.

    hex_versions.py NARROWS
"""

import shutil
import sys

import version_oracle

PIECES = ["0", "1", "10", "01", ".", "-", "+", "a", "rc", "-rc.1", "+b", "Z", ".0"]

ELIXIR = r"""
IO.stream(:stdio, :line)
|> Enum.each(fn line ->
  [left, right] = line |> String.trim_trailing("\n") |> String.split("\t")
  answer =
    with {:ok, a} <- Version.parse(left), {:ok, b} <- Version.parse(right) do
      %{lt: "<", eq: "=", gt: ">"}[Version.compare(a, b)]
    else
      :error -> "!"
    end
  IO.puts(answer)
end)
"""


def generate(rng):
    pick = rng.choice
    text = ".".join(pick(["0", "1", "2", "9", "10", "11"]) for _ in range(3))
    if rng.random() < 0.6:
        text += "-" + ".".join(pick(["0", "1", "10", "a", "alpha", "rc", "rc1", "x-y", "Z"]) for _ in range(rng.randrange(1, 4)))
    return text + pick(["", "", "", "+1", "+a.b", "+20230101"])


def excuse(a, b, ours, theirs):
    if any("." not in v.split("-")[0].split("+")[0].partition(".")[2] for v in (a, b)) and theirs != "!":
        return "Version: \"a version is MAJOR.MINOR.PATCH\"; shorter ones are requirements'"
    return None


if __name__ == "__main__":
    if not shutil.which("elixir"):
        version_oracle.skip("Elixir is not installed")
    version_oracle.compare(sys.argv[1], "Hex", ["elixir", "-e", ELIXIR], generate, PIECES, version_oracle.each(excuse))
