#!/usr/bin/python3
"""Holds `narrows vercmp --ecosystem Packagist` against composer/semver (php-composer-semver).

    composer_versions.py NARROWS
"""

import os
import shutil
import sys

import version_oracle

PIECES = ["0", "1", "10", "2023", "01", ".", "-", "_", "a", "rc", "p", "dev", "-dev", "x", "beta", "v", "+1"]
LIBRARY = "/usr/share/php/Composer/Semver/autoload.php"

PHP = r"""
require $argv[1];
$parser = new Composer\Semver\VersionParser();
$normalize = function ($text) use ($parser) {
  try { $normal = $parser->normalize($text); } catch (UnexpectedValueException $e) { return null; }
  // Branches are not ordered; "as", "@dev" and "#" are of requirements.
  return strncmp($normal, "dev-", 4) === 0 || preg_match("/[@# ]/", $text) ? null : $normal;
};
while (($line = fgets(STDIN)) !== false) {
  [$left, $right] = array_map($normalize, explode("\t", rtrim($line, "\n")));
  if ($left === null || $right === null) { echo "!\n"; continue; }
  echo ["<", "=", ">"][version_compare($left, $right) + 1], "\n";
}
"""


def generate(rng):
    pick = rng.choice
    if rng.random() < 0.15:
        text = pick(["2023", "2024"]) + pick(["", ".", "-"]) + pick(["01", "12"]) + pick(["", "-02", "02", ".02", ".1", "-0203"])
    else:
        text = pick(["", "", "v"]) + ".".join(pick(["0", "1", "2", "10", "01"]) for _ in range(rng.randrange(1, 5)))
    if rng.random() < 0.5:
        text += pick(["", "-", ".", "_"]) + pick(["stable", "beta", "b", "RC", "rc", "alpha", "a", "patch", "pl", "p"])
        text += pick(["", "", "1", "2", ".10", "-1", "1.2"])
    return text + pick(["", "", "", "-dev", ".dev", ".x-dev", "+b1"])


def excuse(a, b, ours, theirs):
    if any("stable" in v.lower() and "stable" not in v for v in (a, b)):
        return 'Composer, "Stability Constraints": flags are stable, RC, beta, alpha, dev, read without regard to case'
    if any(len(digits) > 18 for v in (a, b) for digits in "".join(c if c.isdigit() else " " for c in v).split()):
        return "numbers have no upper limit in Composer's documentation; PHP's end at 2^63"
    return None


if __name__ == "__main__":
    if not shutil.which("php") or not os.path.exists(LIBRARY):
        version_oracle.skip("PHP or php-composer-semver is not installed")
    oracle = ["php", "-r", PHP, "--", LIBRARY]
    version_oracle.compare(sys.argv[1], "Packagist", oracle, generate, PIECES, version_oracle.each(excuse))
