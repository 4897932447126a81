#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace narrows {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kConsole, kJson };

struct LogField {
  std::string_view key;
  std::string value;
};

// To standard error, from any thread. Never log a secret; foreign text is made printable here.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void LogDebug(std::string_view m, std::initializer_list<LogField> f = {}) {
  Log(LogLevel::kDebug, m, f);
}
inline void LogInfo(std::string_view m, std::initializer_list<LogField> f = {}) {
  Log(LogLevel::kInfo, m, f);
}
inline void LogWarning(std::string_view m, std::initializer_list<LogField> f = {}) {
  Log(LogLevel::kWarning, m, f);
}
inline void LogError(std::string_view m, std::initializer_list<LogField> f = {}) {
  Log(LogLevel::kError, m, f);
}

// Called once at start-up, before other threads; the default is console, warnings and above.
void ConfigureLogging(LogLevel least, LogFormat format);

}  // namespace narrows
