#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "importer/mapping.h"
#include "importer/mapping_words.h"

enum { CELLS_MAX = 16 };

/* Splits "a|b|c"; NULL: no header, one column. */
static size_t cells_of(const char *text, TextSlice *cells)
{
    size_t count = 0;
    for (const char *at = text; at != NULL; count++) {
        const char *end = strchrnul(at, '|');
        cells[count] = (TextSlice){at, (size_t)(end - at)};
        at = *end != '\0' ? end + 1 : NULL;
    }
    return count;
}

typedef struct Case {
    const char *header; /* NULL: none */
    size_t columns;     /* without a header */
    size_t phone_column;
    const char *wishes; /* "field=column|..." */
    bool keep_unmapped;
    bool no_proposals;
    const char *json; /* NULL: refused */
    const char *code;
    const char *field;
    const char *says; /* part of the text */
} Case;

static size_t wishes_of(char *text, MappingWish *wishes)
{
    size_t count = 0;
    for (char *save, *part = strtok_r(text, "|", &save); part != NULL;
         part = strtok_r(NULL, "|", &save)) {
        char *equals = strchr(part, '=');
        *equals = '\0';
        wishes[count++] = (MappingWish){part, equals + 1};
    }
    return count;
}

static Status make(const Case *c, char **ret_json, Error *err)
{
    TextSlice cells[CELLS_MAX];
    MappingWish wishes[CELLS_MAX];
    AUTO_FREE char *wish_text = mem_strdup(c->wishes != NULL ? c->wishes : "");
    MappingInput input = {
        .has_header = c->header != NULL,
        .header = cells,
        .column_count = c->header != NULL ? cells_of(c->header, cells) : c->columns,
        .phone_column = c->phone_column,
        .wishes = wishes,
        .wish_count = wishes_of(wish_text, wishes),
        .keep_unmapped = c->keep_unmapped,
        .no_proposals = c->no_proposals,
    };
    AUTO_MAPPING mapping = MAPPING_INIT;
    Status status = mapping_make(&input, &mapping, err);
    if (status == STATUS_OK) {
        json_t *json = mapping_to_json(&mapping);
        *ret_json = json_dumps(json, JSON_COMPACT);
        json_decref(json);
    }
    return status;
}

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_FREE char *json = NULL;
        Error err = {0};
        Status status = make(&cases[i], &json, &err);
        if (cases[i].json != NULL) {
            cr_assert_eq(status, STATUS_OK, "%zu: %s", i, err.text);
            cr_expect_str_eq(json, cases[i].json, "%zu: %s", i, json);
            continue;
        }
        cr_assert_eq(status, STATUS_BAD_INPUT, "%zu: %s", i, json);
        cr_expect_str_eq(err.code, cases[i].code, "%zu: %s", i, err.code);
        cr_expect_str_eq(err.field, cases[i].field, "%zu: %s", i, err.field);
        cr_expect(strstr(err.text, cases[i].says) != NULL, "%zu: %s", i, err.text);
    }
}

#define CHECK(cases) check(cases, sizeof cases / sizeof cases[0])

