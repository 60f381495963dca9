#include "base/ids.h"

#include <criterion/criterion.h>
#include <string.h>

/* Expected values come from Python's uuid.uuid5 in the same name space. */
Test(ids, uuid5_is_of_the_name_alone)
{
    char uuid[IDS_UUID_SIZE];
    ids_uuid5(uuid, "%s/%d/%d/%d/%d", "importer.commands", 3, 0, 1207, 0);
    cr_expect_str_eq(uuid, "310d69e6-73ca-5328-be1b-d11ccb06da36");
    ids_uuid5(uuid, "%s", "");
    cr_expect_str_eq(uuid, "63ca194d-c80f-5001-83d1-8b0aea8d0af8");
}

Test(ids, uuid5_takes_all_of_a_long_name)
{
    char name[2001];
    char uuid[IDS_UUID_SIZE];
    memset(name, 'x', 2000);
    name[2000] = '\0';
    ids_uuid5(uuid, "%s", name);
    cr_expect_str_eq(uuid, "086a58ff-91c0-53f4-88f5-7a40f297f65c");
}

Test(ids, uuid4_differs_each_time)
{
    char a[IDS_UUID_SIZE];
    char b[IDS_UUID_SIZE];
    ids_uuid4(a);
    ids_uuid4(b);
    cr_expect(ids_is_uuid(a));
    cr_expect_str_neq(a, b);
    cr_expect_eq(a[14], '4');
}

Test(ids, knows_a_uuid)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e43", true},
        {"7C1F36A2-5D0E-4B6A-9A55-0C2F6F1D8E43", true},
        {"7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e4", false},
        {"7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e433", false},
        {"7c1f36a25d0e4b6a9a550c2f6f1d8e43", false},
        {"7c1f36a2-5d0e-4b6a-9a55-0c2f6f1d8e4g", false},
        {"", false},
        {NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(ids_is_uuid(cases[i].text), cases[i].is, "case %zu", i);
    }
}

Test(ids, reads_63_bits)
{
    static const struct {
        const char *text;
        int64_t id;
    } cases[] = {{"0", 0},
                 {"1", 1},
                 {"10", 10},
                 {"9007199254740993", 9007199254740993},
                 {"9223372036854775807", INT64_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t id = -1;
        char text[IDS_I64_SIZE];
        cr_expect_eq(ids_parse_i64(cases[i].text, &id, NULL), STATUS_OK);
        cr_expect_eq(id, cases[i].id);
        ids_format_i64(id, text);
        cr_expect_str_eq(text, cases[i].text);
    }
}

Test(ids, refuses_other_numbers)
{
    static const char *const cases[] = {"",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "01",
                                        "00",
                                        "1.0",
                                        "1e3",
                                        "0x1",
                                        "9223372036854775808",
                                        "99999999999999999999",
                                        "1\n",
                                        NULL};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t id = 42;
        Error err;
        cr_expect_eq(ids_parse_i64(cases[i], &id, &err), STATUS_BAD_INPUT, "case %zu", i);
        cr_expect_str_eq(err.code, "invalid_id");
        cr_expect_eq(id, 42);
    }
}

Test(ids, public_ids_are_plain_words)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"a", true},
        {"Spring_2026-10", true},
        {"-", true},
        {"0", true},
        {"0123456789012345678901234567890123456789012345678901234567890123", true},
        {"01234567890123456789012345678901234567890123456789012345678901234", false},
        {"", false},
        {NULL, false},
        {"a b", false},
        {"{a}", false},
        {"a:b", false},
        {"a/b", false},
        {"a.b", false},
        {"\xc3\xa4", false},
        {"a\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(ids_is_public(cases[i].text), cases[i].is, "case %zu", i);
    }
}

Test(ids, ce_ids_are_printable_ascii)
{
    char longest[IDS_CE_ID_MAX + 1];
    memset(longest, 'x', sizeof longest);
    cr_expect(ids_is_ce_id("a b~!", 5));
    cr_expect(ids_is_ce_id(longest, IDS_CE_ID_MAX));
    cr_expect_not(ids_is_ce_id(longest, IDS_CE_ID_MAX + 1));
    cr_expect_not(ids_is_ce_id("", 0));
    cr_expect_not(ids_is_ce_id(NULL, 1));
    cr_expect_not(ids_is_ce_id("a\x1b", 2));
    cr_expect_not(ids_is_ce_id("a\0b", 3));
    cr_expect_not(ids_is_ce_id("\x7f", 1));
    cr_expect_not(ids_is_ce_id("\xc3\xa4", 2));
}
