#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/strings.h"

namespace narrows {
namespace {

constexpr size_t kMostFieldBytes = 1000;

struct Logging {
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>(
      "narrows", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  LogFormat format = LogFormat::kConsole;
};

// The process has one standard error; everything else about logging is passed in.
Logging& Shared() {
  static Logging logging = [] {
    Logging created;
    created.logger->set_level(spdlog::level::warn);
    created.logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v",
                                spdlog::pattern_time_type::utc);
    created.logger->flush_on(spdlog::level::trace);
    return created;
  }();
  return logging;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : Printable(text, kMostFieldBytes)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Logging& logging = Shared();
  const auto spdlog_level = ToSpdlog(level);
  if (!logging.logger->should_log(spdlog_level)) return;
  const bool json = logging.format == LogFormat::kJson;
  std::string line = json ? "\"message\":" + Quoted(message) : Printable(message, kMostFieldBytes);
  for (const LogField& field : fields) {
    line += json ? "," + Quoted(field.key) + ":" : " " + std::string(field.key) + "=";
    line += Quoted(field.value);
  }
  logging.logger->log(spdlog_level, json ? line + "}" : line);
}

void ConfigureLogging(LogLevel least, LogFormat format) {
  Logging& logging = Shared();
  logging.format = format;
  logging.logger->set_level(ToSpdlog(least));
  if (format == LogFormat::kJson) {
    logging.logger->set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v",
                                spdlog::pattern_time_type::utc);
  }
}

}  // namespace narrows