Test(mapping, proposes_from_the_words_of_the_header)
{
    static const Case cases[] = {
        {.header = "first_name|last_name|company_name|address|city|county|state|zip|phone1|phone2|"
                   "email|web",
         .json = "{\"first_name\":1,\"last_name\":2,\"address\":4,\"city\":5,\"state\":7,\"zip\":8,"
                 "\"phone\":9,\"email\":11}"},
        {.header = "vendor_lead_code|phone_code|phone_number|title|First Name|Surname|Address1|"
                   "Address2|Province|Postal Code|country_code|e-mail|rank",
         .json = "{\"external_id\":1,\"phone\":3,\"first_name\":5,\"last_name\":6,\"address\":7,"
                 "\"state\":9,\"zip\":10,\"country\":11,\"email\":12,\"priority\":13}"},
        {.header = "Cell|Home Phone", .json = "{\"phone\":1}"},
        {.header = "Work Phone|Mobile", .json = "{\"phone\":2}"},
        {.header = "Phone 2|Phone 1", .json = "{\"phone\":2}"},
        {.header = "phone2|alt phone", .json = "{\"phone\":1}"},
        {.header = "Alt Phone|Contact Phone", .json = "{\"phone\":2}"},
        {.header = "phone|Phone|PHONE", .json = "{\"phone\":1}"},
        {.header = "TELEPHONE NUMBER|fname|lname|tz|ext.",
         .json = "{\"phone\":1,\"first_name\":2,\"last_name\":3,\"time_zone\":4,\"extension\":5}"},
        {.header = "Customer Mobile Phone|Customer ID|Mailing City",
         .json = "{\"phone\":1,\"external_id\":2,\"city\":3}"},
        {.header = "phone|Owner ID|Company ID|zip4|address2|date|phone type|fax",
         .json = "{\"phone\":1}"},
        {.header = "Vorname|Nachname|PLZ|Ort|Telefon",
         .json = "{\"first_name\":1,\"last_name\":2,\"zip\":3,\"city\":4,\"phone\":5}"},
        {.header = "t\xC3\xA9l\xC3\xA9phone|pr\xC3\xA9nom|nom",
         .json = "{\"phone\":1,\"first_name\":2,\"last_name\":3}"},
        {.header = "Lead ID|crm id|cell phone", .json = "{\"external_id\":1,\"phone\":3}"},
    };
    CHECK(cases);
}

Test(mapping, what_is_given_goes_before_proposals)
{
    static const Case cases[] = {
        {.header = "phone1|phone2|name", .wishes = "phone=phone2", .json = "{\"phone\":2}"},
        {.header = "phone1|phone2|name",
         .wishes = "phone=2|custom.Alt=1",
         .json = "{\"custom.Alt\":1,\"phone\":2}"},
        {.header = "phone|custom.a b|custom.gr\xC3\xB6\xC3\x9F"
                   "e|custom. x|custom.*",
         .wishes = "custom.tier-2=5",
         .json = "{\"phone\":1,\"custom.a b\":2,\"custom.gr\xC3\xB6\xC3\x9F"
                 "e\":3,"
                 "\"custom.tier-2\":5}"},
        {.header = "First Name|Cell",
         .wishes = "first_name=FIRST_NAME",
         .json = "{\"first_name\":1,\"phone\":2}"},
        {.header = "first_name|Mobile",
         .wishes = "phone=mobile",
         .no_proposals = true,
         .json = "{\"phone\":2}"},
        {.header = "2|1|phone",
         .wishes = "city=1|state=2|zip=3",
         .json = NULL,
         .code = "no_phone_column",
         .field = "mapping.phone",
         .says = "phone=1"},
        {.header = "2|1|x",
         .wishes = "city=1|phone=2|zip=3",
         .json = "{\"phone\":1,\"city\":2,\"zip\":3}"},
        {.header = "Phone|phone", .wishes = "phone=phone", .json = "{\"phone\":2}"},
        {.header = "a b|a_b|p", .wishes = "city=A-B|phone=3", .json = "{\"city\":1,\"phone\":3}"},
    };
    CHECK(cases);
}

Test(mapping, without_a_header_columns_go_by_number)
{
    static const Case cases[] = {
        {.columns = 3, .wishes = "phone=2|first_name=1", .json = "{\"first_name\":1,\"phone\":2}"},
        {.columns = 3, .phone_column = 3, .json = "{\"phone\":3}"},
        {.columns = 3, .phone_column = 3, .wishes = "phone=1", .json = "{\"phone\":1}"},
        {.columns = 3,
         .phone_column = 3,
         .keep_unmapped = true,
         .json = "{\"custom.column_1\":1,\"custom.column_2\":2,\"phone\":3}"},
        {.columns = 3, .code = "no_phone_column", .field = "mapping.phone", .says = "phone="},
        {.columns = 3,
         .phone_column = 3,
         .no_proposals = true,
         .code = "no_phone_column",
         .field = "mapping.phone",
         .says = "column 3 looks like phones"},
        {.columns = 3,
         .wishes = "phone=cell",
         .code = "no_header",
         .field = "mapping.phone",
         .says = "position"},
        {.columns = 3,
         .wishes = "phone=4",
         .code = "unknown_column",
         .field = "mapping.phone",
         .says = "from 1 to 3"},
        {.columns = 3,
         .phone_column = 1,
         .wishes = "city=1",
         .code = "no_phone_column",
         .field = "mapping.phone",
         .says = "map one"},
    };
    CHECK(cases);
}

