#include "advisories/database_build.h"

#include <algorithm>
#include <utility>

#include "advisories/database_writer.h"
#include "advisories/epss.h"
#include "advisories/kev.h"
#include "advisories/osv_archive.h"
#include "advisories/osv_parser.h"
#include "advisories/vex_table.h"
#include "base/file.h"
#include "base/strings.h"

namespace narrows::advisories {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostStatuses = 20;
constexpr size_t kMostKevBytes = size_t{128} << 20;
constexpr size_t kMostEpssBytes = size_t{512} << 20;
constexpr uint64_t kRecordsPerReport = 1000;

// The ecosystems of the folder by name, so that the result does not depend on the file system.
Result<std::vector<std::pair<std::string, fs::path>>> ListArchives(const fs::path& folder) {
  std::vector<std::pair<std::string, fs::path>> archives;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path archive = it->path() / "all.zip";
    std::error_code ignored;
    if (fs::is_regular_file(archive, ignored))
      archives.emplace_back(it->path().filename().string(), archive);
  }
  if (error) return FromErrno(error.value(), "cannot list " + folder.string());
  if (archives.empty())
    return NotFound(folder.string() +
                    " has no <Ecosystem>/all.zip; give the folder of OSV's bulk export");
  std::sort(archives.begin(), archives.end());
  return archives;
}

// By name, so that the result does not depend on the file system.
Result<std::vector<fs::path>> ListDocuments(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".json" && fs::is_regular_file(it->path(), ignored))
      files.push_back(it->path());
  }
  if (error) return FromErrno(error.value(), "cannot list " + folder.string());
  if (files.empty()) return NotFound(folder.string() + " has no *.json");
  std::sort(files.begin(), files.end());
  return files;
}

Result<vex::Document> ReadVexDocument(const fs::path& path) {
  const vex::Limits limits;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, limits.bytes));
  return vex::ReadDocument(text, limits);
}

class Builder {
 public:
  Builder(const CallContext& context, const BuildProgressFunction& progress)
      : context_(context), progress_(progress) {}

  Status ReadArchives(const fs::path& folder) {
    ASSIGN_OR_RETURN(const auto archives, ListArchives(folder));
    total_ = archives.size();
    for (const auto& [name, path] : archives) {
      RETURN_IF_ERROR(ReadArchive(name, path));
      ++done_;
    }
    return Ok();
  }

  Status ReadKev(const fs::path& path) {
    Report("reading the KEV catalogue");
    ASSIGN_OR_RETURN(const std::string json, ReadMaybeCompressed(path, kMostKevBytes));
    ASSIGN_OR_RETURN_WITHIN(KevCatalogue catalogue, ParseKev(json), path.string());
    writer_.SetKev(std::move(catalogue));
    return Ok();
  }

  Status ReadEpss(const fs::path& path) {
    Report("reading the EPSS scores");
    ASSIGN_OR_RETURN(const std::string csv, ReadMaybeCompressed(path, kMostEpssBytes));
    ASSIGN_OR_RETURN_WITHIN(EpssTable table, ParseEpss(csv), path.string());
    writer_.SetEpss(std::move(table));
    return Ok();
  }

  // Documents that cannot be read are left out and named, like records.
  Status ReadVex(const std::vector<fs::path>& folders) {
    VexTableBuilder table;
    for (const fs::path& folder : folders) {
      ASSIGN_OR_RETURN(const std::vector<fs::path> files, ListDocuments(folder));
      step_ = "reading " + folder.filename().string();
      for (size_t i = 0; i < files.size(); ++i) {
        if (i % kRecordsPerReport == 0) Report(step_);
        RETURN_IF_ERROR(context_.Check());
        const auto document = ReadVexDocument(files[i]);
        if (document.has_value()) {
          table.Add(*document);
        } else if (statuses_.size() < kMostStatuses) {
          statuses_.push_back(Printable(files[i].string()) +
                              " was left out: " + document.error().message);
        }
      }
    }
    writer_.SetVex(std::move(table).Finish());
    return Ok();
  }

  Result<BuildStats> Write(const fs::path& output) {
    Report("writing " + output.string());
    ASSIGN_OR_RETURN(DatabaseWriter::Output result, writer_.Finish());
    RETURN_IF_ERROR(WriteFileAtomically(output, result.bytes));
    return BuildStats{std::move(result.metadata), std::move(statuses_)};
  }

 private:
  Status ReadArchive(const std::string& name, const fs::path& path) {
    SourceCount count{.name = name};
    step_ = "reading " + name;
    Report(step_);
    const auto visit = [&](std::string_view entry, const Result<std::string_view>& content) {
      AddRecord(entry, content, count);
      if (++records_ % kRecordsPerReport != 0) return Ok();
      Report(step_);
      return context_.Check();
    };
    RETURN_IF_ERROR(ReadOsvArchive(path, {}, visit));
    writer_.AddSource(std::move(count));
    return Ok();
  }

  void AddRecord(std::string_view entry, const Result<std::string_view>& content,
                 SourceCount& count) {
    const auto refuse = [&](const Error& error) {
      ++count.refused;
      if (statuses_.size() < kMostStatuses)
        statuses_.push_back(count.name + "/" + Printable(entry, 80) +
                            " was left out: " + error.message);
    };
    if (!content.has_value()) return refuse(content.error());
    const auto record = parser_.Parse(*content);
    if (!record.has_value()) return refuse(record.error());
    ++count.records;
    count.newest = std::max(count.newest, std::optional(record->modified));
    if (record->withdrawn) {
      ++count.withdrawn;
    } else if (!writer_.Add(*record)) {
      ++count.repeated;
    }
  }

  void Report(const std::string& step) {
    if (progress_) progress_({step, done_, total_, records_});
  }

  const CallContext& context_;
  const BuildProgressFunction& progress_;
  DatabaseWriter writer_;
  OsvParser parser_;
  std::string step_;
  uint64_t done_ = 0;
  uint64_t total_ = 0;
  uint64_t records_ = 0;
  std::vector<std::string> statuses_;
};

}  // namespace

Result<BuildStats> BuildDatabase(const BuildOptions& options, const CallContext& context,
                                 const BuildProgressFunction& progress) {
  Builder builder(context, progress);
  RETURN_IF_ERROR(builder.ReadArchives(options.osv));
  if (!options.kev.empty()) RETURN_IF_ERROR(builder.ReadKev(options.kev));
  if (!options.epss.empty()) RETURN_IF_ERROR(builder.ReadEpss(options.epss));
  if (!options.vex.empty()) RETURN_IF_ERROR(builder.ReadVex(options.vex));
  return builder.Write(options.output);
}

}  // namespace narrows::advisories
