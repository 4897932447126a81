#include "model/label_selector.h"

#include <gtest/gtest.h>

#include "model/network_policy.h"

namespace narrows::model {
namespace {

using Operator = LabelRequirement::Operator;

struct Case {
  const char* name;
  LabelSelector selector;
  Labels labels;
  bool matches;
};

class LabelSelectorMatches : public testing::TestWithParam<Case> {};

TEST_P(LabelSelectorMatches, AsTheApiDefines) {
  EXPECT_EQ(GetParam().selector.Matches(GetParam().labels), GetParam().matches);
}

const Labels kShop = {{"app", "shop"}, {"tier", "web"}, {"note", ""}};

INSTANTIATE_TEST_SUITE_P(
    Table, LabelSelectorMatches,
    testing::Values(
        Case{"EmptyMatchesAll", {}, kShop, true}, Case{"EmptyMatchesUnlabelled", {}, {}, true},
        Case{"Label", {{{"app", "shop"}}, {}}, kShop, true},
        Case{"LabelWithOtherValue", {{{"app", "blog"}}, {}}, kShop, false},
        Case{"AbsentLabel", {{{"zone", ""}}, {}}, kShop, false},
        Case{"EmptyValue", {{{"note", ""}}, {}}, kShop, true},
        Case{"OneOfTwoLabels", {{{"app", "shop"}, {"tier", "db"}}, {}}, kShop, false},
        Case{"In", {{}, {{"tier", Operator::kIn, {"db", "web"}}}}, kShop, true},
        Case{"InWithoutLabel", {{}, {{"zone", Operator::kIn, {""}}}}, kShop, false},
        Case{"NotIn", {{}, {{"tier", Operator::kNotIn, {"db"}}}}, kShop, true},
        Case{"NotInListed", {{}, {{"tier", Operator::kNotIn, {"web"}}}}, kShop, false},
        Case{"NotInWithoutLabel", {{}, {{"zone", Operator::kNotIn, {"a"}}}}, kShop, true},
        Case{"Exists", {{}, {{"app", Operator::kExists, {}}}}, kShop, true},
        Case{"ExistsAbsent", {{}, {{"zone", Operator::kExists, {}}}}, kShop, false},
        Case{"DoesNotExist", {{}, {{"zone", Operator::kDoesNotExist, {}}}}, kShop, true},
        Case{"DoesNotExistPresent", {{}, {{"app", Operator::kDoesNotExist, {}}}}, kShop, false},
        Case{"LabelsAndExpressionsBoth",
             {{{"app", "shop"}}, {{"tier", Operator::kNotIn, {"web"}}}},
             kShop,
             false}),
    [](const auto& test) { return test.param.name; });

TEST(LabelSelector, PrintsAsKubectlDoes) {
  const LabelSelector selector{
      {{"app", "shop"}},
      {{"tier", Operator::kIn, {"a", "b"}}, {"old", Operator::kDoesNotExist, {}}}};
  EXPECT_EQ(selector.ToString(), "app=shop,tier in (a,b),!old");
  EXPECT_EQ(LabelSelector{}.ToString(), "everything");
}

TEST(LabelSelector, IsCheckedAsTheApiServerDoes) {
  const auto error = [](const LabelSelector& selector) {
    const auto valid = selector.Validate();
    return valid.has_value() ? "" : valid.error().message;
  };
  EXPECT_EQ(error({{{"example.com/app", "a.b-c_D"}}, {{"x", Operator::kExists, {}}}}), "");
  EXPECT_EQ(error({{{"-app", ""}}, {}}), "matchLabels: \"-app\" is not a label's name");
  EXPECT_EQ(error({{{"Example/app", ""}}, {}}),
            "matchLabels: \"Example/app\" is not a label's name");
  EXPECT_EQ(error({{{"app", "a b"}}, {}}), "matchLabels.app: \"a b\" is not a label's value");
  EXPECT_EQ(error({{{"app", std::string(64, 'a')}}, {}}).substr(0, 15), "matchLabels.app");
  EXPECT_EQ(error({{}, {{"a", Operator::kExists, {}}, {"a", Operator::kIn, {}}}}),
            "matchExpressions[1].values: In needs at least one");
  EXPECT_EQ(error({{}, {{"a", Operator::kExists, {"b"}}}}),
            "matchExpressions[0].values: Exists takes none");
}

TEST(Service, WithoutSelectorSelectsNobody) {
  EXPECT_FALSE(Service{}.Selects(kShop));
  EXPECT_TRUE((Service{"n", "s", {{"app", "shop"}}}.Selects(kShop)));
}

}  // namespace
}  // namespace narrows::model
