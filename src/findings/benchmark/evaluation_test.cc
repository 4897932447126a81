#include "findings/benchmark/evaluation.h"

#include <gtest/gtest.h>

#include "findings/benchmark/audit/made_up_node_testing.h"
#include "findings/benchmark/comparison.h"
#include "findings/benchmark/substitution.h"

namespace narrows::findings::benchmark {
namespace {

bool Holds(const char* op, const char* wanted, const char* found) {
  return Compare({op, wanted}, found, "flag").holds;
}

TEST(Comparison, FollowsEachOperatorsRule) {
  EXPECT_TRUE(Holds("eq", "true", "True"));
  EXPECT_FALSE(Holds("eq", "abc", "ABC"));
  EXPECT_TRUE(Holds("noteq", "a", "b"));
  EXPECT_FALSE(Holds("noteq", "false", "FALSE"));
  EXPECT_TRUE(Holds("gte", "30", " 30 "));
  EXPECT_FALSE(Holds("gt", "30", "30"));
  EXPECT_TRUE(Holds("lt", "30", "-1"));
  EXPECT_FALSE(Holds("lte", "30", "x"));
  EXPECT_TRUE(Holds("has", "RBAC", "Node,RBAC"));
  EXPECT_FALSE(Holds("nothave", "RBAC", "Node,RBAC"));
  EXPECT_TRUE(Holds("regex", "^a+$", "aaa"));
  EXPECT_FALSE(Holds("regex", "(", "("));
  EXPECT_TRUE(Holds("bitmask", "644", "600"));
  EXPECT_FALSE(Holds("bitmask", "644", "755"));
  EXPECT_FALSE(Holds("bitmask", "644", "999"));
  EXPECT_TRUE(Holds("valid_elements", "A,B,C", " A, B,"));
  EXPECT_FALSE(Holds("valid_elements", "A,B", "A,D"));
  EXPECT_FALSE(Holds("valid_elements", "A", ""));
  EXPECT_FALSE(Holds("unheard_of", "A", "A"));
}

TestItem Item(const char* flag, const char* op = "", const char* value = "") {
  TestItem item;
  item.flag = flag;
  item.compare = {op, value};
  return item;
}

Check Asking(TestItem item) {
  Check check;
  check.id = "1";
  check.audit = "audit";
  check.scored = true;
  check.has_tests = true;
  check.tests.items.push_back(std::move(item));
  return check;
}

CheckResult With(const Check& check, const std::string& command, const std::string& config = "",
                 const std::string& environment = "", int config_code = 0) {
  return Evaluate(check, [&](const std::string& script) -> Result<AuditOutput> {
    if (script == "config") return AuditOutput{config, config_code};
    if (script == "environment") return AuditOutput{environment, 0};
    return AuditOutput{command, 0};
  });
}

TEST(Evaluation, FindsFlagsInTheirForms) {
  const Check check = Asking(Item("--a", "eq", "x"));
  EXPECT_EQ(With(check, "p --b --a=x --c\n").state, State::kPass);
  EXPECT_EQ(With(check, "p --a: x").state, State::kPass);
  EXPECT_EQ(With(check, "p --a x").state, State::kFail);  // kube-bench takes no blank for a "="
  EXPECT_EQ(With(check, "p --a=y").state, State::kFail);
  EXPECT_EQ(With(check, "p").state, State::kFail);
  EXPECT_EQ(With(Asking(Item("--a", "eq", "true")), "p --a").state, State::kPass);
  EXPECT_EQ(With(Asking(Item("root:root")), "root:root").state, State::kPass);
  TestItem absent = Item("--a");
  absent.set = false;
  EXPECT_EQ(With(Asking(absent), "p --b").state, State::kPass);
  EXPECT_EQ(With(Asking(absent), "p --a").state, State::kFail);
}

TEST(Evaluation, LooksInTheConfigurationAndTheEnvironmentWhenTheFlagIsNotThere) {
  TestItem item = Item("--a", "eq", "5");
  item.path = "{.a.b}";
  item.env = "A";
  Check check = Asking(item);
  check.audit_config = "config";
  check.audit_env = "environment";
  EXPECT_EQ(With(check, "p", "a:\n  b: 5\n").state, State::kPass);
  EXPECT_EQ(With(check, "p", R"({"a":{"b":5}})").state, State::kPass);
  EXPECT_EQ(With(check, "p --a=4", "a: {b: 5}").state, State::kFail);
  EXPECT_EQ(With(check, "p", "a: [", "X=1\nA=5\nB=2").state, State::kPass);
  EXPECT_EQ(With(check, "p", "", "A=").state, State::kFail);
  // A file that is not there does not matter where the audit printed something.
  EXPECT_EQ(With(check, "p --a=5", "cat: x: No such file or directory\n", "", 1).state,
            State::kPass);
  EXPECT_EQ(With(check, "", "cat: x: No such file or directory\n", "", 1).state, State::kFail);
  const CheckResult large = With(Asking(item), "p --a=1", "");
  EXPECT_EQ(large.expected_result, "'--a' is equal to '5'");
  EXPECT_EQ(large.actual_value, "p --a=1");
}

TEST(Evaluation, NumbersOfJsonReadAsGosFloats) {
  TestItem item = Item("--a", "eq", "1000000");
  item.path = "{.a}";
  Check check = Asking(item);
  check.audit_config = "config";
  EXPECT_EQ(With(check, "p", "a: 1000000").state, State::kPass);
  EXPECT_EQ(With(check, "p", R"({"a":1000000})").state, State::kFail);  // "1e+06"
  EXPECT_EQ(With(check, "p", "a: {b: c}").state, State::kFail);
}

TEST(Evaluation, JoinsItemsAndRows) {
  Check check = Asking(Item("a=", "", ""));
  check.tests.items.push_back(Item("b="));
  EXPECT_EQ(With(check, "a=1").state, State::kFail);
  EXPECT_EQ(With(check, "a=1 b=2").expected_result, "'a=' is present AND 'b=' is present");
  check.tests.bin_op = "or";
  EXPECT_EQ(With(check, "a=1").state, State::kPass);
  check.tests.bin_op = "xor";
  EXPECT_EQ(With(check, "a=1 b=2").state, State::kFail);
  Check rows = Asking(Item("ok"));
  rows.use_multiple_values = true;
  EXPECT_EQ(With(rows, "ok\nok\n").state, State::kPass);
  EXPECT_EQ(With(rows, "ok\nno\nok").state, State::kFail);
}

TEST(Evaluation, GivesKubeBenchsStatesWithoutTests) {
  Check check = Asking(Item("a"));
  check.type = "manual";
  EXPECT_EQ(With(check, "a").state, State::kWarn);
  check.type = "skip";
  EXPECT_EQ(With(check, "a").state, State::kInfo);
  check.type = "";
  check.tests.items.clear();
  EXPECT_EQ(With(check, "a").state, State::kFail);
  check.has_tests = false;
  EXPECT_EQ(With(check, "a").state, State::kWarn);
  check.scored = false;
  EXPECT_EQ(With(check, "a").state, State::kWarn);
}

TEST(Evaluation, NeverPassesOrFailsWhatItDoesNotUnderstand) {
  const CheckResult result = Evaluate(Asking(Item("a")), [](const std::string&) {
    return Result<AuditOutput>(Unimplemented("not understood: perl"));
  });
  EXPECT_EQ(result.state, State::kWarn);
  EXPECT_FALSE(result.evaluated);
  EXPECT_EQ(result.reason, "not evaluated: not understood: perl");
}

TEST(Evaluation, AnAuditThatFailsFailsTheCheck) {
  const CheckResult result = Evaluate(Asking(Item("a")), [](const std::string&) {
    return Result<AuditOutput>(AuditOutput{"a", 1});
  });
  EXPECT_EQ(result.state, State::kFail);
  EXPECT_EQ(result.reason, R"(failed to run: "audit", output: "a", error: exit status 1)");
}

TEST(Substitution, TakesWhatRunsAndWhatIsThere) {
  audit::MadeUpNode node;
  node.AddFile("/etc/b", "");
  node.AddProcess("hyperkube", {"/usr/bin/hyperkube", "kubelet", "-v"});
  Component kubelet;
  kubelet.name = "kubelet";
  kubelet.known = true;
  kubelet.bins = {"kubelet", "hyperkube kubelet"};
  kubelet.conf.files = {"/etc/a", "/etc/b"};
  kubelet.svc.otherwise = "/etc/svc";
  const auto found = FindSubstitutions({kubelet}, node);
  ASSERT_TRUE(found.has_value());
  const Substituted text =
      Substitute("$kubeletbin $kubeletconf $kubeletsvc $kubeletcafile", *found);
  EXPECT_EQ(text.text, "'hyperkube kubelet' /etc/b /etc/svc kubelet");
  EXPECT_EQ(text.programs, std::vector<std::string>{"hyperkube kubelet"});
  EXPECT_TRUE(*Runs({kubelet}, node));

  kubelet.bins = {"kubelet"};
  const auto missing = FindSubstitutions({kubelet}, node);
  EXPECT_TRUE(missing->programs.empty());
  EXPECT_EQ(missing->missing, std::vector<std::string>{"kubelet"});
  EXPECT_FALSE(*Runs({kubelet}, node));
  kubelet.optional = true;
  EXPECT_EQ(FindSubstitutions({kubelet}, node)->programs.at(0).second, "kubelet");
}

}  // namespace
}  // namespace narrows::findings::benchmark
