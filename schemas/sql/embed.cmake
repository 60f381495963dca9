# Turns schemas/sql/queries/NAME.sql into `extern const char sql_NAME[]` (header sql_queries.h) and
# the numbered migrations into one table (header sql_migrations.h), so that binaries need no files.
file(GLOB SQL_QUERY_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/sql/queries/*.sql)
file(GLOB SQL_FRAGMENT_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/sql/fragments/*.sql)
file(GLOB SQL_MIGRATION_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/sql/migrations/*.sql)
set(SQL_GENERATED ${CMAKE_BINARY_DIR}/generated/sql_queries.c ${CMAKE_BINARY_DIR}/generated/sql_migrations.c)
add_custom_command(
  OUTPUT ${SQL_GENERATED} ${CMAKE_BINARY_DIR}/generated/sql_queries.h
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_SOURCE_DIR}/schemas/sql -DOUT_DIR=${CMAKE_BINARY_DIR}/generated
          -DBREAK=${LEADSPOOL_BREAK}
          -P ${CMAKE_SOURCE_DIR}/schemas/sql/embed_script.cmake
  DEPENDS ${SQL_QUERY_FILES} ${SQL_FRAGMENT_FILES} ${SQL_MIGRATION_FILES} ${CMAKE_SOURCE_DIR}/schemas/sql/embed_script.cmake
  COMMENT "Embedding SQL"
  VERBATIM)
