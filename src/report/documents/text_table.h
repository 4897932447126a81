#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::report::documents {

enum class Style { kPlain, kBold, kDim, kRed, kBrightRed, kYellow, kBlue, kGreen };

struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

struct Column {
  std::string title;
  // On a narrow terminal: optional columns are left out first, from the right; then the widest
  // columns are cut down to `least`.
  bool optional = false;
  size_t least = 8;
};

struct TextOptions {
  size_t width = 0;     // columns of the terminal; 0: a pipe or a file, nothing is cut
  bool colour = false;  // ANSI colours
};

// `foreign` on one line without anything that drives a terminal or reorders text: control
// characters, bidirectional and invisible format characters and invalid UTF-8 become '?'.
std::string OneLine(std::string_view foreign);

// Columns that printable text takes on a terminal: East Asian wide characters take two, combining
// ones none.
size_t DisplayWidth(std::string_view text);

// At most `width` columns of it, with "…" at the end when something was cut off.
std::string Shorten(std::string_view text, size_t width);

std::string Styled(std::string_view text, Style style, bool colour);

std::string Plural(size_t count, std::string_view noun);  // "1 package", "2 packages"

// Writes a header line and one line a row; each row has a cell for every column. Cells pass through
// OneLine. An empty column is left out.
void WriteTextTable(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                    const TextOptions& options, std::ostream& out);

}  // namespace narrows::report::documents
