#pragma once

// Runs a validator of testdata/ over a document; for tests.

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "base/file.h"

namespace narrows::report::documents::testing {

// The exit code of `python SCRIPT ARGUMENTS FILE` with the document in FILE: 0 it fits, 1 it does
// not, 77 the validator is not installed; -1 when it could not be run.
inline int Validate(const std::string& python, const std::string& script_and_arguments,
                    const std::string& document) {
  const auto folder = ScopedTempDir::Create();
  if (!folder.has_value()) return -1;
  const auto path = folder->path() / "document.json";
  if (!WriteFileAtomically(path, document).has_value()) return -1;
  const std::string command = python + " src/report/documents/testdata/" + script_and_arguments +
                              " " + path.string() + " >&2";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The Python whose packages hold the large validators; `make oracles` sets it.
inline std::string OraclePython() {
  const char* python = std::getenv("NARROWS_ORACLE_PYTHON");
  return python ? python : "/usr/bin/python3";
}

}  // namespace narrows::report::documents::testing
