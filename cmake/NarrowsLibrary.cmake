# narrows_library(NAME DEPENDS lib… EXTERNAL target… TEST_DEPENDS lib… TEST_EXTERNAL target…)
#
# Declares the static library of the calling folder. NAME is the folder's path below src/ with '/' as '_'.
#   sources   every *.cc but *_test.cc
#   tests     every *_test.cc, one executable NAME_test, run from the repository's root
#   layering  a test that fails on an #include "…" of a folder that is neither this one nor in DEPENDS
# TEST_DEPENDS are libraries of ours that only the tests use and include, TEST_EXTERNAL foreign ones.
# DEPENDS names our own libraries, EXTERNAL foreign link targets (private: their headers stay in .cc files).
function(narrows_library NAME)
  cmake_parse_arguments(ARG "" "" "DEPENDS;EXTERNAL;TEST_DEPENDS;TEST_EXTERNAL" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(${NAME} STATIC ${sources} ${headers})
    target_include_directories(${NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_EXTERNAL})
    if(NARROWS_PCH)
      target_precompile_headers(${NAME} REUSE_FROM narrows_pch)
    endif()
  else()
    add_library(${NAME} INTERFACE)
    target_include_directories(${NAME} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPENDS})
  endif()

  if(tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE ${NAME} ${ARG_TEST_DEPENDS} ${ARG_EXTERNAL} ${ARG_TEST_EXTERNAL}
                          GTest::gmock GTest::gtest_main)
    if(NARROWS_PCH)
      target_precompile_headers(${NAME}_test REUSE_FROM narrows_test_pch)
    endif()
    add_test(NAME ${NAME}_test COMMAND ${NAME}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()

  add_test(NAME ${NAME}_layering
           COMMAND ${CMAKE_SOURCE_DIR}/cmake/check_layering.py ${CMAKE_SOURCE_DIR}/src
                   ${CMAKE_CURRENT_SOURCE_DIR} ${ARG_DEPENDS} --tests ${ARG_TEST_DEPENDS})
endfunction()
