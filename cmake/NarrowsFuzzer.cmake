# narrows_fuzzer(NAME library…): fuzz/NAME_fuzz.cc with the seed corpus fuzz/corpus/NAME/.
# With NARROWS_FUZZ it is a libFuzzer program; otherwise a program that replays the corpus, run as a test.
function(narrows_fuzzer NAME)
  add_executable(${NAME}_fuzz ${CMAKE_CURRENT_SOURCE_DIR}/${NAME}_fuzz.cc)
  target_link_libraries(${NAME}_fuzz PRIVATE ${ARGN})
  add_dependencies(fuzzers ${NAME}_fuzz)
  if(NARROWS_FUZZ)
    target_link_options(${NAME}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${NAME}_fuzz PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/replay_main.cc)
    add_test(NAME fuzz_replay_${NAME} COMMAND ${NAME}_fuzz ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${NAME})
  endif()
endfunction()
