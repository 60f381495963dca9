# Units, one template a worker, instanced by namespace; the user; the folder of settings. systemd looks into
# lib below /usr and below /usr/local, whatever CMAKE_INSTALL_LIBDIR is.
set(SYSTEMD_FOLDER ${CMAKE_CURRENT_LIST_DIR})
set(HTTP_PORT 9464) # the first's; deploy/prometheus/scrape.yml knows all four
foreach(SERVICE importer recycler exporter stats)
  set(MEMORY_MAX 512M)
  if(SERVICE STREQUAL importer) # two sets of LEADSPOOL_IMPORT_SET_MIB
    set(MEMORY_MAX 1G)
  endif()
  set(UNIT ${CMAKE_BINARY_DIR}/systemd/leadspool-${SERVICE}@.service)
  configure_file(${SYSTEMD_FOLDER}/leadspool-worker.service.in ${UNIT} @ONLY)
  math(EXPR HTTP_PORT "${HTTP_PORT} + 1")
  install(FILES ${UNIT} DESTINATION lib/systemd/system COMPONENT systemd)
endforeach()
install(FILES ${SYSTEMD_FOLDER}/leadspool@.target DESTINATION lib/systemd/system COMPONENT systemd)
install(FILES ${SYSTEMD_FOLDER}/leadspool.sysusers DESTINATION lib/sysusers.d RENAME leadspool.conf COMPONENT systemd)
install(FILES ${SYSTEMD_FOLDER}/leadspool.tmpfiles DESTINATION lib/tmpfiles.d RENAME leadspool.conf COMPONENT systemd)
install(FILES ${SYSTEMD_FOLDER}/namespace.env.example DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT systemd)
