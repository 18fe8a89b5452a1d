# SPDX-License-Identifier: BSL-1.0
# Compile through ccache where it is installed. Its defaults refuse to cache what uses a precompiled header;
# the sloppiness below is what its manual asks for in that case.
find_program(POLYPORT_CCACHE ccache DOC "Compiler cache; empty for none")
mark_as_advanced(POLYPORT_CCACHE)
if(PROJECT_IS_TOP_LEVEL AND POLYPORT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env
        # Clones at different places share what they have compiled: their paths become relative.
        "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
        "CCACHE_NOHASHDIR=1"
        "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "${POLYPORT_CCACHE}"
    )
endif()
