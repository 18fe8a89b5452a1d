# SPDX-License-Identifier: BSL-1.0
# Copies the headers for authors of services to OUT, where they include each other as "polyport/…": so they neither
# need this tree nor meet files of the same name in another one. What has not changed keeps its time.
#   cmake -DSOURCE=DIR;DIR… -DOUT=DIR -DHEADERS=common/run.hpp,… -P public_headers.cmake
string(REPLACE "," ";" HEADERS "${HEADERS}")
string(REPLACE "," ";" SOURCE "${SOURCE}")
foreach(header IN LISTS HEADERS)
    find_file(path NAMES "${header}" PATHS ${SOURCE} NO_DEFAULT_PATH NO_CACHE REQUIRED)
    file(READ "${path}" text)
    unset(path)
    string(REPLACE "#include \"tests/kit/" "#include \"polyport/testing/" text "${text}")
    string(REGEX REPLACE "#include \"(common|services)/" "#include \"polyport/" text "${text}")
    string(REGEX REPLACE "^tests/kit/" "testing/" name "${header}")
    string(REGEX REPLACE "^(common|services)/" "" name "${name}")
    set(before "")
    if(EXISTS "${OUT}/polyport/${name}")
        file(READ "${OUT}/polyport/${name}" before)
    endif()
    if(NOT "${text}" STREQUAL "${before}")
        file(WRITE "${OUT}/polyport/${name}" "${text}")
    endif()
endforeach()

# What they include must be among them.
file(GLOB_RECURSE copied RELATIVE "${OUT}" "${OUT}/polyport/*.hpp")
foreach(header IN LISTS copied)
    file(STRINGS "${OUT}/${header}" includes REGEX "^#include \"")
    foreach(line IN LISTS includes)
        string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" included "${line}")
        if(NOT EXISTS "${OUT}/${included}")
            message(FATAL_ERROR "${header} includes ${included}, which is not installed: name it in cmake/install.cmake")
        endif()
    endforeach()
endforeach()
