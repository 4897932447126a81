#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::ecosystems::runtimes {

// A pattern of data/runtimes.tsv, whose head says what it may hold. Thread-safe.
class BytePattern {
 public:
  // kInvalidArgument for an unknown placeholder, no version, or no literal to look for.
  static Result<BytePattern> Parse(std::string_view text);

  // The version that the bytes hold: where all that matches is one and the same, else nothing.
  // `name` is what stands for {name}; a pattern with it matches nothing when it is empty. The
  // literal is looked for as fast as memory is read, and what is around it in bounded steps.
  std::optional<std::string> Find(std::string_view bytes, std::string_view name) const;

  // The same of a text, where the pattern is to stand at the beginning of a line.
  std::optional<std::string> FindInLines(std::string_view text) const;

 private:
  enum class Kind {
    kLiteral,
    kName,
    kNumbers,
    kNumbers3,
    kAloneNumbers,
    kVersion,
    kRelease,
    kDigits,
    kEpoch,
    kHex,
    kWord,
    kNuls
  };
  struct Element {
    Kind kind = Kind::kLiteral;
    std::string literal;
  };
  struct Attempt;

  static std::optional<Kind> PlaceholderKind(std::string_view word);
  static bool IsVersionPart(Kind kind);
  static bool Fits(Kind kind, std::string_view text);
  static size_t MostOf(Kind kind, std::string_view rest);
  bool Match(size_t element, size_t at, Attempt& attempt) const;
  bool MatchClass(size_t element, size_t at, Attempt& attempt) const;
  std::string_view LiteralOf(const Element& element, std::string_view name) const;

  std::vector<Element> elements_;
  size_t anchor_ = 0;  // the element that is looked for
};

}  // namespace narrows::ecosystems::runtimes
