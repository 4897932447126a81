#include "ecosystems/java/lock_files.h"

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

TEST(GradleLock, LeavesOutWhatOnlyTestsNeed) {
  const auto extracted = ParseGradleLock(
      "# This is a Gradle generated file for dependency locking.\r\n"
      "com.google.guava:guava:31.1-jre=compileClasspath,testCompileClasspath\r\n"
      "junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath\n"
      "a:b=runtimeClasspath\n:c:1=runtimeClasspath\nempty=annotationProcessor\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("com.google.guava:guava 31.1-jre"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'a:b="), HasSubstr("'' '1'")));
  EXPECT_THAT(Listed(ParseGradleLock("empty=\n")), IsEmpty());
}

TEST(SbtLock, LeavesOutWhatOnlyTestsNeed) {
  const auto extracted = ParseSbtLock(R"({"lockVersion": 1, "dependencies": [
      {"org": "org.typelevel", "name": "cats-core_2.13", "version": "2.9.0",
       "configurations": ["compile", "test"]},
      {"org": "org.scalatest", "name": "scalatest_2.13", "version": "3.2.15",
       "configurations": ["test"]},
      {"org": "a", "name": "b"}]})");
  EXPECT_THAT(Listed(extracted), ElementsAre("org.typelevel:cats-core_2.13 2.9.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'a:b' ''")));
}

TEST(JavaLockFiles, RefuseOtherTexts) {
  for (const char* text : {"", "hello", "{}", "[]"}) {
    EXPECT_FALSE(ParseGradleLock(text).has_value()) << text;
    EXPECT_FALSE(ParseSbtLock(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace narrows::ecosystems::java
