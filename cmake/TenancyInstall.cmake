# What `cmake --install` puts where: headers, libraries and what finds them. Components: "runtime" is
# what programs need to run, "development" what it takes to build them, "postgres" what it takes besides
# for stores on PostgreSQL.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tenancy")

# Both kinds of library are called tenancy::tenancy; the package's configuration includes the file of
# one.
foreach(kind IN LISTS TENANCY_KINDS)
  install(TARGETS tenancy_${kind} EXPORT tenancy-${kind}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime
      NAMELINK_COMPONENT development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  install(EXPORT tenancy-${kind}
    DESTINATION "${package_dir}"
    NAMESPACE tenancy::
    COMPONENT development)
endforeach()

install(TARGETS tenancy_testing EXPORT tenancy-testing
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(EXPORT tenancy-testing
  DESTINATION "${package_dir}"
  NAMESPACE tenancy::
  COMPONENT development)

if(TARGET tenancy_conformance)
  install(TARGETS tenancy_conformance EXPORT tenancy-conformance
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  install(EXPORT tenancy-conformance
    DESTINATION "${package_dir}"
    NAMESPACE tenancy::
    COMPONENT development)
endif()

if(TARGET tenancy_postgres)
  install(TARGETS tenancy_postgres EXPORT tenancy-postgres
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT postgres
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT postgres)
  install(EXPORT tenancy-postgres
    DESTINATION "${package_dir}"
    NAMESPACE tenancy::
    COMPONENT postgres)
endif()

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/tenancy-config.cmake.in"
  "${PROJECT_BINARY_DIR}/tenancy-config.cmake"
  INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0.0 any minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tenancy-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/tenancy-config.cmake"
    "${PROJECT_BINARY_DIR}/tenancy-config-version.cmake"
    "${CMAKE_CURRENT_LIST_DIR}/Findsodium.cmake"
  DESTINATION "${package_dir}"
  COMPONENT development)

# For pkg-config. Where the folder is found relative to the file, the prefix can still be chosen, or
# moved, when the library is installed.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
  set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH up "/${pc_dir}" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
# A static library alone needs for every link what the shared one brings with it.
if("shared" IN_LIST TENANCY_KINDS)
  set(pc_private .private)
else()
  set(pc_private "")
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/tenancy.pc.in" "${PROJECT_BINARY_DIR}/tenancy.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tenancy.pc" DESTINATION "${pc_dir}" COMPONENT development)
if(TARGET tenancy_conformance)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/tenancy-conformance.pc.in"
    "${PROJECT_BINARY_DIR}/tenancy-conformance.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/tenancy-conformance.pc"
    DESTINATION "${pc_dir}" COMPONENT development)
endif()
if(TARGET tenancy_postgres)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/tenancy-postgres.pc.in"
    "${PROJECT_BINARY_DIR}/tenancy-postgres.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/tenancy-postgres.pc"
    DESTINATION "${pc_dir}" COMPONENT postgres)
endif()

# tenancy_install_manual(component page...)
#
# Installs manual pages, compressed where they go into Debian packages.
function(tenancy_install_manual component)
  foreach(page IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH page BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    cmake_path(GET page EXTENSION LAST_ONLY section)
    string(SUBSTRING "${section}" 1 -1 section)
    if(TENANCY_PACKAGES)
      cmake_path(GET page FILENAME name)
      set(compressed "${CMAKE_CURRENT_BINARY_DIR}/${name}.gz")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${page}")
      execute_process(COMMAND gzip -9nc "${page}"
        OUTPUT_FILE "${compressed}" COMMAND_ERROR_IS_FATAL ANY)
      set(page "${compressed}")
    endif()
    install(FILES "${page}"
      DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}"
      COMPONENT ${component})
  endforeach()
endfunction()
