# Debian packages, made by `cpack -G DEB` from a build with the prefix /usr: one for each component.
# ./dev package does it all.

set(packaging "${PROJECT_SOURCE_DIR}/packaging/debian")
set(abi "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
set(release 1)
set(exactly "(= ${PROJECT_VERSION}-${release})")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tenancy)
set(CPACK_PACKAGE_VENDOR "the tenancy authors")
set(CPACK_PACKAGE_CONTACT "The tenancy maintainers <maintainers@tenancy.invalid>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL ctl development postgres runtime service)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${release}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# No binary interface is promised before 1.0.0: a program goes with the library that it was built
# with.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY "=")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/src")
# Folders are made with the mode that Debian wants, whatever the user's umask is.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Each component's description begins with a summary of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(about "tenancy is an embeddable C++20 library for programs that serve many customers
from one process and must never mix them up. There is no way to a row
without a context, the permission to see one tenant's data, and the library
binds the tenant into every statement itself.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME "libtenancy${abi}")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA "${packaging}/triggers")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "embeddable multi-tenancy library for C++
${about}

This package has the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtenancy-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
string(CONCAT CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libtenancy${abi} ${exactly}, "
  "libboost1.81-dev | libboost-dev (>= 1.81), "
  "libsodium-dev (>= 1.0.18), "
  "libsqlite3-dev (>= 3.40), "
  "libsqlitecpp-dev (>= 3.2), "
  "nlohmann-json3-dev (>= 3.11)")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "embeddable multi-tenancy library for C++ (development files)
${about}

This package has the headers, the static library, and what CMake and
pkg-config need to find them.")

set(CPACK_DEBIAN_POSTGRES_PACKAGE_NAME libtenancy-postgres-dev)
set(CPACK_DEBIAN_POSTGRES_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_POSTGRES_PACKAGE_DEPENDS "libtenancy-dev ${exactly}, libpq-dev (>= 14)")
set(CPACK_COMPONENT_POSTGRES_DESCRIPTION "embeddable multi-tenancy library for C++ (PostgreSQL)
${about}

This package has what it takes to build programs whose stores are on
PostgreSQL.")

set(CPACK_DEBIAN_SERVICE_PACKAGE_NAME tenantd)
set(CPACK_DEBIAN_SERVICE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVICE_PACKAGE_DEPENDS "libtenancy${abi} ${exactly}")
set(CPACK_DEBIAN_SERVICE_PACKAGE_RECOMMENDS "systemd, tenantctl")
set(CPACK_DEBIAN_SERVICE_PACKAGE_CONTROL_EXTRA
  "${packaging}/conffiles;${packaging}/postinst;${packaging}/postrm;${packaging}/prerm")
set(CPACK_DEBIAN_SERVICE_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_COMPONENT_SERVICE_DESCRIPTION "HTTP service that keeps deployments and workflows of many tenants
tenantd keeps deployments, workflows and their executions of many tenants in
one store, and shows each tenant its own by an HTTP API. Operators administer
tenants and API keys by the same API or with tenantctl.

It runs under systemd as a user of its own that has the store, the network and
nothing else.")

set(CPACK_DEBIAN_CTL_PACKAGE_NAME tenantctl)
set(CPACK_DEBIAN_CTL_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_CTL_PACKAGE_DEPENDS "libtenancy${abi} ${exactly}")
set(CPACK_COMPONENT_CTL_DESCRIPTION "command line for the tenants of a tenancy store
tenantctl administers tenants and their API keys, migrates, backs up and checks
a store of tenantd, beside the running service.")

# What every package says of itself.
set(papers "${PROJECT_BINARY_DIR}/papers")
foreach(paper IN ITEMS changelog.gz changelog.Debian.gz)
  if(paper STREQUAL "changelog.gz")
    set(original "${PROJECT_SOURCE_DIR}/CHANGELOG.md")
  else()
    set(original "${packaging}/changelog")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${original}")
  file(MAKE_DIRECTORY "${papers}")
  execute_process(COMMAND gzip -9nc "${original}"
    OUTPUT_FILE "${papers}/${paper}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(STRINGS "${packaging}/changelog" newest LIMIT_COUNT 1)
if(NOT newest MATCHES "^tenancy \\(${PROJECT_VERSION}-${release}\\) ")
  message(FATAL_ERROR "packaging/debian/changelog begins with another version: ${newest}")
endif()
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${component}" upper)
  set(package "${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  install(FILES
      "${papers}/changelog.gz"
      "${papers}/changelog.Debian.gz"
      "${packaging}/copyright"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}"
    COMPONENT ${component})
  if(EXISTS "${packaging}/${package}.lintian-overrides")
    install(FILES "${packaging}/${package}.lintian-overrides"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides"
      COMPONENT ${component}
      RENAME ${package})
  endif()
endforeach()

include(CPack)
