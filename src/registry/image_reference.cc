#include "registry/image_reference.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDomain = "index.docker.io";
constexpr std::string_view kOfficialPrefix = "library/";
constexpr size_t kMostPathBytes = 255;
constexpr size_t kMostTagBytes = 128;
constexpr size_t kMostReferenceBytes = 4096;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLower(c) || IsUpper(c); }
bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

template <typename Predicate>
bool AllOf(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool IsImageId(std::string_view text) { return text.size() == 64 && AllOf(text, IsLowerHex); }

struct Algorithm {
  std::string_view name;
  size_t hex_digits;
};
constexpr std::array kAlgorithms = {Algorithm{"sha256", 64}, Algorithm{"sha384", 96},
                                    Algorithm{"sha512", 128}};

// [A-Za-z0-9] with hyphens inside.
bool IsDomainComponent(std::string_view text) {
  return !text.empty() && IsAlphanumeric(text.front()) && IsAlphanumeric(text.back()) &&
         AllOf(text, [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

// What is wrong with a registry's host and port, or nothing.
std::optional<std::string> DomainFault(std::string_view domain) {
  std::string_view host = domain;
  std::optional<std::string_view> port;
  if (domain.starts_with('[')) {
    const size_t end = domain.find(']');
    if (end == std::string_view::npos) return "its IPv6 address lacks the closing bracket";
    const std::string_view address = domain.substr(1, end - 1);
    if (address.empty() || !AllOf(address, [](char c) {
          return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
        }))
      return "its bracketed host is not an IPv6 address";
    const std::string_view rest = domain.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return "only a port may follow an IPv6 address";
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const size_t colon = domain.find(':');
    if (colon != std::string_view::npos) port = domain.substr(colon + 1);
    host = domain.substr(0, colon);
    for (const std::string_view component : Split(host, '.')) {
      if (!IsDomainComponent(component))
        return "\"" + Printable(host, 80) + "\" is not a host name";
    }
  }
  if (port && (port->empty() || !AllOf(*port, IsDigit))) return "its port is not a number";
  return std::nullopt;
}

// [a-z0-9]+ joined by ".", "_", "__" or any number of "-".
bool IsPathComponent(std::string_view text) {
  const auto word = [](char c) { return IsDigit(c) || IsLower(c); };
  if (text.empty() || !word(text.front()) || !word(text.back())) return false;
  for (size_t i = 0; i < text.size();) {
    if (word(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && !word(text[i])) ++i;
    const std::string_view separator = text.substr(begin, i - begin);
    if (separator != "." && separator != "_" && separator != "__" &&
        !AllOf(separator, [](char c) { return c == '-'; }))
      return false;
  }
  return true;
}

std::optional<std::string> PathFault(std::string_view path) {
  if (std::any_of(path.begin(), path.end(), IsUpper))
    return "repository names are lower case: write \"" + Printable(ToLower(path), 80) + "\"";
  if (path.size() > kMostPathBytes)
    return "its repository has " + std::to_string(path.size()) + " characters, at most " +
           std::to_string(kMostPathBytes) + " are allowed";
  for (const std::string_view component : Split(path, '/')) {
    if (component.empty()) return "a part of the repository between slashes is empty";
    if (!IsPathComponent(component))
      return "\"" + Printable(component, 80) +
             "\" is not a repository name (a-z, 0-9, joined by '.', '_', '__' or '-')";
  }
  return std::nullopt;
}

std::optional<std::string> TagFault(std::string_view tag) {
  if (tag.empty()) return "the tag after ':' is empty";
  if (tag.size() > kMostTagBytes)
    return "its tag has " + std::to_string(tag.size()) + " characters, at most " +
           std::to_string(kMostTagBytes) + " are allowed";
  const auto word = [](char c) { return IsAlphanumeric(c) || c == '_'; };
  if (!word(tag[0]) || !AllOf(tag, [&](char c) { return word(c) || c == '.' || c == '-'; }))
    return "\"" + Printable(tag, 80) +
           "\" is not a tag (letters, digits, '_', '.', '-'; the first no '.' or '-')";
  return std::nullopt;
}

struct Name {
  std::string domain;
  std::string_view rest;
};

// Which part before the first slash names a registry; "a/b" is Docker Hub's, "a.b/c" is not.
Name SplitDomain(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {std::string(kDefaultDomain), text};
  const std::string_view first = text.substr(0, slash);
  const std::string_view rest = text.substr(slash + 1);
  if (first == kLegacyDomain) return {std::string(kDefaultDomain), rest};
  if (first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
      std::any_of(first.begin(), first.end(), IsUpper))
    return {std::string(first), rest};
  return {std::string(kDefaultDomain), text};
}

}  // namespace

Status CheckDigest(std::string_view digest) {
  const size_t colon = digest.find(':');
  const std::string_view hex =
      colon == std::string_view::npos ? std::string_view() : digest.substr(colon + 1);
  for (const Algorithm& algorithm : kAlgorithms) {
    if (digest.substr(0, colon) != algorithm.name || colon == std::string_view::npos) continue;
    if (hex.size() != algorithm.hex_digits || !AllOf(hex, IsLowerHex)) break;
    if (algorithm.name == "sha256") return Ok();
    return Unimplemented("digest algorithm " + std::string(algorithm.name) +
                         " cannot be verified; use the sha256 digest");
  }
  return InvalidArgument("\"" + Printable(digest, 80) +
                         "\" is not a digest: sha256: and 64 lower-case hexadecimal digits");
}

Result<ImageReference> ImageReference::Parse(std::string_view text) {
  const auto bad = [&](std::string_view fault) {
    return InvalidArgument("image reference \"" + Printable(text, 120) +
                           "\": " + std::string(fault));
  };
  if (text.empty()) return bad("it is empty; give a name such as debian:12");
  if (text.size() > kMostReferenceBytes) return bad("it is too long");
  if (text.find("://") != std::string_view::npos)
    return bad("it has a scheme; leave out everything up to \"://\"");
  if (text.find_first_of(" \t\r\n") != std::string_view::npos)
    return bad("it contains white space; take it out");
  if (IsImageId(text))
    return bad("64 hexadecimal digits are an image's id, not a name; write NAME@sha256:" +
               std::string(text));

  ImageReference reference;
  std::string_view name = text;
  if (const size_t at = name.find('@'); at != std::string_view::npos) {
    reference.digest_ = std::string(name.substr(at + 1));
    name = name.substr(0, at);
    if (Status status = CheckDigest(reference.digest_); !status.has_value())
      return status.error().Within("image reference \"" + Printable(text, 120) + "\"");
  }
  Name split = SplitDomain(name);
  std::string_view path = split.rest;
  if (const size_t colon = path.rfind(':');
      colon != std::string_view::npos && path.find('/', colon) == std::string_view::npos) {
    reference.tag_ = std::string(path.substr(colon + 1));
    path = path.substr(0, colon);
    if (const auto fault = TagFault(reference.tag_)) return bad(*fault);
  } else if (reference.digest_.empty()) {
    reference.tag_ = "latest";
  }
  if (path.empty()) return bad("the repository is missing");
  if (const auto fault = DomainFault(split.domain)) return bad(*fault);
  reference.domain_ = std::move(split.domain);
  if (reference.domain_ == kDefaultDomain && path.find('/') == std::string_view::npos)
    reference.path_ = kOfficialPrefix;
  reference.path_ += path;
  if (const auto fault = PathFault(reference.path_)) return bad(*fault);
  return reference;
}

ImageReference ImageReference::At(std::string domain, std::string path) const {
  ImageReference other = *this;
  other.domain_ = std::move(domain);
  other.path_ = std::move(path);
  return other;
}

std::string ImageReference::Suffix() const {
  return (tag_.empty() ? "" : ":" + tag_) + (digest_.empty() ? "" : "@" + digest_);
}

std::string ImageReference::ToString() const { return Repository() + Suffix(); }

std::string ImageReference::ToFamiliarString() const {
  if (domain_ != kDefaultDomain) return ToString();
  const std::string_view path = path_;
  const bool official = path.starts_with(kOfficialPrefix) &&
                        path.find('/', kOfficialPrefix.size()) == std::string_view::npos;
  return std::string(official ? path.substr(kOfficialPrefix.size()) : path) + Suffix();
}

Result<RunningImage> ParseImageId(std::string_view image_id) {
  const auto bad = [&] {
    return InvalidArgument("\"" + Printable(image_id, 120) + "\" is not the id of a running image");
  };
  std::string_view text = image_id;
  if (const size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  RunningImage running;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    const auto reference = ImageReference::Parse(text);
    if (!reference.has_value()) return bad();
    running.digest = reference->digest();
    running.repository = reference->Repository();
    return running;
  }
  running.digest = IsImageId(text) ? "sha256:" + std::string(text) : std::string(text);
  running.is_configuration = true;
  if (!CheckDigest(running.digest).has_value()) return bad();
  return running;
}

}  // namespace narrows::registry