Test(mapping, refuses_with_a_remedy)
{
    static const Case cases[] = {
        {.header = "phone|City",
         .wishes = "city=Citty",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "did you mean \"City\"?"},
        {.header = "Home Phone|Phone|Cell",
         .wishes = "phone=fone",
         .code = "unknown_column",
         .field = "mapping.phone",
         .says = "did you mean \"Phone\""},
        {.header = "phone|a",
         .wishes = "city=zzzz",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "no column \"zzzz\". Give"},
        {.header = "phone|a",
         .wishes = "city=3",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "position from 1 to 2"},
        {.header = "phone|a",
         .wishes = "city=0",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "position from 1 to 2"},
        {.header = "phone|a",
         .wishes = "city=99999999999999999999",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "position from 1 to 2"},
        {.header = "phone|a",
         .wishes = "city=",
         .code = "unknown_column",
         .field = "mapping.city",
         .says = "position from 1 to 2"},
        {.header = "phone|a",
         .wishes = "frist_name=a",
         .code = "unknown_field",
         .field = "mapping.frist_name",
         .says = "\"first_name\""},
        {.header = "phone|a",
         .wishes = "custom.=a",
         .code = "unknown_field",
         .field = "mapping.custom.",
         .says = "custom.<key>"},
        {.header = "phone|a",
         .wishes = "custom.*=a",
         .code = "unknown_field",
         .field = "mapping.custom.*",
         .says = "1 to 128 bytes"},
        {.header = "phone|a",
         .wishes = "custom=a",
         .code = "unknown_field",
         .field = "mapping.custom",
         .says = "custom.<key>"},
        {.header = "phone|a",
         .wishes = "city=a|city=phone",
         .code = "duplicate_mapping",
         .field = "mapping.city",
         .says = "twice"},
        {.header = "phone|a",
         .wishes = "city=a|state=2",
         .code = "duplicate_mapping",
         .field = "mapping.state",
         .says = "already"},
        {.header = "phone|a|b",
         .wishes = "custom.x=2|custom.x=3",
         .code = "duplicate_mapping",
         .field = "mapping.custom.x",
         .says = "twice"},
        {.header = "name|Kontakt",
         .phone_column = 2,
         .code = "no_phone_column",
         .field = "mapping.phone",
         .says = "column 2 looks like phones"},
    };
    CHECK(cases);
}

Test(mapping, keeps_what_is_left_over_under_its_slug)
{
    static const Case cases[] = {
        {.header = "phone|Company Name!|company_name||\xC3\x89t\xC3\xA9|Company-Name",
         .keep_unmapped = true,
         .json = "{\"phone\":1,\"custom.company_name\":2,\"custom.company_name_2\":3,"
                 "\"custom.column_4\":4,\"custom.t\":5,\"custom.company_name_3\":6}"},
        {.header = "phone|x|X",
         .wishes = "custom.x=3",
         .keep_unmapped = true,
         .json = "{\"phone\":1,\"custom.x_2\":2,\"custom.x\":3}"},
        {.header = "phone|a23456789 123456789 123456789 123456789 123456789 123456789 123456789|"
                   "a23456789 123456789 123456789 123456789 123456789 123456789 12345",
         .keep_unmapped = true,
         .json = "{\"phone\":1,"
                 "\"custom.a23456789_123456789_123456789_123456789_123456789_123456789_1234\":2,"
                 "\"custom.a23456789_123456789_123456789_123456789_123456789_123456789_12_2\":3}"},
    };
    CHECK(cases);
}

