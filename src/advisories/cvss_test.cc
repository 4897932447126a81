#include "advisories/cvss.h"

#include <gtest/gtest.h>

#include <string>

namespace narrows::advisories {
namespace {

struct Scored {
  const char* vector;
  double score;
};

class CvssTable : public testing::TestWithParam<Scored> {};

TEST_P(CvssTable, ScoresAsPublished) {
  const auto [vector, score] = GetParam();
  const auto result = ScoreCvss(vector);
  ASSERT_TRUE(result.has_value()) << vector << ": " << result.error().message;
  EXPECT_DOUBLE_EQ(result->score, score) << vector;
}

// Section 3.3 of the guide: CVE-2002-0392, CVE-2003-0818 and CVE-2003-0062.
INSTANTIATE_TEST_SUITE_P(Version2, CvssTable,
                         testing::Values(Scored{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8},
                                         Scored{"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0},
                                         Scored{"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2},
                                         Scored{"(AV:N/AC:M/Au:N/C:P/I:N/A:N)", 4.3},
                                         Scored{"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0},
                                         Scored{"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C",
                                                10.0}));

// FIRST's example documents of 3.0 and 3.1.
INSTANTIATE_TEST_SUITE_P(
    Version3, CvssTable,
    testing::Values(Scored{"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4},
                    Scored{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
                    Scored{"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8},
                    Scored{"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3},
                    Scored{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
                    Scored{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/MAV:L", 9.8}));

// Vectors of the specification's section 7, FIRST's examples and calculator.
INSTANTIATE_TEST_SUITE_P(
    Version4, CvssTable,
    testing::Values(
        Scored{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0},
        Scored{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 5.2},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1},
        Scored{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.8}));

TEST(Cvss, TellsItsVersion) {
  EXPECT_EQ(ScoreCvss("AV:N/AC:L/Au:N/C:N/I:N/A:C")->version, CvssVersion::k2);
  EXPECT_EQ(ScoreCvss("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")->version, CvssVersion::k30);
  EXPECT_EQ(ScoreCvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")->version, CvssVersion::k31);
}

TEST(Cvss, RefusesWhatIsNoVector) {
  for (const std::string vector :
       {"", "CVSS:3.1/", "CVSS:5.0/AV:N", "7.5", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:Z",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/QQ:X",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
        "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}) {
    const auto result = ScoreCvss(vector);
    EXPECT_FALSE(result.has_value()) << vector;
  }
  EXPECT_FALSE(ScoreCvss(std::string(100000, '/')).has_value());
}

}  // namespace
}  // namespace narrows::advisories
