// cat, cut, head, sort, tail, tr, uniq and wc.
#include <algorithm>
#include <array>
#include <bitset>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

// "1,3-5,7-": the numbers chosen, from 1 on.
struct Range {
  size_t from = 1;
  size_t to = SIZE_MAX;
};

Result<std::vector<Range>> Ranges(const Call& call, char option, const std::string& list) {
  std::vector<Range> ranges;
  for (const std::string_view part : Split(list, ',')) {
    Range range;
    const size_t dash = part.find('-');
    if (part == "-") return NotUnderstood("cut -" + std::string(1, option) + " " + list);
    if (dash != 0) {
      ASSIGN_OR_RETURN(range.from, NumberFor(call, option, part.substr(0, dash)));
      if (range.from == 0) return NotUnderstood("cut -" + std::string(1, option) + " " + list);
    }
    if (dash == std::string_view::npos) {
      range.to = range.from;
    } else if (dash + 1 < part.size()) {
      ASSIGN_OR_RETURN(range.to, NumberFor(call, option, part.substr(dash + 1)));
    }
    ranges.push_back(range);
  }
  return ranges;
}

bool Chosen(const std::vector<Range>& ranges, size_t number) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return number >= range.from && number <= range.to;
  });
}

std::string CutLine(std::string_view line, bool bytes, char delimiter,
                    const std::vector<Range>& ranges) {
  std::string out;
  if (bytes) {
    for (size_t i = 0; i < line.size(); ++i) {
      if (Chosen(ranges, i + 1)) out += line[i];
    }
    return out;
  }
  if (line.find(delimiter) == std::string_view::npos) return std::string(line);
  bool first = true;
  const auto fields = Split(line, delimiter);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!Chosen(ranges, i + 1)) continue;
    if (!first) out += delimiter;
    out += fields[i];
    first = false;
  }
  return out;
}

// The bytes of one of tr's sets, in order.
Result<std::string> ExpandSet(const std::string& set) {
  std::string out;
  for (size_t i = 0; i < set.size(); ++i) {
    if (set.compare(i, 2, "[:") == 0) {
      const size_t end = set.find(":]", i);
      if (end == std::string::npos) return NotUnderstood("tr '" + set + "'");
      const auto bytes = BytesOfClass(std::string_view(set).substr(i + 2, end - i - 2));
      for (size_t c = 0; c < 256; ++c) {
        if (bytes[c]) out += static_cast<char>(c);
      }
      i = end + 1;
      continue;
    }
    if (set[i] == '[' && (set.compare(i, 2, "[=") == 0 || set.find('*', i) != std::string::npos))
      return NotUnderstood("tr '" + set + "'");
    char c = set[i];
    if (c == '\\' && i + 1 < set.size()) {
      static constexpr std::string_view kLetters = "abfnrtv\\";
      static constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\";
      c = set[++i];
      if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
        c = kBytes[known];
      } else if (c >= '0' && c <= '7') {
        unsigned byte = 0;
        size_t digits = 0;
        for (; digits < 3 && i < set.size() && set[i] >= '0' && set[i] <= '7'; ++digits, ++i)
          byte = byte * 8 + static_cast<unsigned>(set[i] - '0');
        --i;
        c = static_cast<char>(byte);
      }
    }
    if (i + 2 < set.size() && set[i + 1] == '-') {
      const auto from = static_cast<unsigned char>(c);
      const auto to = static_cast<unsigned char>(set[i + 2]);
      if (from > to || set[i + 2] == '\\') return NotUnderstood("tr '" + set + "'");
      for (unsigned byte = from; byte <= to; ++byte) out += static_cast<char>(byte);
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

// The argument of head's and tail's -n, or that of the old form -5.
Result<std::string> LineCount(Call& call, Options& options) {
  for (const std::string& argument : call.arguments) {
    if (argument.size() > 1 && argument[0] == '-' && argument[1] >= '0' && argument[1] <= '9') {
      call.arguments = {"-n", argument.substr(1)};
      break;
    }
  }
  ASSIGN_OR_RETURN(options, ReadOptions(call, "n:c:", {{"lines", 'n'}}));
  if (options.Has('c')) return NotUnderstood(call.Base() + " -c");
  if (options.operands.size() > 1) return NotUnderstood(call.Base() + " with several files");
  const std::string* count = options.Last('n');
  return count == nullptr ? std::string("10") : *count;
}

}  // namespace

Result<int> RunCat(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "u"));
  if (options.operands.empty()) {
    call.streams.out.Write(call.streams.in->Rest());
    return 0;
  }
  int status = 0;
  for (const std::string& file : options.operands) {
    const auto content = ReadOperand(call, file);
    if (content) {
      call.streams.out.Write(*content);
    } else {
      status = 1;
    }
  }
  return status;
}

Result<int> RunCut(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "d:f:c:b:s"));
  const std::string* delimiter = options.Last('d');
  if (delimiter != nullptr && delimiter->size() != 1) return NotUnderstood("cut -d " + *delimiter);
  const char list = options.Has('f') ? 'f' : options.Has('c') ? 'c' : 'b';
  const std::string* chosen = options.Last(list);
  if (chosen == nullptr) return NotUnderstood("cut without a list");
  ASSIGN_OR_RETURN(const auto ranges, Ranges(call, list, *chosen));
  const char separator = delimiter == nullptr ? '\t' : (*delimiter)[0];
  int status = 0;
  const std::string text = ReadOperands(call, options.operands, status);
  for (const std::string_view with_newline : Lines(text)) {
    RETURN_IF_ERROR(call.session().Step(1 + with_newline.size() / 256));
    const std::string_view line = WithoutNewline(with_newline);
    if (options.Has('s') && line.find(separator) == std::string_view::npos) continue;
    call.streams.out.Write(CutLine(line, list != 'f', separator, ranges) + "\n");
  }
  return status;
}

