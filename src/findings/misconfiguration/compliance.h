#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <vector>

#include "findings/misconfiguration/inspection.h"

namespace narrows::findings::misconfiguration {

struct CheckScore {
  const Check* check;
  size_t concerned = 0;  // objects that the check looks at
  size_t failed = 0;     // of them
  // Of the objects concerned, those that pass, in percent; 100 when none is concerned.
  double Percent() const;
};

// One a check of the framework (of every check without one), in their order.
std::vector<CheckScore> Score(const std::vector<const boost::json::object*>& objects,
                              const std::vector<Misconfiguration>& found,
                              std::optional<Framework> framework);

// The mean of the checks that concern anything, in percent; 100 when none does.
double Compliance(const std::vector<CheckScore>& scores);

}  // namespace narrows::findings::misconfiguration