Test(mapping, ignores_what_a_reject_file_adds)
{
    static const Case cases[] = {
        {.header = "name|phone|row|code|column|reason",
         .keep_unmapped = true,
         .json = "{\"custom.name\":1,\"phone\":2}"},
        {.header = "name|phone|row|code|column|reason|row|code|column|reason",
         .keep_unmapped = true,
         .json = "{\"custom.name\":1,\"phone\":2}"},
        {.header = "phone|row|code|reason|column",
         .keep_unmapped = true,
         .json = "{\"phone\":1,\"custom.row\":2,\"custom.code\":3,\"custom.reason\":4,"
                 "\"custom.column\":5}"},
        {.header = "phone|row|code|column|reason",
         .wishes = "custom.why=reason",
         .json = "{\"phone\":1,\"custom.why\":5}"},
    };
    CHECK(cases);
}

Test(mapping, survives_as_json)
{
    static const struct {
        const char *json;
        size_t columns;
        bool is_valid;
    } cases[] = {
        {"{\"phone\":9,\"first_name\":1,\"custom.company\":3}", 9, true},
        {"{\"phone\":9,\"first_name\":1,\"custom.company\":3}", 12, true},
        {"{\"phone\":9}", 8, false},
        {"{\"phone\":0}", 8, false},
        {"{\"phone\":-1}", 8, false},
        {"{\"phone\":\"1\"}", 8, false},
        {"{\"first_name\":1}", 8, false},
        {"{}", 8, false},
        {"{\"phone\":1,\"city\":1}", 8, false},
        {"{\"phone\":1,\"colour\":2}", 8, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = json_loads(cases[i].json, 0, NULL);
        AUTO_MAPPING mapping = MAPPING_INIT;
        Error err = {0};
        Status status = mapping_from_json(json, cases[i].columns, &mapping, &err);
        cr_expect_eq(status == STATUS_OK, cases[i].is_valid, "%zu", i);
        if (status != STATUS_OK) {
            cr_expect_str_eq(err.code, "invalid_mapping");
        } else {
            json_t *again = mapping_to_json(&mapping);
            cr_expect(json_equal(json, again), "%zu", i);
            json_decref(again);
        }
        json_decref(json);
    }
}

Test(mapping, finds_the_cells_of_a_record)
{
    json_t *json = json_loads("{\"phone\":3,\"city\":9,\"custom.x\":1}", 0, NULL);
    AUTO_MAPPING mapping = MAPPING_INIT;
    cr_assert_eq(mapping_from_json(json, 9, &mapping, NULL), STATUS_OK);
    json_decref(json);
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, ',', NULL);
    csv_fields_split(&fields, "a,b,555", 7, false);
    TextSlice phone = mapping_cell(&mapping, &fields, MAPPING_FIELD_PHONE);
    cr_expect_eq(phone.len, 3);
    cr_expect_eq(memcmp(phone.data, "555", 3), 0);
    cr_expect_eq(mapping_cell(&mapping, &fields, MAPPING_FIELD_CITY).len, 0, "a short row");
    cr_expect_eq(mapping_cell(&mapping, &fields, MAPPING_FIELD_ZIP).len, 0, "no such column");
    cr_expect_str_eq(mapping.columns[0].custom_key, "x");
}

Test(mapping, names_of_fields_are_read_back)
{
    for (int field = MAPPING_FIELD_NONE + 1; field < MAPPING_FIELD_CUSTOM; field++) {
        const char *name = mapping_field_name((MappingField)field);
        cr_expect_eq(mapping_field_parse(name), field, "%s", name);
    }
    cr_expect_eq(mapping_field_parse("custom.a_1"), MAPPING_FIELD_CUSTOM);
    cr_expect_eq(mapping_field_parse(""), MAPPING_FIELD_NONE);
    cr_expect_eq(mapping_field_parse("Phone"), MAPPING_FIELD_NONE);
}

Test(mapping_words, random_headers_do_no_harm)
{
    static const char alphabet[] = "phone12 _homewrkcustl\xC3\xA9";
    srand(29);
    for (int round = 0; round < 20000; round++) {
        char header[200];
        size_t len = (size_t)rand() % sizeof header;
        for (size_t i = 0; i < len; i++) {
            header[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        }
        unsigned rank;
        cr_assert_lt(mapping_words_field(header, len, &rank), MAPPING_FIELD_CUSTOM);
    }
}
