#include <cstdio>
#include <functional>

#include "base/strings.h"
#include "commands.h"

namespace narrows::app {
namespace {

std::vector<std::string> Words(const CompletionNode& node) {
  std::vector<std::string> words;
  for (const CompletionNode& child : node.children) words.push_back(child.name);
  words.insert(words.end(), node.options.begin(), node.options.end());
  return words;
}

// Calls `visit` with the command's path ("narrows scan image") and its node, parents first.
void Walk(const CompletionNode& node, const std::string& path,
          const std::function<void(const std::string&, const CompletionNode&)>& visit) {
  visit(path, node);
  for (const CompletionNode& child : node.children) Walk(child, path + " " + child.name, visit);
}

// Finds the longest command path on the line and offers its words, else file names.
constexpr const char* kBashBody = R"(_narrows() {
  local current="${COMP_WORDS[COMP_CWORD]}" path="narrows" word words
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    _narrows_words "$path $word" >/dev/null && path="$path $word"
  done
  words=$(_narrows_words "$path")
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _narrows narrows
)";

void PrintBash(const CompletionNode& root) {
  std::puts("_narrows_words() {\n  case \"$1\" in");
  Walk(root, "narrows", [](const std::string& path, const CompletionNode& node) {
    std::printf("    \"%s\") echo \"%s\" ;;\n", path.c_str(), Join(Words(node), " ").c_str());
  });
  std::printf("    *) return 1 ;;\n  esac\n}\n%s", kBashBody);
}

void PrintFish(const CompletionNode& root) {
  std::puts("complete -c narrows -f -n __fish_use_subcommand");
  Walk(root, "narrows", [](const std::string& path, const CompletionNode& node) {
    const auto parts = Split(path, ' ');
    std::string condition = parts.size() == 1 ? "__fish_use_subcommand" : "";
    for (size_t i = 1; i < parts.size(); ++i) {
      condition += (i > 1 ? "; and " : "") + std::string("__fish_seen_subcommand_from ") +
                   std::string(parts[i]);
    }
    for (const CompletionNode& child : node.children)
      std::printf("complete -c narrows -n '%s' -a %s\n", condition.c_str(), child.name.c_str());
    for (const std::string& option : node.options)
      std::printf("complete -c narrows -n '%s' -l %s\n", condition.c_str(),
                  option.substr(2).c_str());
  });
}

}  // namespace

int RunCompletion(const std::string& shell, const CompletionNode& root) {
  if (shell == "fish") {
    PrintFish(root);
    return kDone;
  }
  if (shell == "zsh") std::puts("#compdef narrows\nautoload -U +X bashcompinit && bashcompinit");
  PrintBash(root);
  return kDone;
}

}  // namespace narrows::app
