# Flags shared by every target: warnings as errors, sanitizers, hardening, ccache and mold.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # A base directory and no working directory in the hash let checkouts in different folders share hits.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
                    -Wno-missing-field-initializers -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-g1)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside the standard library when optimising or sanitising.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
                      -Wno-array-bounds -Wno-dangling-pointer)
  add_link_options(-Wno-stringop-overflow -Wno-stringop-overread)  # under LTO they come at the link
  if(NARROWS_PCH)
    add_compile_options(-fpch-preprocess)
  endif()
endif()

if(NARROWS_SANITIZE)
  add_compile_options(-fsanitize=${NARROWS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NARROWS_SANITIZE})
  if(NARROWS_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio uses fences, which GCC warns it does not model.
    add_compile_options(-Wno-tsan)
  endif()
endif()

if(NARROWS_HARDEN)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection
                      -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fPIE)
  add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

add_library(narrows_pch STATIC EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/pch.cc)
add_library(narrows_test_pch STATIC EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/pch.cc)
target_link_libraries(narrows_test_pch PUBLIC GTest::gmock)
if(NARROWS_PCH)
  set(headers <algorithm> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional>
      <set> <span> <string> <string_view> <tuple> <utility> <variant> <vector>)
  target_precompile_headers(narrows_pch PRIVATE ${headers})
  target_precompile_headers(narrows_test_pch PRIVATE ${headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()
