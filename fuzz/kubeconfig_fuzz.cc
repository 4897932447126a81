// Kubeconfig files, from the text to a resolved context. Nothing they name is read: the folder does
// not exist and absolute names of files are left out.
#include <cstddef>
#include <cstdint>

#include "kubernetes/kubeconfig.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using narrows::kubernetes::Kubeconfig;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto config = narrows::kubernetes::ParseKubeconfig(text, "/nonexistent/folder");
  if (!config.has_value()) return 0;
  for (auto& [name, cluster] : config->clusters) cluster.ca_file.clear();
  for (auto& [name, user] : config->users) {
    user.certificate_file.clear();
    user.key_file.clear();
  }
  Kubeconfig merged = *config;
  merged.Merge(*config);
  for (const auto& [name, context] : config->contexts) {
    (void)narrows::kubernetes::ResolveContext(merged, name, "fuzz");
  }
  return 0;
}
