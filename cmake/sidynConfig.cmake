# find_package(sidyn) gives the target sidyn::sidyn, and sidyn::sidyn_simd where the vector backends
# are installed: the libraries and headers of the prefix in which this file stands.
get_filename_component(_sidyn_lib "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
find_path(SIDYN_INCLUDE_DIR sidyn.h NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
          PATHS "${_sidyn_lib}/../include" "${_sidyn_lib}/../../include")
find_library(SIDYN_LIBRARY sidyn NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH PATHS "${_sidyn_lib}")
find_library(SIDYN_SIMD_LIBRARY sidyn_simd NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
             PATHS "${_sidyn_lib}")
mark_as_advanced(SIDYN_INCLUDE_DIR SIDYN_LIBRARY SIDYN_SIMD_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(sidyn REQUIRED_VARS SIDYN_LIBRARY SIDYN_INCLUDE_DIR
                                  VERSION_VAR sidyn_VERSION)
if(sidyn_FOUND AND NOT TARGET sidyn::sidyn)
  add_library(sidyn::sidyn UNKNOWN IMPORTED)
  set_target_properties(sidyn::sidyn PROPERTIES IMPORTED_LOCATION "${SIDYN_LIBRARY}"
                        INTERFACE_INCLUDE_DIRECTORIES "${SIDYN_INCLUDE_DIR}")
  if(SIDYN_SIMD_LIBRARY)
    add_library(sidyn::sidyn_simd UNKNOWN IMPORTED)
    set_target_properties(sidyn::sidyn_simd PROPERTIES IMPORTED_LOCATION "${SIDYN_SIMD_LIBRARY}"
                          INTERFACE_LINK_LIBRARIES sidyn::sidyn)
  endif()
endif()
