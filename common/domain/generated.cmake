# Tables that the domain layer makes at build time from libphonenumber and its time zone data.
set(DOMAIN_GENERATED
  ${CMAKE_BINARY_DIR}/generated/nanp_tables.c)

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
