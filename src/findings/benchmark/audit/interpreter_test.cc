#include "findings/benchmark/audit/interpreter.h"

#include <gtest/gtest.h>

#include <chrono>

#include "findings/benchmark/audit/made_up_node_testing.h"

namespace narrows::findings::benchmark::audit {
namespace {

class Cluster final : public ClusterFacts {
 public:
  Result<std::string> List(std::string_view resource, std::string_view) const override {
    if (resource != "pods") return std::string(R"({"items":[]})");
    return std::string(R"({"items":[
      {"metadata":{"name":"a","namespace":"x"},"spec":{"hostPID":true,"containers":[{"name":"c"}]}},
      {"metadata":{"name":"bcd","namespace":"default"},"spec":{"containers":[]}}]})");
  }
  Result<bool> CanI(std::string_view verb, std::string_view, std::string_view,
                    std::string_view) const override {
    return verb == "get";
  }
  std::string DefaultNamespace() const override { return "default"; }
};

class InterpreterTest : public ::testing::Test {
 protected:
  InterpreterTest() {
    node_.AddFile("/etc/kubernetes/admin.conf", "providers:\n- aescbc: {}\n- identity: {}\n", 0600);
    node_.AddFile("/etc/kubernetes/pki/ca.crt", "x", 0644);
    node_.AddFile("/etc/kubernetes/pki/ca.key", "x", 0640);
    node_.AddFile("/usr/bin/perl", "x", 0755);
    node_.AddFile("/proc/sys/kernel/pid_max", "32768\n");
    node_.AddProcess("kubelet", {"/usr/bin/kubelet", "--config=/x", "--client-ca-file=/ca"});
    node_.AddProcess("kube-controller-manager", {"kube-controller-manager", "--profiling=false"});
  }

  Result<Outcome> Run(const std::string& script, const Limits& limits = {}) {
    Interpreter interpreter(node_, &cluster_, limits);
    return interpreter.Run(script, CallContext::WithTimeout(std::chrono::seconds(30)));
  }
  std::string Printed(const std::string& script) {
    const auto outcome = Run(script);
    if (!outcome.has_value()) return outcome.error().message;
    return outcome->output + (outcome->exit_code == 0 ? "" : std::to_string(outcome->exit_code));
  }

  MadeUpNode node_;
  Cluster cluster_;
};

TEST_F(InterpreterTest, ExpandsVariablesAndQuotesAsAShellDoes) {
  EXPECT_EQ(Printed("x='a  b'; echo $x \"$x\" '$x' ${y:-no} ${#x} ${x%b} \\$x"),
            "a b a  b $x no 4 a $x\n");
  EXPECT_EQ(Printed("x=$(echo a; echo b); echo \"$x\"; echo `echo c`"), "a\nb\nc\n");
  EXPECT_EQ(Printed("for i in a 'b c'; do echo \"<$i>\"; done"), "<a>\n<b c>\n");
  EXPECT_EQ(Printed("x=1; echo a | while read -r y; do x=2; done; echo $x"), "1\n");
}

TEST_F(InterpreterTest, BranchesAndJoins) {
  EXPECT_EQ(Printed("if [ a = b ]; then echo 1; elif test -e /etc; then echo 2; else echo 3; fi"),
            "2\n");
  EXPECT_EQ(Printed("false && echo a || echo b; ! true; echo $?"), "b\n1\n");
  EXPECT_EQ(Printed("( [ a = a ] || false ) && [ -z '' ] && echo yes"), "yes\n");
  EXPECT_EQ(Printed("exit 3; echo no"), "3");
  EXPECT_EQ(Printed("for i in 1 2 3; do if [ $i = 2 ]; then break; fi; echo $i; done"), "1\n");
}

TEST_F(InterpreterTest, SaysWhatDashSaysOfUnknownCommands) {
  EXPECT_EQ(Printed("\n[[ a == b ]]"), "/bin/sh: 2: [[: not found\n127");
  EXPECT_EQ(Printed("echo a\n\nno_such_script.sh"),
            "a\n/bin/sh: 3: no_such_script.sh: not found\n127");
  EXPECT_EQ(Printed("x 2>/dev/null"), "127");
  EXPECT_EQ(Printed("[ a == b ]"), "/bin/sh: 1: [: a: unexpected operator\n2");
  EXPECT_EQ(Printed("[ a = ]"), "/bin/sh: 1: [: =: argument expected\n2");
  EXPECT_EQ(Printed("[ a"), "/bin/sh: 1: [: missing ]\n2");
}

TEST_F(InterpreterTest, AnswersFromProcesses) {
  EXPECT_EQ(Printed("/bin/ps -ef | grep kubelet | grep -v grep"),
            "root        10     1  0 00:00 ?        00:00:00 /usr/bin/kubelet --config=/x "
            "--client-ca-file=/ca\n");
  EXPECT_EQ(Printed("ps -C kube-controller-manager -o cmd --no-headers"),
            "kube-controller-manager --profiling=false\n");
  EXPECT_EQ(Printed("ps -fC nothing"), "UID        PID  PPID  C STIME TTY          TIME CMD\n1");
  EXPECT_EQ(Printed("ps -ef | grep -- --client-ca-file= | awk -F '--client-ca-file=' '{print $2}'"),
            "/ca\n");
  EXPECT_EQ(Printed("ps -ef | sed 's%.*--config[= ]\\([^ ]*\\).*%\\1%' | grep '^/x'"), "/x\n");
}

