#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"

struct jq_state;

namespace narrows::findings::benchmark::audit {

// jq programs, compiled once. Only programs of operators and functions that always end and look at
// nothing but their input are taken.
class JqPrograms {
 public:
  JqPrograms() = default;
  ~JqPrograms();
  JqPrograms(const JqPrograms&) = delete;
  JqPrograms& operator=(const JqPrograms&) = delete;

  // kUnimplemented for a program that is not taken.
  Result<jq_state*> Compile(const std::string& program);

 private:
  std::map<std::string, jq_state*> programs_;
};

}  // namespace narrows::findings::benchmark::audit
