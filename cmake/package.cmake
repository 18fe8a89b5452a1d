# SPDX-License-Identifier: BSL-1.0
# Two Debian packages: polyport with the programs and the service, polyport-dev for services of one's own.
#   cpack -G DEB --config build/release/CPackConfig.cmake
option(POLYPORT_SYSTEM_SERVICE "Install the service-manager units and /etc/polyport, as a package does" OFF)

# Who makes a package answers for it, and is known as the other tools of Debian know him; without a name, an address
# that certainly is nobody's (RFC 2606).
if(DEFINED ENV{DEBEMAIL})
    set(packager "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
    set(packager "the maintainers of polyport <maintainers@polyport.invalid>")
endif()
set(POLYPORT_PACKAGER "${packager}" CACHE STRING "Maintainer of the Debian packages: NAME <ADDRESS>")

# Documents, which Debian wants compressed, and in each package.
function(polyport_install_document source name destination)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE file)
    if(POLYPORT_SYSTEM_SERVICE)
        string(APPEND name ".gz")
        set(made "${PROJECT_BINARY_DIR}/documents/${name}")
        add_custom_command(
            OUTPUT "${made}"
            COMMAND "${CMAKE_COMMAND}" -E make_directory "${PROJECT_BINARY_DIR}/documents"
            COMMAND gzip -9nc "${file}" > "${made}"
            DEPENDS "${file}"
            VERBATIM
        )
        add_custom_target("document_${name}" ALL DEPENDS "${made}")
        set(file "${made}")
    endif()
    install(FILES "${file}" DESTINATION "${destination}" COMPONENT runtime RENAME "${name}")
    if(POLYPORT_SYSTEM_SERVICE AND name STREQUAL "changelog.gz")
        install(FILES "${file}" DESTINATION "${destination}-dev" COMPONENT dev)
    endif()
endfunction()
polyport_install_document(docs/polyport.1 polyport.1 "${CMAKE_INSTALL_MANDIR}/man1")
polyport_install_document(docs/polyportd.8 polyportd.8 "${CMAKE_INSTALL_MANDIR}/man8")
polyport_install_document(CHANGELOG.md NEWS "${CMAKE_INSTALL_DOCDIR}")
# What Debian calls a changelog is of the package, and has a form of its own.
if(POLYPORT_SYSTEM_SERVICE)
    string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
    file(
        CONFIGURE
        OUTPUT documents/changelog
        CONTENT
            "polyport (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * What has changed is told in NEWS.gz of polyport.\n\n -- ${POLYPORT_PACKAGER}  ${now}\n"
    )
    polyport_install_document("${PROJECT_BINARY_DIR}/documents/changelog" changelog "${CMAKE_INSTALL_DOCDIR}")
endif()

# The guides lie in one folder with the examples, so what they link to in the tree is written anew.
foreach(guide access admin cgi extending http)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "docs/${guide}.md")
    file(READ docs/${guide}.md text)
    string(REPLACE "](../examples/" "](examples/" text "${text}")
    string(REGEX REPLACE "\\[([^]]*)\\]\\(\\.\\./[^)]*\\)" "`\\1`" text "${text}")
    file(CONFIGURE OUTPUT "documents/${guide}.md" CONTENT "${text}" @ONLY)
    set(component runtime)
    if(guide STREQUAL "extending")
        set(component dev)
    endif()
    install(
        FILES "${PROJECT_BINARY_DIR}/documents/${guide}.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}"
        COMPONENT ${component}
    )
endforeach()
install(
    DIRECTORY examples
    DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    COMPONENT dev
    USE_SOURCE_PERMISSIONS
    PATTERN __pycache__ EXCLUDE
)

install(
    DIRECTORY config/www
    DESTINATION "${CMAKE_INSTALL_DATADIR}/polyport"
    COMPONENT runtime
    USE_SOURCE_PERMISSIONS
)
install(
    FILES config/polyport.conf
    DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    COMPONENT runtime
    RENAME polyport.conf.example
)
file(READ LICENSE license)
file(CONFIGURE OUTPUT documents/copyright CONTENT "Copyright 2026 the authors of polyport\n\n@license@" @ONLY)
set(copyright "${PROJECT_BINARY_DIR}/documents/copyright")
install(FILES "${copyright}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT runtime)
if(POLYPORT_SYSTEM_SERVICE)
    install(FILES "${copyright}" DESTINATION "${CMAKE_INSTALL_DOCDIR}-dev" COMPONENT dev)
endif()
# A service for the whole system: not a part of `cmake --install --prefix` somewhere else.
if(POLYPORT_SYSTEM_SERVICE)
    install(
        FILES config/polyportd.service config/polyportd.socket
        DESTINATION /usr/lib/systemd/system
        COMPONENT runtime
    )
    install(FILES config/debian/polyport.conf DESTINATION /etc/polyport COMPONENT runtime)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${POLYPORT_PACKAGER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME polyport)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "adduser")
# For one of the programs of the site.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "python3")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
    "${CMAKE_CURRENT_BINARY_DIR}/conffiles;${PROJECT_SOURCE_DIR}/config/debian/postinst;${PROJECT_SOURCE_DIR}/config/debian/prerm;${PROJECT_SOURCE_DIR}/config/debian/postrm"
)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(CONFIGURE OUTPUT conffiles CONTENT "/etc/polyport/polyport.conf\n")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "The daemon polyportd, the client polyport, and a system service."
)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME polyport-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# Not needed to build: whoever builds services need not have one running.
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "polyport")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libboost1.81-dev, libboost-json1.81-dev, libboost-program-options1.81-dev, libbrotli-dev, libcrypt-dev, libssl-dev, libzstd-dev, zlib1g-dev, pkg-config"
)
set(CPACK_COMPONENT_DEV_DESCRIPTION
    "Headers, library and test harness for services built with polyport,\n with a CMake package, a pkg-config file and a Python module."
)
include(CPack)
