#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "importer/import_spec.h"

static ImportSpec spec_of_two_columns(void)
{
    ImportSpec spec = {.file = mem_strdup("leads.csv"),
                       .identity = {UINT64_MAX - 1, 7, 1700000000123456789},
                       .format = {.encoding = "UTF-8", .delimiter = ';', .layout = {true, 2, 1}},
                       .columns = 2,
                       .on_duplicate = IMPORT_UPDATE,
                       .empty_erases = true,
                       .default_country = "GB",
                       .lanes = 3,
                       .chunk_rows = 250,
                       .chunk_bytes = 4096,
                       .lost_quotes = true};
    mapping_init(&spec.mapping, 2);
    mapping_assign(&spec.mapping, "phone", 2);
    return spec;
}

static json_t *json_of_two_columns(void)
{
    ImportSpec spec = spec_of_two_columns();
    json_t *json = import_spec_to_json(&spec);
    import_spec_done(&spec);
    return json;
}

Test(import_spec, comes_back_as_it_was_stored)
{
    AUTO_JSON json_t *json = json_of_two_columns();
    ImportSpec spec;
    Error err = {0};
    cr_assert_eq(import_spec_from_json(json, &spec, &err), STATUS_OK, "%s", err.text);
    cr_expect_str_eq(spec.file, "leads.csv");
    cr_expect_eq(spec.identity.inode, UINT64_MAX - 1);
    cr_expect_eq(spec.identity.size_bytes, 7);
    cr_expect_eq(spec.identity.mtime_ns, 1700000000123456789);
    cr_expect_eq(spec.format.delimiter, ';');
    cr_expect_eq(spec.mapping.column_of[MAPPING_FIELD_PHONE], 2);
    cr_expect_eq(spec.on_duplicate, IMPORT_UPDATE);
    cr_expect(spec.empty_erases);
    cr_expect_str_eq(spec.default_country, "GB");
    cr_expect_eq(spec.lanes, 3);
    cr_expect_eq(spec.chunk_rows, 250);
    cr_expect_eq(spec.chunk_bytes, 4096);
    cr_expect_not(spec.empty_rows);
    cr_expect(spec.lost_quotes);
    import_spec_done(&spec);
}

Test(import_spec, device_is_not_stored_since_other_hosts_number_it_otherwise)
{
    AUTO_JSON json_t *json = json_of_two_columns();
    cr_expect_null(json_object_get(json, "dev"));
    cr_expect_not_null(json_object_get(json, "inode"));
}

Test(import_spec, jobs_from_before_lost_quotes_read_their_file_as_they_began)
{
    AUTO_JSON json_t *json = json_of_two_columns();
    ImportSpec spec;
    json_object_del(json, "lost_quotes");
    cr_assert_eq(import_spec_from_json(json, &spec, NULL), STATUS_OK);
    cr_expect_not(spec.lost_quotes);
    import_spec_done(&spec);
}

Test(import_spec, jobs_from_before_chunk_bytes_keep_their_chunks)
{
    AUTO_JSON json_t *json = json_of_two_columns();
    ImportSpec spec;
    json_object_del(json, "chunk_bytes");
    json_object_set_new(json, "dev", json_string("2049"));
    cr_assert_eq(import_spec_from_json(json, &spec, NULL), STATUS_OK);
    cr_expect_eq(spec.chunk_bytes, 8 << 20);
    import_spec_done(&spec);
}

Test(import_spec, jobs_from_before_rows_of_empty_cells_were_blank_keep_them)
{
    AUTO_JSON json_t *json = json_of_two_columns();
    ImportSpec spec;
    json_object_del(json, "empty_rows");
    cr_assert_eq(import_spec_from_json(json, &spec, NULL), STATUS_OK);
    cr_expect(spec.empty_rows);
    import_spec_done(&spec);
}

Test(import_spec, what_is_no_import_is_refused)
{
    static const struct {
        const char *field;
        const char *value;
    } cases[] = {{"file", "1"},      {"lanes", "0"},       {"lanes", "17"},   {"chunk_rows", "0"},
                 {"lanes", "\"3\""}, {"chunk_bytes", "0"}, {"mapping", "[]"}, {"inode", "12"}};
    ImportSpec spec;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_JSON json_t *json = json_of_two_columns();
        json_object_set_new(json, cases[i].field,
                            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        cr_expect_neq(import_spec_from_json(json, &spec, NULL), STATUS_OK, "%s", cases[i].field);
    }
    cr_expect_eq(import_spec_from_json(NULL, &spec, NULL), STATUS_FATAL);
}
