# What `cmake --install` puts where: the libraries with their public headers, for find_package(qhub) and pkg-config, and
# the programs. A folder named internal/ is not installed, and what is generated for the hub alone neither.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(libraries base api circuit sdk sim)
foreach(library IN LISTS libraries)
  set_target_properties(qhub_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS qhub_${library} EXPORT qhubTargets)
  install(DIRECTORY src/qhub/${library} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/qhub
          FILES_MATCHING PATTERN "*.h" PATTERN internal EXCLUDE PATTERN corpus EXCLUDE)
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/qhub DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp" PATTERN "*_handlers.h" EXCLUDE PATTERN "*.cpp" EXCLUDE)
install(TARGETS qhubd qhubctl)
# The manual page and the completions are what the program itself says.
install(FILES ${PROJECT_BINARY_DIR}/qhubctl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME qhubctl)
install(FILES ${PROJECT_BINARY_DIR}/completion.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _qhubctl)
install(FILES ${PROJECT_BINARY_DIR}/completion.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
        RENAME qhubctl.fish)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/qhub)
install(EXPORT qhubTargets NAMESPACE qhub:: DESTINATION ${package})
configure_package_config_file(packaging/qhubConfig.cmake.in qhubConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(qhubConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qhubConfig.cmake ${PROJECT_BINARY_DIR}/qhubConfigVersion.cmake
        DESTINATION ${package})
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(packaging/qhub.pc.in qhub.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/qhub.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
