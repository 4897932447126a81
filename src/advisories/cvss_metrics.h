#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narrows::advisories {

// A metric of a CVSS version: its name and the values it may have, separated by commas.
struct CvssMetric {
  std::string_view name;
  std::string_view values;
  bool mandatory = false;
};

// The metrics of one vector; views into it.
class CvssVector {
 public:
  // Reads "AV:N/AC:L/…" (without the "CVSS:3.1/" before it); kInvalidArgument naming the fault.
  static Result<CvssVector> Parse(std::string_view text, std::span<const CvssMetric> metrics);

  // The metric's value, or `otherwise` where it is not given.
  std::string_view Get(std::string_view name, std::string_view otherwise = "") const;

  // The first letter of the value of a mandatory metric.
  char operator[](std::string_view name) const { return Get(name).front(); }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> values_;
};

// The score of "AV:N/AC:L/AT:N/…".
Result<double> ScoreCvss4(std::string_view metrics);

}  // namespace narrows::advisories
