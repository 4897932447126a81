#include <algorithm>

#include "base/strings.h"
#include "findings/benchmark/audit/shell.h"

namespace narrows::findings::benchmark::audit {
namespace {

constexpr std::string_view kBlanks = " \t\n";

bool IsIn(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// The part of `value` that is left when what matches is taken from its end or its beginning.
std::string Trimmed(const std::string& value, const Pattern& pattern, std::string_view op) {
  const bool suffix = op[0] == '%';
  const bool longest = op.size() == 2;
  for (size_t i = 0; i <= value.size(); ++i) {
    const size_t length = longest ? value.size() - i : i;
    const std::string_view view = value;
    const size_t rest = view.size() - length;
    if (suffix && pattern.Matches(view.substr(rest))) return value.substr(0, rest);
    if (!suffix && pattern.Matches(view.substr(0, length))) return value.substr(length);
  }
  return value;
}

}  // namespace

std::vector<std::string> SplitFields(std::string_view text, std::string_view separators,
                                     size_t most) {
  const auto blank = [&](char c) { return IsIn(c, kBlanks) && IsIn(c, separators); };
  std::vector<std::string> fields;
  size_t at = 0;
  while (at < text.size() && blank(text[at])) ++at;
  while (at < text.size()) {
    if (fields.size() + 1 == most) {
      std::string_view rest = text.substr(at);
      while (!rest.empty() && blank(rest.back())) rest.remove_suffix(1);
      fields.emplace_back(rest);
      break;
    }
    size_t end = at;
    while (end < text.size() && !IsIn(text[end], separators)) ++end;
    fields.emplace_back(text.substr(at, end - at));
    at = end;
    while (at < text.size() && blank(text[at])) ++at;
    if (at < text.size() && IsIn(text[at], separators)) ++at;
    while (at < text.size() && blank(text[at])) ++at;
  }
  return fields;
}

std::optional<std::string> Shell::Get(const std::string& name) const {
  if (name == "?") return std::to_string(status_);
  if (name == "#") return std::to_string(arguments_.size());
  if (name == "@" || name == "*") return Join(arguments_, " ");
  if (name == "0") return name_;
  if (name.size() == 1 && name[0] >= '1' && name[0] <= '9') {
    const auto index = static_cast<size_t>(name[0] - '1');
    if (index >= arguments_.size()) return std::nullopt;
    return arguments_[index];
  }
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

Result<std::string> Shell::Substituted(const List& list, const Streams& streams) {
  RETURN_IF_ERROR(session_.EnterShell());
  std::string output;
  Streams inner = streams;
  inner.out = Output(session_, output);
  Shell subshell(*this);
  ASSIGN_OR_RETURN(substituted_status_, subshell.Run(list, inner));
  session_.LeaveShell();
  while (!output.empty() && output.back() == '\n') output.pop_back();
  output.erase(std::remove(output.begin(), output.end(), '\0'), output.end());
  return output;
}

Result<std::string> Shell::Value(const Part& part, const Streams& streams) {
  if (part.kind == Part::Kind::kText) return part.text;
  if (part.kind == Part::Kind::kCommand) return Substituted(*part.command, streams);
  const std::optional<std::string> value = Get(part.text);
  const std::string& op = part.op;
  if (op.empty()) return value.value_or("");
  if (op == "length") return std::to_string(value.value_or("").size());
  if (op[0] == '%' || op[0] == '#') {
    ASSIGN_OR_RETURN(const MarkedText pattern, Marked(part.word, streams));
    return Trimmed(value.value_or(""), Pattern(pattern), op);
  }
  const bool there = value && (op[0] != ':' || !value->empty());
  const char kind = op.back();
  if (kind == '+') return there ? Joined(part.word, streams) : Result<std::string>("");
  if (there) return *value;
  ASSIGN_OR_RETURN(std::string otherwise, Joined(part.word, streams));
  if (kind == '=') Set(part.text, otherwise);
  return otherwise;
}

Result<MarkedText> Shell::Marked(const Word& word, const Streams& streams) {
  MarkedText marked;
  for (const Part& part : word) {
    ASSIGN_OR_RETURN(const std::string value, Value(part, streams));
    marked.Append(value, part.quoted);
  }
  return marked;
}

Result<std::string> Shell::Joined(const Word& word, const Streams& streams) {
  ASSIGN_OR_RETURN(MarkedText marked, Marked(word, streams));
  return std::move(marked.text);
}

Result<std::vector<std::string>> Shell::Fields(const std::vector<Word>& words,
                                               const Streams& streams) {
  std::vector<std::string> fields;
  for (const Word& word : words) RETURN_IF_ERROR(AddFields(word, streams, fields));
  return fields;
}

Status Shell::AddFields(const Word& word, const Streams& streams,
                        std::vector<std::string>& fields) {
  const std::string separators = Get("IFS").value_or(std::string(kBlanks));
  MarkedText field;
  bool exists = false;  // a quoted part makes a field even when it is empty
  const auto finish = [&]() -> Status {
    if (exists) RETURN_IF_ERROR(AddPaths(field, fields));
    field = MarkedText();
    exists = false;
    return Ok();
  };
  for (const Part& part : word) {
    if (part.quoted && part.text == "@" && part.op.empty() && part.kind == Part::Kind::kVariable)
      return NotUnderstood("\"$@\"");
    ASSIGN_OR_RETURN(const std::string value, Value(part, streams));
    if (part.quoted || part.kind == Part::Kind::kText) {
      field.Append(value, part.quoted);
      exists = exists || part.quoted || !value.empty();
      continue;
    }
    if (value.empty()) continue;
    if (IsIn(value.front(), separators)) RETURN_IF_ERROR(finish());
    const auto pieces = SplitFields(value, separators);
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) RETURN_IF_ERROR(finish());
      field.Append(pieces[i], false);
      exists = true;
    }
    if (IsIn(value.back(), separators)) RETURN_IF_ERROR(finish());
  }
  return finish();
}

// The paths that a field's pattern finds, sorted; the field itself where there are none.
Status Shell::AddPaths(const MarkedText& field, std::vector<std::string>& fields) {
  RETURN_IF_ERROR(session_.Step());
  if (!field.HasPattern()) {
    fields.push_back(field.text);
    return Ok();
  }
  std::vector<std::string> paths = {field.text.front() == '/' ? "/" : ""};
  size_t at = 0;
  while (at < field.text.size() && !paths.empty()) {
    if (field.text[at] == '/') {
      ++at;
      continue;
    }
    const size_t end = std::min(field.text.find('/', at), field.text.size());
    const MarkedText name{field.text.substr(at, end - at), field.marks.substr(at, end - at)};
    const Pattern pattern(name);
    const bool last = end == field.text.size();
    std::vector<std::string> next;
    for (const std::string& path : paths) {
      const std::string folder = path.empty() || path[0] != '/' ? "/" + path : path;
      std::vector<std::string> names = {name.text};
      if (name.HasPattern()) {
        const auto listed = session_.node().List(folder);
        names = listed.has_value() ? *listed : std::vector<std::string>();
        RETURN_IF_ERROR(session_.Step(names.size()));
      }
      for (const std::string& candidate : names) {
        if (candidate[0] == '.' && name.text[0] != '.') continue;
        if (name.HasPattern() && !pattern.Matches(candidate)) continue;
        if (!last || !name.HasPattern()) {
          const auto status = session_.node().Stat(folder + "/" + candidate, last ? false : true);
          if (!status.has_value()) continue;
        }
        next.push_back(path + candidate + (last ? "" : "/"));
      }
    }
    paths = std::move(next);
    at = end;
  }
  if (paths.empty()) paths.push_back(field.text);
  std::sort(paths.begin(), paths.end());
  fields.insert(fields.end(), paths.begin(), paths.end());
  return Ok();
}

}  // namespace narrows::findings::benchmark::audit
