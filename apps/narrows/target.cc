#include "target.h"

#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/strings.h"
#include "ecosystems/catalogue/every_extractor.h"
#include "inventory/image/image_analyser.h"
#include "parts.h"
#include "registry/archive_source.h"
#include "registry/manifest.h"
#include "registry_parts.h"

namespace narrows::app {
namespace {

// Analysed layers are small (a few hundred kilobytes at most); this is some thousand images.
constexpr uint64_t kMostCacheBytes = uint64_t{512} << 20;

Result<model::Platform> PlatformOf(const std::string& flag) {
  if (flag.empty()) return ThisPlatform();
  const auto parts = Split(flag, '/');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].empty() || parts[1].empty()) {
    return InvalidArgument("--platform \"" + Printable(flag) +
                           "\": write OS/ARCH or OS/ARCH/VARIANT, e.g. linux/arm64");
  }
  return model::Platform{std::string(parts[0]), std::string(parts[1]),
                         parts.size() == 3 ? std::string(parts[2]) : ""};
}

// A folder "debian" beside the user must not hide the image debian:12: without a path before it a
// folder counts only when it holds an image.
bool IsArchive(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::is_directory(status)) return std::filesystem::exists(status);
  const std::string first = path.begin()->string();
  return first == "/" || first == "." || first == ".." ||
         std::filesystem::exists(path / "index.json", error) ||
         std::filesystem::exists(path / "manifest.json", error);
}

// "FILE" or "FILE:NAME" for an archive that holds several images; nothing when no such file exists.
std::optional<registry::ArchiveOptions> AsArchive(const std::string& target) {
  if (target.empty()) return std::nullopt;
  if (IsArchive(target)) return registry::ArchiveOptions{target, ""};
  for (size_t colon = target.find(':', 1); colon != std::string::npos;
       colon = target.find(':', colon + 1)) {
    const std::string path = target.substr(0, colon);
    if (IsArchive(path)) return registry::ArchiveOptions{path, target.substr(colon + 1)};
  }
  return std::nullopt;
}

// Whether the user means a file, be it there or not.
bool LooksLikeAFile(const std::string& target) {
  const bool is_path =
      target.starts_with('/') || target.starts_with("./") || target.starts_with("../");
  return is_path || (target.ends_with(".tar") && target.find_first_of("/:") == std::string::npos);
}

Result<std::unique_ptr<registry::ImageSource>> OpenImage(const TargetFlags& flags) {
  if (const auto archive = AsArchive(flags.target)) return registry::MakeArchiveSource(*archive);
  if (LooksLikeAFile(flags.target)) {
    return NotFound("there is no file or folder " + Printable(flags.target) +
                    "; save an image into one with docker save -o FILE IMAGE");
  }
  ASSIGN_OR_RETURN(const registry::ImageReference reference,
                   registry::ImageReference::Parse(flags.target));
  ASSIGN_OR_RETURN(registry::RegistryOptions options, MakeRegistryOptions(flags.registry));
  ASSIGN_OR_RETURN(options.credentials, MakeLoginCredentials(flags.registry));
  ASSIGN_OR_RETURN(auto source, registry::MakeRegistrySource(reference, std::move(options)));
  return std::unique_ptr<registry::ImageSource>(std::move(source));
}

// Says how to bring an image that is not to be had from where it was looked for; a registry that
// answers says so itself.
Error WithRemedy(Error error, const TargetFlags& flags) {
  if (error.code == ErrorCode::kDeadlineExceeded)
    error.message += "; allow it more time with --timeout";
  if (AsArchive(flags.target)) return error;
  switch (error.code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kPermissionDenied:
      error.message +=
          "; an image that is only on a machine can be scanned from a file: docker save -o "
          "image.tar " +
          Printable(flags.target) + " && narrows scan image image.tar";
      return error;
    default:
      return error;
  }
}

Result<model::ImageAnalysis> ReadImage(const TargetFlags& flags, const ImageReading& reading,
                                       report::terminal::Progress& progress,
                                       const CallContext& context) {
  ASSIGN_OR_RETURN(const model::Platform platform, PlatformOf(flags.platform));
  ASSIGN_OR_RETURN(const std::unique_ptr<registry::ImageSource> source, OpenImage(flags));
  std::unique_ptr<inventory::image::LayerCache> cache;
  if (const auto folder = UserCacheDir(); folder.has_value())
    cache = inventory::image::MakeFileLayerCache(*folder / "layers", kMostCacheBytes);
  inventory::image::AnalyserOptions options;
  options.extractors = reading.Extractors();
  options.inspector = reading.inspector.get();
  options.cache = cache.get();
  if (flags.max_image_bytes > 0) options.most_unpacked_bytes = flags.max_image_bytes;
  options.on_progress = [&](uint64_t done, uint64_t total) {
    progress.Say("reading layers, MiB");
    progress.Count(static_cast<int64_t>(done >> 20), static_cast<int64_t>(total >> 20));
  };
  progress.Say("asking for " + flags.target);
  Result<model::ImageAnalysis> image =
      inventory::image::Analyse(*source, platform, options, context);
  if (!image.has_value()) return WithRemedy(std::move(image).error(), flags);
  return image;
}

Result<model::ImageAnalysis> ReadDirectory(const TargetFlags& flags,
                                           report::terminal::Progress& progress,
                                           const CallContext& context) {
  const auto extractors = ecosystems::catalogue::EveryExtractor();
  inventory::image::DirectoryOptions options;
  for (const auto& extractor : extractors) options.extractors.push_back(extractor.get());
  options.skip_dirs = flags.skip_dirs;
  progress.Say("reading " + flags.target);
  return inventory::image::AnalyseDirectory(flags.target, options, context);
}

}  // namespace

Result<TargetReader> TargetReader::Start(const TargetFlags& flags) {
  if (flags.directory || flags.bill) return TargetReader(flags, std::nullopt);
  ASSIGN_OR_RETURN(ImageReading reading, ImageReading::Start());
  return TargetReader(flags, std::move(reading));
}

Result<model::ImageAnalysis> TargetReader::Read(report::terminal::Progress& progress,
                                                const CallContext& context) const {
  return reading_ ? ReadImage(flags_, *reading_, progress, context)
                  : ReadDirectory(flags_, progress, context);
}

std::optional<registry::ImageReference> RegistryReference(const TargetFlags& flags) {
  if (flags.directory || flags.bill || AsArchive(flags.target)) return std::nullopt;
  auto reference = registry::ImageReference::Parse(flags.target);
  if (!reference.has_value()) return std::nullopt;
  return *std::move(reference);
}

report::ScanReport MakeReport(const TargetFlags& flags, model::ImageAnalysis image) {
  report::ScanReport report;
  report.tool_version = kVersion;
  report.created = SystemClock().Now();
  report.kind = flags.bill        ? report::TargetKind::kBillOfMaterials
                : flags.directory ? report::TargetKind::kFilesystem
                                  : report::TargetKind::kImage;
  report.target = flags.target;
  report.image = std::move(image);
  const Result<model::Platform> wanted = PlatformOf(flags.platform);
  if (!flags.platform.empty() && wanted.has_value() && !report.image.platform.os.empty() &&
      registry::Normalized(*wanted) != registry::Normalized(report.image.platform)) {
    report.warnings.push_back("the image is there for " + report.image.platform.ToString() +
                              " only, not for " + wanted->ToString());
  }
  return report;
}

}  // namespace narrows::app
