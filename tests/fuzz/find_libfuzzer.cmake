# SPDX-License-Identifier: BSL-1.0
# POLYPORT_LIBFUZZER: a Clang that comes with libFuzzer and can build for the standard library here; empty if there is
# none.
if(NOT DEFINED POLYPORT_LIBFUZZER)
    set(probe "${CMAKE_CURRENT_BINARY_DIR}/libfuzzer_probe.cpp")
    file(
        WRITE "${probe}"
        "#include <span>\n"
        "extern \"C\" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)\n"
        "{ return std::span(data, size).size() == size ? 0 : -1; }\n"
    )
    set(found)
    foreach(name clang++ clang++-19 clang++-14)
        find_program(clang "${name}" NO_CACHE)
        if(clang AND NOT found)
            execute_process(
                COMMAND "${clang}" -std=c++20 -fsanitize=fuzzer,address,undefined "${probe}" -o "${probe}.out"
                RESULT_VARIABLE failed
                OUTPUT_QUIET
                ERROR_QUIET
            )
            if(failed EQUAL 0)
                set(found "${clang}")
            endif()
        endif()
        unset(clang)
    endforeach()
    if(found)
        message(STATUS "Fuzz targets: driven by the libFuzzer of ${found}")
    else()
        message(STATUS "Fuzz targets: driven by tests/fuzz/driver.cpp; the packages clang and libclang-rt-14-dev have libFuzzer")
    endif()
    set(POLYPORT_LIBFUZZER "${found}" CACHE FILEPATH "A Clang with libFuzzer; empty for none")
    mark_as_advanced(POLYPORT_LIBFUZZER)
endif()
