# SPDX-License-Identifier: BSL-1.0
# Copies the headers for authors of services to OUT/polyport, and what they include to OUT/polyport/detail, where they
# include each other as "polyport/…": so they neither need this tree nor meet files of the same name in another one.
# What has not changed keeps its time.
#   cmake -DSOURCE=DIR,DIR… -DOUT=DIR -DHEADERS=common/stream.hpp,… -DINTERNAL=common/clock.hpp,… -P public_headers.cmake
cmake_minimum_required(VERSION 3.25)

foreach(list HEADERS INTERNAL SOURCE)
    string(REPLACE "," ";" ${list} "${${list}}")
endforeach()

# What a header of the tree is called there.
function(installed_name header result)
    string(REGEX REPLACE "^(common|services)/" "" name "${header}")
    string(REGEX REPLACE "^tests/kit/" "testing/" name "${name}")
    if(header IN_LIST INTERNAL)
        string(PREPEND name "detail/")
    endif()
    set(${result} "polyport/${name}" PARENT_SCOPE)
endfunction()

set(wanted)
foreach(header IN LISTS HEADERS INTERNAL)
    find_file(path NAMES "${header}" PATHS ${SOURCE} NO_DEFAULT_PATH NO_CACHE REQUIRED)
    file(READ "${path}" text)
    file(STRINGS "${path}" includes REGEX "^#include \"")
    unset(path)
    foreach(line IN LISTS includes)
        string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" included "${line}")
        if(NOT included IN_LIST HEADERS AND NOT included IN_LIST INTERNAL)
            message(FATAL_ERROR "${header} includes ${included}, which is not installed: name it in cmake/install.cmake")
        endif()
        installed_name("${included}" name)
        string(REPLACE "#include \"${included}\"" "#include \"${name}\"" text "${text}")
    endforeach()
    installed_name("${header}" name)
    list(APPEND wanted "${name}")
    set(before "")
    if(EXISTS "${OUT}/${name}")
        file(READ "${OUT}/${name}" before)
    endif()
    if(NOT "${text}" STREQUAL "${before}")
        file(WRITE "${OUT}/${name}" "${text}")
    endif()
endforeach()

# One that has moved or gone must not be found any more.
file(GLOB_RECURSE copied RELATIVE "${OUT}" "${OUT}/polyport/*.hpp")
foreach(header IN LISTS copied)
    if(NOT header IN_LIST wanted)
        file(REMOVE "${OUT}/${header}")
    endif()
endforeach()
