#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assessment/policy.h"

namespace narrows::assessment {

// Names a Secret.
struct SecretReference {
  std::string name_space;
  std::string name;

  bool empty() const { return name.empty(); }
  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

struct RegistryEndpoint {
  std::string name;
  std::string endpoint;  // with a scheme
  std::string provider;
  SecretReference credential;
  bool skip_tls_verify = false;
};

// A Setting object as a value.
struct Setting {
  ObjectMeta meta;

  bool has_data_source = false;
  bool disabled = false;  // of the data source
  RegistryEndpoint data_source;
  std::string scan_schedule;
  std::vector<RegistryEndpoint> known_registries;

  std::vector<Notice> notices;
};

}  // namespace narrows::assessment
