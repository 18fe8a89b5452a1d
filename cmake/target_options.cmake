# SPDX-License-Identifier: BSL-1.0

# What every target of this tree is compiled with, and none that only links to it.
function(polyport_target_options target)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    # What is built here includes from the root; others see the headers as they are installed.
    target_include_directories(
        ${target}
        PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated"
    )
    target_compile_options(
        ${target}
        PRIVATE
            -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wshadow
            $<$<BOOL:${POLYPORT_WERROR}>:-Werror>
            # Clang counts it to -Wconversion, GCC does not.
            $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>
            # A precompiled header with a time stamp inside would never be found again by ccache.
            $<$<AND:$<BOOL:${POLYPORT_PCH}>,$<CXX_COMPILER_ID:Clang>>:SHELL:-Xclang -fno-pch-timestamp>
            $<$<AND:$<BOOL:${POLYPORT_PCH}>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>
    )
    target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
    target_link_options(${target} PRIVATE -Wl,--as-needed)
    if(POLYPORT_SANITIZE)
        target_compile_options(
            ${target}
            PRIVATE
                -fsanitize=${POLYPORT_SANITIZE}
                -fno-sanitize-recover=all
                -fno-omit-frame-pointer
                # Looks at memory by way of a pipe: without a free descriptor every object seems wrong.
                -fno-sanitize=vptr
        )
        target_link_options(${target} PRIVATE -fsanitize=${POLYPORT_SANITIZE})
    endif()
    if(POLYPORT_FUZZ)
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
endfunction()

# What is seen of a sanitizer's report must be on standard error, and must fail the test.
set(POLYPORT_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:strict_string_checks=1"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1"
)
