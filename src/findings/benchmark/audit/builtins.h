#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "findings/benchmark/audit/session.h"
#include "findings/benchmark/audit/shell.h"
#include "findings/benchmark/audit/syntax.h"

// The commands that audits use, answered from facts. Each writes what the GNU tools and procps
// write in the C locale, messages included; an option or a form that is not among theirs here is
// "not understood".
namespace narrows::findings::benchmark::audit {

inline constexpr std::string_view kSearchPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Call {
  Shell& shell;
  std::string name;  // as it was called: "/bin/ps"
  std::vector<std::string> arguments;
  Streams streams;
  int line = 1;  // of the script, for messages

  Session& session() { return shell.session(); }
  const NodeFacts& node() { return shell.session().node(); }
  std::string Base() const { return name.substr(name.rfind('/') + 1); }
  void Say(std::string_view message) { streams.err.Write(message); }
};

using Builtin = Result<int> (*)(Call&);

// Null when the command is none of ours. `external`: not the shell's own, as xargs runs them.
Builtin FindBuiltin(std::string_view name, bool external);

// Options as getopt reads them, operands between them allowed.
struct Options {
  std::vector<std::pair<char, std::string>> given;
  std::vector<std::string> operands;

  bool Has(char option) const;
  const std::string* Last(char option) const;  // its argument; null when it was not given
};
// `letters` as for getopt ("e:in"); `words` are long options ("no-run-if-empty" is 'r').
Result<Options> ReadOptions(const Call& call, std::string_view letters,
                            const std::vector<std::pair<std::string_view, char>>& words = {});

// The file's content, or that of standard input for "-". Nothing after a message.
std::optional<std::string> ReadOperand(Call& call, const std::string& file);
// The contents of all files, or of standard input when there is none, one after the other. `status`
// becomes 1 for each that cannot be read.
std::string ReadOperands(Call& call, const std::vector<std::string>& files, int& status);
// A number for an option; nothing when it is none.
Result<size_t> NumberFor(const Call& call, char option, std::string_view text);
// Lines with their newlines; the last one may lack it.
std::vector<std::string_view> Lines(std::string_view text);
std::string_view WithoutNewline(std::string_view line);
// The path from the root, which is where audits run.
std::string AbsolutePath(const std::string& path);
// "No such file or directory" and the like.
std::string ErrnoText(int error_number);
// A file's name as GNU tools print it in messages: quoted where it needs to be.
std::string QuotedName(const std::string& name);

Result<int> RunAwk(Call& call);
Result<int> RunBasename(Call& call);
Result<int> RunBreak(Call& call);
Result<int> RunCat(Call& call);
Result<int> RunCut(Call& call);
Result<int> RunDirname(Call& call);
Result<int> RunEcho(Call& call);
Result<int> RunExit(Call& call);
Result<int> RunExport(Call& call);
Result<int> RunExternalEcho(Call& call);
Result<int> RunFalse(Call& call);
Result<int> RunFind(Call& call);
Result<int> RunGrep(Call& call);
Result<int> RunHead(Call& call);
Result<int> RunJq(Call& call);
Result<int> RunKubectl(Call& call);
Result<int> RunLs(Call& call);
Result<int> RunPrintf(Call& call);
Result<int> RunPs(Call& call);
Result<int> RunRead(Call& call);
Result<int> RunSed(Call& call);
Result<int> RunSh(Call& call);
Result<int> RunSort(Call& call);
Result<int> RunStat(Call& call);
Result<int> RunTail(Call& call);
Result<int> RunTest(Call& call);
Result<int> RunTr(Call& call);
Result<int> RunTrue(Call& call);
Result<int> RunUniq(Call& call);
Result<int> RunUnset(Call& call);
Result<int> RunWc(Call& call);
Result<int> RunXargs(Call& call);

}  // namespace narrows::findings::benchmark::audit
