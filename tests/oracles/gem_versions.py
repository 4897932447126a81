#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem RubyGems` against Gem::Version of Ruby.

    gem_versions.py NARROWS
"""

import shutil
import sys

import version_oracle

PIECES = ["0", "1", "10", "01", ".", "-", "a", "pre", "rc", "B", "_", "beta"]

RUBY = r"""
require "rubygems"
STDIN.each_line do |line|
  left, right = line.chomp.split("\t", -1)
  # The pattern lets an empty version pass as 0; a package has none such.
  if [left, right].any? { |v| v.strip.empty? || !Gem::Version.correct?(v) }
    puts "!"
  else
    puts %w[= > <][Gem::Version.new(left) <=> Gem::Version.new(right)]
  end
end
"""


def generate(rng):
    pieces = ["0", "1", "2", "10", "a", "b1", "rc", "pre", "beta", "A", "0a", "00"]
    text = ".".join([rng.choice(["0", "1", "2", "01"])] + rng.choices(pieces, k=rng.randrange(4)))
    return text + rng.choice(["", "", "", "-1", "-a", "-rc.1", "-x86-mingw32"])


if __name__ == "__main__":
    if not shutil.which("ruby"):
        version_oracle.skip("Ruby is not installed")
    version_oracle.compare(sys.argv[1], "RubyGems", ["ruby", "-e", RUBY], generate, PIECES)
