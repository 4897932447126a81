#include "findings/benchmark/substitution.h"

#include <re2/re2.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/strings.h"

namespace narrows::findings::benchmark {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// `bin` is one word or more: the first is the process's name, the whole begins its command line,
// which a path may precede.
Result<bool> IsRunning(std::string bin, const audit::NodeFacts& node) {
  while (!bin.empty() && (bin.front() == '\'' || bin.front() == '"')) bin.erase(0, 1);
  while (!bin.empty() && (bin.back() == '\'' || bin.back() == '"')) bin.pop_back();
  const std::string_view trimmed = Trim(bin);
  if (trimmed.empty()) return false;
  const std::string name(Split(trimmed, ' ').front());
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 first_word("^(?:\\S*\\/)*" + bin, options);
  if (!first_word.ok())
    return InvalidArgument("'" + Printable(bin) + "' of config.yaml is no name of a program");
  ASSIGN_OR_RETURN(const std::vector<audit::Process>* processes, node.Processes());
  return std::any_of(processes->begin(), processes->end(), [&](const audit::Process& process) {
    return process.name == name && RE2::PartialMatch(process.CommandLine(), first_word);
  });
}

// The first of the candidates that runs, or the component's name. Nothing where none runs that
// must.
Result<std::optional<std::string>> FindProgram(const Component& component,
                                               const audit::NodeFacts& node) {
  for (const std::string& bin : component.bins) {
    ASSIGN_OR_RETURN(const bool running, IsRunning(bin, node));
    if (running) return std::optional(bin);
  }
  if (component.optional) return std::optional(component.name);
  return std::optional<std::string>();
}

Result<std::string> FindFile(const Component& component, const Candidates& candidates,
                             const audit::NodeFacts& node) {
  for (const std::string& file : candidates.files) {
    const auto status = node.Stat(file, true);
    if (status.has_value()) return file;
    if (status.error() != ENOENT && status.error() != ENOTDIR)
      return FromErrno(status.error(), "looking for " + Printable(file));
  }
  return candidates.otherwise.value_or(component.name);
}

void Replace(std::string& text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

Result<Substitutions> FindSubstitutions(const std::vector<Component>& components,
                                        const audit::NodeFacts& node) {
  Substitutions found;
  for (const Component& component : components) {
    if (!component.known) continue;
    if (!component.bins.empty()) {
      ASSIGN_OR_RETURN(const auto program, FindProgram(component, node));
      if (program) {
        found.programs.emplace_back("$" + component.name + "bin", *program);
      } else {
        found.missing.push_back(component.name);
      }
    }
    const std::pair<const char*, const Candidates*> kinds[] = {
        {"conf", &component.conf},
        {"svc", &component.svc},
        {"kubeconfig", &component.kubeconfig},
        {"cafile", &component.cafile},
        {"datadir", &component.datadir}};
    for (const auto& [suffix, candidates] : kinds) {
      ASSIGN_OR_RETURN(std::string file, FindFile(component, *candidates, node));
      found.files.emplace_back("$" + component.name + suffix, std::move(file));
    }
  }
  if (!found.missing.empty()) found.programs.clear();
  return found;
}

Result<bool> Runs(const std::vector<Component>& components, const audit::NodeFacts& node) {
  bool any = false;
  for (const Component& component : components) {
    if (!component.known || component.bins.empty()) continue;
    ASSIGN_OR_RETURN(const auto program, FindProgram(component, node));
    if (!program) return false;
    any = true;
  }
  return any;
}

Substituted Substitute(std::string_view text, const Substitutions& substitutions) {
  Substituted result;
  result.text = text;
  const auto apply = [&](const std::pair<std::string, std::string>& pair) {
    if (pair.second.empty() || result.text.find(pair.first) == std::string::npos) return false;
    const std::string_view value = Trim(pair.second);
    const bool words = std::any_of(value.begin(), value.end(), IsSpace);
    Replace(result.text, pair.first, words ? "'" + pair.second + "'" : pair.second);
    return true;
  };
  for (const auto& program : substitutions.programs) {
    if (apply(program)) result.programs.push_back(program.second);
  }
  for (const auto& file : substitutions.files) apply(file);
  return result;
}

}  // namespace narrows::findings::benchmark
