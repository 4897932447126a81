#include "ecosystems/java/pom.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::java {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Dependency(const std::string& artifact, const std::string& more) {
  return "<dependency><groupId>g</groupId><artifactId>" + artifact + "</artifactId>" + more +
         "</dependency>";
}

TEST(Pom, ListsDependenciesWithTheVersionsItStates) {
  const auto extracted = ParsePom(
      "<?xml version=\"1.0\"?><project xmlns=\"http://maven.apache.org/POM/4.0.0\">"
      "<parent><groupId>org.example</groupId><artifactId>p</artifactId><version>7</version>"
      "</parent><artifactId>app</artifactId>"
      "<properties><a.version> 1.0 </a.version><b.version>${a.version}.1</b.version></properties>"
      "<dependencyManagement><dependencies>" +
      Dependency("managed", "<version>3.0</version>") +
      Dependency("managed-test", "<version>3.0</version><scope>test</scope>") +
      "</dependencies></dependencyManagement><dependencies>" +
      Dependency("a", "<version>${a.version}</version>") +
      Dependency("b",
                 "<version>${b.version}</version><scope>runtime</scope>"
                 "<exclusions><exclusion><artifactId>x</artifactId></exclusion></exclusions>") +
      Dependency("sibling", "<version>${project.version}</version>") + Dependency("managed", "") +
      Dependency("managed-test", "") +
      Dependency("junit", "<version>4</version><scope>test</scope>") + Dependency("by-parent", "") +
      Dependency("unknown", "<version>${nowhere}</version>") +
      Dependency("range", "<version>[1.0,2.0)</version>") + "</dependencies>" +
      "<build><plugins><plugin><dependencies>" + Dependency("plugin", "<version>1</version>") +
      "</dependencies></plugin></plugins></build></project>");
  EXPECT_THAT(Listed(extracted),
              ElementsAre("g:a 1.0", "g:b 1.0.1", "g:sibling 7", "g:managed 3.0"));
  EXPECT_THAT(extracted->statuses, IsEmpty());
}

TEST(Pom, EndsPropertiesThatReferToThemselves) {
  EXPECT_THAT(
      Listed(ParsePom("<project><properties><a>x${a}${a}</a></properties><dependencies>" +
                      Dependency("a", "<version>${a}</version>") + "</dependencies></project>")),
      IsEmpty());
}

TEST(Pom, IsNoOtherDocument) {
  EXPECT_THAT(Listed(ParsePom("<html/>")), ElementsAre(HasSubstr("no project")));
  EXPECT_THAT(Listed(ParsePom("hello")), ElementsAre(HasSubstr("malformed XML")));
  EXPECT_FALSE(ParsePom("").has_value());
}

}  // namespace
}  // namespace narrows::ecosystems::java
