#include "findings/benchmark/configuration.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"
#include "findings/benchmark/yaml_tree.h"

namespace narrows::findings::benchmark {
namespace {

// Keys are matched without regard to case, as kube-bench's reader of configurations does.
void LowerKeys(YamlTree& tree) {
  for (auto& [key, value] : tree.members) {
    key = ToLower(key);
    LowerKeys(value);
  }
}

void Merge(YamlTree& base, const YamlTree& over) {
  for (const YamlTree::Member& member : over.members) {
    const auto found = std::find_if(
        base.members.begin(), base.members.end(),
        [&](const YamlTree::Member& candidate) { return candidate.key == member.key; });
    if (found == base.members.end()) {
      base.members.push_back(member);
    } else if (found->value.kind == YamlTree::Kind::kMap &&
               member.value.kind == YamlTree::Kind::kMap) {
      Merge(found->value, member.value);
    } else {
      found->value = member.value;
    }
  }
}

// A list, or the words of a text.
Result<std::vector<std::string>> WordsOf(const YamlTree& parent, std::string_view key) {
  const YamlTree* member = parent.Find(key);
  if (member == nullptr || member->kind != YamlTree::Kind::kScalar) return TextsOf(parent, key);
  std::vector<std::string> words;
  for (const std::string_view word : Split(member->text, ' ')) {
    if (!Trim(word).empty()) words.emplace_back(Trim(word));
  }
  return words;
}

Result<Candidates> ReadCandidates(const YamlTree& tree, std::string_view list,
                                  std::string_view otherwise) {
  Candidates candidates;
  ASSIGN_OR_RETURN(candidates.files, WordsOf(tree, list));
  if (tree.Find(otherwise) != nullptr) {
    ASSIGN_OR_RETURN(candidates.otherwise, TextOf(tree, otherwise));
  }
  return candidates;
}

Result<Component> ReadComponent(const std::string& name, const YamlTree& target) {
  Component component;
  component.name = name;
  const YamlTree* tree = target.Find(ToLower(name));
  if (tree == nullptr || tree->kind != YamlTree::Kind::kMap) return component;
  component.known = true;
  ASSIGN_OR_RETURN(component.optional, BoolOf(*tree, "optional", false));
  ASSIGN_OR_RETURN(component.bins, WordsOf(*tree, "bins"));
  ASSIGN_OR_RETURN(component.conf, ReadCandidates(*tree, "confs", "defaultconf"));
  ASSIGN_OR_RETURN(component.svc, ReadCandidates(*tree, "svc", "defaultsvc"));
  ASSIGN_OR_RETURN(component.kubeconfig, ReadCandidates(*tree, "kubeconfig", "defaultkubeconfig"));
  ASSIGN_OR_RETURN(component.cafile, ReadCandidates(*tree, "cafile", "defaultcafile"));
  ASSIGN_OR_RETURN(component.datadir, ReadCandidates(*tree, "datadirs", "defaultdatadir"));
  return component;
}

Result<YamlTree> ReadMap(std::string_view yaml) {
  ASSIGN_OR_RETURN(YamlTree tree, ReadYamlTree(yaml));
  if (tree.kind == YamlTree::Kind::kNull) tree.kind = YamlTree::Kind::kMap;
  if (tree.kind != YamlTree::Kind::kMap) return WrongAt(tree, "a configuration must be a map");
  LowerKeys(tree);
  return tree;
}

// "1.28" → "1.27"; empty where there is nothing before.
std::string VersionBefore(std::string_view version) {
  const auto parts = Split(version, '.');
  if (parts.size() < 2) return {};
  const auto minor = ParseInt(parts[1]);
  if (!minor || *minor <= 1) return {};
  std::string before = std::string(parts[0]) + "." + std::to_string(*minor - 1);
  for (size_t i = 2; i < parts.size(); ++i) before += "." + std::string(parts[i]);
  return before;
}

}  // namespace

Result<Configuration> ParseConfiguration(std::string_view yaml, std::string_view of_set) {
  ASSIGN_OR_RETURN(YamlTree tree, ReadMap(yaml));
  ASSIGN_OR_RETURN_WITHIN(const YamlTree over, ReadMap(of_set), "the set's own config.yaml");
  Merge(tree, over);
  Configuration configuration;
  for (const auto& [name, value] : tree.members) {
    if (value.kind != YamlTree::Kind::kMap) continue;
    if (name == "version_mapping") {
      for (const auto& member : value.members) {
        ASSIGN_OR_RETURN(configuration.version_mapping[member.key], TextOf(value, member.key));
      }
    } else if (name == "target_mapping") {
      for (const auto& member : value.members) {
        ASSIGN_OR_RETURN(configuration.target_mapping[member.key], WordsOf(value, member.key));
      }
    } else {
      ASSIGN_OR_RETURN(const auto components, WordsOf(value, "components"));
      auto& target = configuration.targets[name];
      for (const std::string& component : components) {
        ASSIGN_OR_RETURN(Component read, ReadComponent(component, value));
        target.push_back(std::move(read));
      }
    }
  }
  return configuration;
}

Result<std::string> SetForVersion(const Configuration& configuration, std::string_view version) {
  std::string tried(version);
  while (!tried.empty()) {
    const auto found = configuration.version_mapping.find(ToLower(tried));
    if (found != configuration.version_mapping.end()) return found->second;
    tried = VersionBefore(tried);
  }
  return NotFound("no set of controls is mapped to version " + Printable(version) +
                  "; name one with --benchmark");
}

std::string SetForDistribution(std::string_view git_version) {
  static const RE2 kVersion(R"(v(\d+\.\d+)\.\d+[-+](\w+)(?:[.\-+]*)\w+)");
  std::string version;
  std::string name;
  if (!RE2::PartialMatch(git_version, kVersion, &version, &name)) return {};
  const int64_t minor = ParseInt(Split(version, '.')[1]).value_or(0);
  const bool since_25 = minor >= 25 && minor <= 27;
  if (name == "eks") return minor >= 15 && minor <= 28 ? "eks-1.5.0" : "eks-1.7.0";
  if (name == "aks") return "aks-1.7";
  if (name == "gke") {
    if (minor >= 15 && minor <= 19) return "gke-1.0";
    return minor >= 29 && minor <= 31 ? "gke-1.6.0" : "gke-1.2.0";
  }
  if (name == "aliyun") return "ack-1.0";
  if (name == "vmware") return "tkgi-1.2.53";
  if (name == "k3s") {
    if (minor == 23 || minor == 24) return "k3s-cis-" + version;
    return since_25 ? "k3s-cis-1.7" : "";
  }
  const std::string_view rancher = name == "rancher" ? "rke-cis-" : "rke2-cis-";
  if (name != "rancher" && name != "rke2r") return {};
  const std::string set_version = minor == 23 || minor == 24 ? version : "1.7";
  return std::string(rancher) + set_version;
}

}  // namespace narrows::findings::benchmark
