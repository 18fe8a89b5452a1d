# SPDX-License-Identifier: BSL-1.0
# What others get: programs, the library with the headers for services of one's own, and what finds them.
include(CMakePackageConfigHelpers)

# What authors of services may include: the interface (docs/extending.md says for how long). common/version.hpp is
# generated.
set(polyport_public_headers
    common/blocking.hpp
    common/connection.hpp
    common/const_bytes.hpp
    common/datagram.hpp
    common/error.hpp
    common/handler_log.hpp
    common/io_faults.hpp
    common/log_record.hpp
    common/metrics.hpp
    common/option_binding.hpp
    common/option_values.hpp
    common/options.hpp
    common/runtime.hpp
    common/service.hpp
    common/service_definition.hpp
    common/socket_address.hpp
    common/stream.hpp
    common/task.hpp
    common/transport.hpp
    common/unique_fd.hpp
    common/version.hpp
    services/polyport.hpp
    services/service_table.hpp
    tests/kit/harness.hpp
    tests/kit/peer.hpp
)
# What those include, in polyport/detail.
set(polyport_internal_headers
    common/access/access_settings.hpp
    common/access/address_range.hpp
    common/access/range_map.hpp
    common/access/rate.hpp
    common/access/rate_table.hpp
    common/access/rule.hpp
    common/access/rule_set.hpp
    common/access/source.hpp
    common/access/source_counts.hpp
    common/accounts.hpp
    common/buffer_pool.hpp
    common/clock.hpp
    common/connection_table.hpp
    common/daemon_control.hpp
    common/endpoint_spec.hpp
    common/event_hub.hpp
    common/flow_table.hpp
    common/gate.hpp
    common/input_buffer.hpp
    common/log.hpp
    common/log_settings.hpp
    common/log_throttle.hpp
    common/name_lookup/dns_client.hpp
    common/name_lookup/dns_message.hpp
    common/name_lookup/dns_settings.hpp
    common/name_lookup/name_lookup.hpp
    common/readiness.hpp
    common/ready_report.hpp
    common/refusal.hpp
    common/settings.hpp
    common/sleeper.hpp
    common/url_prefix.hpp
    common/waiter.hpp
    common/worker_pool.hpp
)
set(sources ${polyport_public_headers} ${polyport_internal_headers})
list(TRANSFORM sources PREPEND "${PROJECT_SOURCE_DIR}/")
list(REMOVE_ITEM sources "${PROJECT_SOURCE_DIR}/common/version.hpp")
list(JOIN polyport_public_headers "," headers)
list(JOIN polyport_internal_headers "," internal_headers)
set(stamp "${PROJECT_BINARY_DIR}/include/polyport.stamp")
add_custom_command(
    OUTPUT "${stamp}"
    COMMAND
        "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR},${PROJECT_BINARY_DIR}/generated"
        "-DOUT=${PROJECT_BINARY_DIR}/include" "-DHEADERS=${headers}" "-DINTERNAL=${internal_headers}" -P
        "${PROJECT_SOURCE_DIR}/cmake/public_headers.cmake"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS
        ${sources}
        "${PROJECT_BINARY_DIR}/generated/common/version.hpp"
        "${PROJECT_SOURCE_DIR}/cmake/install.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/public_headers.cmake"
    COMMENT "Copying the headers for authors of services"
    VERBATIM
)
add_custom_target(polyport_public_headers DEPENDS "${stamp}")
add_dependencies(polyport polyport_public_headers)

# As a part of another project it is that one's business what is installed.
option(POLYPORT_INSTALL "Install the programs, the library and what finds them" ${PROJECT_IS_TOP_LEVEL})
if(NOT POLYPORT_INSTALL)
    return()
endif()

install(
    TARGETS polyport
    EXPORT polyport
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev
)
install(
    DIRECTORY "${PROJECT_BINARY_DIR}/include/polyport"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT dev
)

# For tests in any language, and in Python.
set(polyport_python_dir "${CMAKE_INSTALL_DATADIR}/polyport/python")
install(
    FILES tests/python/polyport_daemon.py
    DESTINATION "${polyport_python_dir}"
    COMPONENT dev
)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/polyport")
install(
    EXPORT polyport
    NAMESPACE polyport::
    FILE polyportTargets.cmake
    DESTINATION "${package_dir}"
    COMPONENT dev
)
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/polyportConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/cmake/polyportConfig.cmake"
    INSTALL_DESTINATION "${package_dir}"
    PATH_VARS polyport_python_dir
)
# Until 1.0 every minor version may change what services are written against.
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/cmake/polyportConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion
)
file(RELATIVE_PATH polyport_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/polyport.pc.in "${PROJECT_BINARY_DIR}/cmake/polyport.pc" @ONLY)
install(
    FILES
        cmake/dependencies.cmake
        "${PROJECT_BINARY_DIR}/cmake/polyportConfig.cmake"
        "${PROJECT_BINARY_DIR}/cmake/polyportConfigVersion.cmake"
    DESTINATION "${package_dir}"
    COMPONENT dev
)
install(
    FILES "${PROJECT_BINARY_DIR}/cmake/polyport.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT dev
)
