#include "report/documents/text_table.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <ostream>

#include "base/strings.h"

namespace narrows::report::documents {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kMostCellBytes = 2000;

struct Range {
  char32_t first;
  char32_t last;
};

// Combining marks and joiners of the scripts that package metadata may hold (Unicode, Mn and Me).
constexpr std::array kZeroWidth = {
    Range{0x300, 0x36F},   Range{0x483, 0x489},    Range{0x591, 0x5BD},   Range{0x610, 0x61A},
    Range{0x64B, 0x65F},   Range{0x1AB0, 0x1AFF},  Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
    Range{0xFE20, 0xFE2F}, Range{0xE0100, 0xE01EF}};
// East Asian Wide and Fullwidth (Unicode Standard Annex #11).
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},  Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},  Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};
// Invisible, or reorder what is shown: zero-width spaces, bidirectional controls, separators, BOM.
constexpr std::array kFormat = {Range{0xAD, 0xAD},     Range{0x200B, 0x200F},
                                Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
                                Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE007F}};

template <size_t N>
bool In(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& r) { return c >= r.first && c <= r.last; });
}

// Takes one code point off the front of valid UTF-8; `bytes` says how long it was.
char32_t TakeCodePoint(std::string_view text, size_t& bytes) {
  const auto byte = [&](size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0x80;
  };
  const char32_t lead = byte(0);
  bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  bytes = std::min(bytes, text.size());
  if (bytes == 1) return lead;
  char32_t value = lead & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) value = (value << 6) | (byte(i) & 0x3F);
  return value;
}

size_t WidthOf(char32_t c) { return In(kZeroWidth, c) ? 0 : In(kWide, c) ? 2 : 1; }

std::string_view AnsiCode(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kRed:
      return "\x1b[31m";
    case Style::kBrightRed:
      return "\x1b[1;31m";
    case Style::kYellow:
      return "\x1b[33m";
    case Style::kBlue:
      return "\x1b[34m";
    case Style::kGreen:
      return "\x1b[32m";
  }
  return "";
}

// Widths of the columns; 0 for one that is not shown.
std::vector<size_t> FitWidths(const std::vector<Column>& columns, std::vector<size_t> widths,
                              size_t terminal) {
  const auto total = [&] {
    const auto shown = static_cast<size_t>(
        std::count_if(widths.begin(), widths.end(), [](size_t w) { return w != 0; }));
    return std::accumulate(widths.begin(), widths.end(), size_t{0}) +
           (shown == 0 ? 0 : (shown - 1) * kGap);
  };
  if (terminal == 0) return widths;
  for (size_t i = columns.size(); i-- > 0 && total() > terminal;) {
    if (columns[i].optional) widths[i] = 0;
  }
  while (total() > terminal) {
    size_t widest = columns.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (widths[i] > columns[i].least && (widest == columns.size() || widths[i] > widths[widest]))
        widest = i;
    }
    if (widest == columns.size()) break;  // narrower than any sensible table: let it wrap
    --widths[widest];
  }
  return widths;
}

void WriteRow(const std::vector<Cell>& row, const std::vector<size_t>& widths, bool colour,
              std::ostream& out) {
  std::string line;
  size_t pending = 0;  // spaces owed before the next cell, so that no line ends in spaces
  for (size_t i = 0; i < row.size(); ++i) {
    if (widths[i] == 0) continue;
    const std::string text = Shorten(row[i].text, widths[i]);
    if (!text.empty()) {
      line.append(pending, ' ');
      pending = 0;
      line += Styled(text, row[i].style, colour);
    }
    pending += widths[i] - DisplayWidth(text) + kGap;
  }
  out << line << '\n';
}

}  // namespace

std::string OneLine(std::string_view foreign) {
  const std::string printable = Printable(foreign, kMostCellBytes);
  std::string line;
  line.reserve(printable.size());
  for (std::string_view rest = printable; !rest.empty();) {
    size_t bytes = 0;
    const char32_t c = TakeCodePoint(rest, bytes);
    if (In(kFormat, c)) {
      line += '?';
    } else {
      line += rest.substr(0, bytes);
    }
    rest.remove_prefix(bytes);
  }
  return line;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    size_t bytes = 0;
    width += WidthOf(TakeCodePoint(text, bytes));
    text.remove_prefix(bytes);
  }
  return width;
}

std::string Shorten(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string cut;
  size_t taken = 0;
  while (!text.empty()) {
    size_t bytes = 0;
    const size_t w = WidthOf(TakeCodePoint(text, bytes));
    if (taken + w + 1 > width) break;
    cut += text.substr(0, bytes);
    taken += w;
    text.remove_prefix(bytes);
  }
  return width == 0 ? cut : cut + "…";
}

std::string Styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::kPlain) return std::string(text);
  return std::string(AnsiCode(style)) + std::string(text) + "\x1b[0m";
}

std::string Plural(size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

void WriteTextTable(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                    const TextOptions& options, std::ostream& out) {
  std::vector<std::vector<Cell>> shown = rows;
  std::vector<size_t> widths(columns.size(), 0);
  for (auto& row : shown) {
    for (size_t i = 0; i < columns.size(); ++i) {
      row[i].text = OneLine(row[i].text);
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  std::vector<Cell> header;
  for (size_t i = 0; i < columns.size(); ++i) {
    header.push_back({columns[i].title, Style::kBold});
    if (widths[i] != 0) widths[i] = std::max(widths[i], DisplayWidth(columns[i].title));
  }
  widths = FitWidths(columns, std::move(widths), options.width);
  WriteRow(header, widths, options.colour, out);
  for (const auto& row : shown) WriteRow(row, widths, options.colour, out);
}

}  // namespace narrows::report::documents