TEST_F(InterpreterTest, AnswersFromFiles) {
  EXPECT_EQ(Printed("find /etc/kubernetes/pki/ -name '*.key' | xargs stat -c permissions=%a"),
            "permissions=640\n");
  EXPECT_EQ(Printed("stat -c '%n %U:%G' /etc/kubernetes/pki/*.c?t /etc/none*"),
            "/etc/kubernetes/pki/ca.crt root:root\n"
            "stat: cannot statx '/etc/none*': No such file or directory\n1");
  EXPECT_EQ(
      Printed("grep -A1 'providers:' /etc/kubernetes/admin.conf | tail -n1 | grep -o '[A-Za-z]*'"),
      "aescbc\n");
  EXPECT_EQ(Printed("cat '/a\nb' \"/it's\" '/c d'"),
            "cat: '/a'$'\\n''b': No such file or directory\n"
            "cat: \"/it's\": No such file or directory\n"
            "cat: '/c d': No such file or directory\n1");
  EXPECT_EQ(Printed("find /none | xargs --no-run-if-empty stat"),
            "find: '/none': No such file or directory\n");
  EXPECT_EQ(Printed("/bin/sh -c 'if test -e /etc/kubernetes/admin.conf; then echo there; fi'"),
            "there\n");
}

TEST_F(InterpreterTest, AnswersFromTheCluster) {
  EXPECT_EQ(Printed("kubectl get pods -A -o custom-columns=N:.metadata.name,P:.spec.hostPID"),
            "N     P\na     true\nbcd   <none>\n");
  EXPECT_EQ(Printed("kubectl get pod a -n x -o jsonpath='{.spec.hostPID}'"), "true");
  EXPECT_EQ(Printed("kubectl get pod a -n x -o json | jq -c '.spec.containers[]'"),
            "{\"name\":\"c\"}\n");
  EXPECT_EQ(Printed("kubectl get pod none"),
            "Error from server (NotFound): pods \"none\" not found\n1");
  EXPECT_EQ(
      Printed("kubectl auth can-i get secrets --as=x; kubectl auth can-i list secrets --as x"),
      "yes\nno\n1");
  Interpreter alone(node_, nullptr);
  EXPECT_EQ(alone.Run("kubectl get pods -o json", {}).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(InterpreterTest, SaysWhatItDoesNotUnderstand) {
  for (const char* script : {"perl -e 1",
                             "case x in x) ;; esac",
                             "echo $((1+1))",
                             "sleep 1 &",
                             "f() { x; }",
                             "cat <<E\nE",
                             "echo x > /etc/passwd",
                             "grep -r x /",
                             "sed 's/a/b/e'",
                             "find / -exec x",
                             "jq 'env'",
                             "jq '\"\\(env)\"'",
                             "jq 'repeat(.)'",
                             "jq 'input_filename'",
                             "ps aux",
                             "echo $$",
                             "stat /etc",
                             "echo 'x",
                             "echo \"x",
                             "if true; then",
                             "kubectl delete pod x",
                             "kubectl get secrets",
                             "awk 'BEGIN {system(\"x\")}'",
                             "eval x=1; /usr/bin/perl",
                             "grep '\\(a\\)\\1' /etc/x"}) {
    const auto outcome = Run(script);
    if (std::string(script).rfind("eval", 0) == 0) {
      EXPECT_EQ(outcome.error().code, ErrorCode::kUnimplemented);
      continue;
    }
    ASSERT_FALSE(outcome.has_value()) << script << ": " << outcome->output;
    EXPECT_EQ(outcome.error().code, ErrorCode::kUnimplemented) << outcome.error().message;
    EXPECT_EQ(outcome.error().message.rfind("not understood: ", 0), 0u) << outcome.error().message;
  }
}

TEST_F(InterpreterTest, EndsAtItsLimits) {
  Limits limits;
  limits.steps = 10'000;
  limits.output_bytes = 1 << 20;
  EXPECT_EQ(Run("while true; do true; done", limits).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(Run("x=aaaaaaaaaaaaaaaa; while true; do x=$(echo $x$x); done", limits).error().code,
            ErrorCode::kResourceExhausted);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "$(echo ";
  EXPECT_EQ(Run(deep).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(Run(std::string(70'000, 'x')).error().code, ErrorCode::kResourceExhausted);
  Interpreter interpreter(node_, nullptr);
  const auto late = CallContext::WithTimeout(std::chrono::milliseconds(0));
  EXPECT_EQ(interpreter.Run("while true; do true; done", late).error().code,
            ErrorCode::kDeadlineExceeded);
}

TEST(Explain, ShowsEachCommandWithWhatItIsFor) {
  EXPECT_EQ(*Explain("/bin/sh -c 'if test -e /x; then stat -c %a /x; fi'"),
            "/bin/sh -c if test -e /x; then stat -c %a /x; fi\n"
            "  if:\n    test -e /x\n  then:\n    stat -c %a /x\n");
  EXPECT_EQ(*Explain("x=$(ps -ef | grep y)"),
            "$(…) is the output of:\n  ps -ef\n  its output into:\n    grep y\nx becomes '$(…)'\n");
}

}  // namespace
}  // namespace narrows::findings::benchmark::audit
