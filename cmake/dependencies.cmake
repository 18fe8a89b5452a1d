# SPDX-License-Identifier: BSL-1.0
# What the library links to: found here, for this tree and for the installed package alike.
# Before: a macro polyport_find(PACKAGE …), which is find_package or find_dependency.
polyport_find(Threads)
polyport_find(Boost 1.81 COMPONENTS json program_options)
polyport_find(OpenSSL COMPONENTS Crypto)
polyport_find(ZLIB)
polyport_find(PkgConfig)
if(NOT TARGET PkgConfig::polyport_compression)
    pkg_check_modules(polyport_compression QUIET IMPORTED_TARGET libbrotlienc libzstd)
endif()
if(NOT TARGET PkgConfig::polyport_passwords)
    pkg_check_modules(polyport_passwords QUIET IMPORTED_TARGET libcrypt)
endif()