Result<int> RunTr(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "ds"));
  const bool deletes = options.Has('d');
  const bool squeezes = options.Has('s');
  if ((deletes && squeezes) || options.operands.size() != (deletes || squeezes ? 1u : 2u))
    return NotUnderstood("tr with these options and sets");
  ASSIGN_OR_RETURN(const std::string from, ExpandSet(options.operands[0]));
  std::array<char, 256> map{};
  std::bitset<256> in_set;
  for (size_t c = 0; c < 256; ++c) map[c] = static_cast<char>(c);
  for (const char c : from) in_set[static_cast<unsigned char>(c)] = true;
  if (!deletes && !squeezes) {
    ASSIGN_OR_RETURN(const std::string to, ExpandSet(options.operands[1]));
    if (to.empty()) return NotUnderstood("tr with an empty second set");
    for (size_t i = 0; i < from.size(); ++i)
      map[static_cast<unsigned char>(from[i])] = to[std::min(i, to.size() - 1)];
  }
  const std::string_view text = call.streams.in->Rest();
  RETURN_IF_ERROR(call.session().Step(1 + text.size() / 1024));
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (deletes && in_set[byte]) continue;
    if (squeezes && in_set[byte] && !out.empty() && out.back() == c) continue;
    out += map[byte];
  }
  call.streams.out.Write(out);
  return 0;
}

Result<int> RunHead(Call& call) {
  Options options;
  ASSIGN_OR_RETURN(const std::string count, LineCount(call, options));
  ASSIGN_OR_RETURN(const size_t most, NumberFor(call, 'n', count));
  int status = 0;
  const std::string text = ReadOperands(call, options.operands, status);
  const auto lines = Lines(text);
  for (size_t i = 0; i < std::min(most, lines.size()); ++i) call.streams.out.Write(lines[i]);
  return status;
}

Result<int> RunTail(Call& call) {
  Options options;
  ASSIGN_OR_RETURN(const std::string count, LineCount(call, options));
  const bool from_start = !count.empty() && count[0] == '+';
  ASSIGN_OR_RETURN(const size_t number, NumberFor(call, 'n', count.substr(from_start ? 1 : 0)));
  int status = 0;
  const std::string text = ReadOperands(call, options.operands, status);
  const auto lines = Lines(text);
  size_t first = lines.size() > number ? lines.size() - number : 0;
  if (from_start) first = number > 0 ? number - 1 : 0;
  for (size_t i = first; i < lines.size(); ++i) call.streams.out.Write(lines[i]);
  return status;
}

Result<int> RunWc(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "lwc"));
  if (options.given.size() != 1 || !options.operands.empty())
    return NotUnderstood("wc but for one of -l, -w and -c on its input");
  const std::string_view text = call.streams.in->Rest();
  size_t count = text.size();
  if (options.Has('l')) count = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (options.Has('w')) count = SplitFields(text, " \t\n").size();
  call.streams.out.Write(std::to_string(count) + "\n");
  return 0;
}

Result<int> RunSort(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "urn"));
  int status = 0;
  const std::string text = ReadOperands(call, options.operands, status);
  if (status != 0) return 2;
  std::vector<std::string_view> lines;
  for (const std::string_view line : Lines(text)) lines.push_back(WithoutNewline(line));
  RETURN_IF_ERROR(call.session().Step(lines.size()));
  const auto number = [](std::string_view line) {
    line = Trim(line);
    const bool minus = !line.empty() && line[0] == '-';
    const size_t digits =
        std::min(line.find_first_not_of("0123456789", minus ? 1 : 0), line.size());
    return ParseInt(line.substr(0, digits)).value_or(0);
  };
  const bool numeric = options.Has('n');
  const bool reverse = options.Has('r');
  std::stable_sort(lines.begin(), lines.end(), [&](std::string_view a, std::string_view b) {
    if (reverse) std::swap(a, b);
    if (numeric && number(a) != number(b)) return number(a) < number(b);
    return (!numeric || !options.Has('u')) && a < b;
  });
  std::string_view before;
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool same = i > 0 && (numeric ? number(before) == number(lines[i]) : before == lines[i]);
    if (options.Has('u') && same) continue;
    before = lines[i];
    call.streams.out.Write(std::string(lines[i]) + "\n");
  }
  return 0;
}

Result<int> RunUniq(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "cdu"));
  if (!options.operands.empty()) return NotUnderstood("uniq with a file");
  const std::string text(call.streams.in->Rest());
  const auto lines = Lines(text);
  RETURN_IF_ERROR(call.session().Step(lines.size()));
  for (size_t i = 0; i < lines.size();) {
    const std::string_view line = WithoutNewline(lines[i]);
    size_t end = i + 1;
    while (end < lines.size() && WithoutNewline(lines[end]) == line) ++end;
    const size_t count = end - i;
    i = end;
    if ((options.Has('d') && count == 1) || (options.Has('u') && count > 1)) continue;
    std::string prefix;
    if (options.Has('c')) {
      prefix = std::to_string(count);
      prefix = std::string(prefix.size() < 7 ? 7 - prefix.size() : 0, ' ') + prefix + " ";
    }
    call.streams.out.Write(prefix + std::string(line) + "\n");
  }
  return 0;
}

}  // namespace narrows::findings::benchmark::audit
