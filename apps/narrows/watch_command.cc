// `narrows watch`: what happens, line by line, as it comes.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "cluster_parts.h"
#include "commands.h"
#include "control/change_feed.h"
#include "parts.h"
#include "report/documents/text_table.h"

namespace narrows::app {
namespace {

constexpr auto kForever = std::chrono::hours(24 * 365 * 100);
constexpr auto kPause = std::chrono::milliseconds(250);

void Print(const control::ChangeNote& note, OutputFormat output) {
  if (output == OutputFormat::kJson) {
    std::cout << boost::json::serialize(boost::json::object{{"time", FormatRfc3339(note.time)},
                                                            {"what", note.what},
                                                            {"subject", note.subject},
                                                            {"text", note.text}})
              << '\n';
    return;
  }
  std::cout << FormatRfc3339(note.time) << "  " << note.what << "  "
            << report::documents::OneLine(note.subject) << "  "
            << report::documents::OneLine(note.text) << '\n';
}

Status Watch(const WatchFlags& flags, const CallContext& context) {
  ASSIGN_OR_RETURN(const auto store, OpenStoreForReading(flags.store));
  control::ChangeFeed feed(*store);
  while (context.Check().has_value()) {
    const auto notes = feed.Next();
    if (notes.has_value()) {
      for (const control::ChangeNote& note : *notes) Print(note, flags.output);
      std::cout.flush();
      if (!std::cout) return Ok();  // nobody reads any more
    } else if (notes.error().code == ErrorCode::kOutOfRange) {
      Warn("so much happened that some of it is not shown");
    } else {
      return notes.error();
    }
    (void)context.SleepFor(kPause);
  }
  return Ok();
}

}  // namespace

int RunWatch(const WatchFlags& flags) {
  return RunUntilSignal(kForever, [&](const CallContext& context) -> int {
    const Status watched = Watch(flags, context);
    return watched.has_value() ? kDone : Fail(watched.error());
  });
}

}  // namespace narrows::app
