# Tables that the domain layer makes at build time: from libphonenumber and its time zone data, and the law packs.
set(DOMAIN_GENERATED
  ${CMAKE_BINARY_DIR}/generated/law_pack_files.c
  ${CMAKE_BINARY_DIR}/generated/nanp_tables.c
  ${CMAKE_BINARY_DIR}/generated/zone_tables.c)

# Not sanitized: it runs for seconds, and its input is the library's own.
add_executable(gen_nanp_bitmap common/domain/gen/nanp_bitmap.cc)
target_compile_options(gen_nanp_bitmap PRIVATE -O2)
target_link_libraries(gen_nanp_bitmap PRIVATE ${PHONENUMBER_LIBRARY})
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/generated/nanp_tables.c
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND gen_nanp_bitmap ${CMAKE_BINARY_DIR}/generated/nanp_tables.c
  DEPENDS gen_nanp_bitmap
  COMMENT "Asking libphonenumber about every North American exchange"
  VERBATIM)

# Debian's own interpreter: python3-phonenumbers is not in any other's path.
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/generated/zone_tables.c
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/common/domain/gen/area_zones.py
          ${CMAKE_SOURCE_DIR}/common/domain/gen/area_zones_newer.txt
          ${CMAKE_SOURCE_DIR}/common/domain/state.c ${CMAKE_BINARY_DIR}/generated/zone_tables.c
  DEPENDS common/domain/gen/area_zones.py common/domain/gen/area_zones_newer.txt common/domain/state.c
  COMMENT "Making the tables of area codes' time zones and states"
  VERBATIM)

file(GLOB LAW_PACK_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/laws/*.json)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/generated/law_pack_files.c
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/common/domain/gen/embed_laws.py
          ${CMAKE_SOURCE_DIR}/schemas/laws ${CMAKE_BINARY_DIR}/generated/law_pack_files.c
  DEPENDS ${LAW_PACK_FILES} common/domain/gen/embed_laws.py
  COMMENT "Embedding the law packs"
  VERBATIM)
