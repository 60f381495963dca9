#include "cli/lead_file.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"

/* The "phone" of each lead, one after the other, and what ended the reading. */
static Status read_all(const char *text, char *ret_phones, Error *err)
{
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    LeadFile leads;
    lead_file_init(&leads, file);
    Status status = STATUS_OK;
    for (;;) {
        AUTO_JSON json_t *lead = NULL;
        status = lead_file_next(&leads, &lead, err);
        if (status != STATUS_OK || lead == NULL) {
            break;
        }
        const char *phone = json_string_value(json_object_get(lead, "phone"));
        strcat(ret_phones, phone != NULL ? phone : "-");
        strcat(ret_phones, " ");
    }
    lead_file_done(&leads);
    fclose(file);
    return status;
}

Test(lead_file, reads_arrays_and_lines)
{
    static const struct {
        const char *text;
        const char *phones;
    } cases[] = {
        {"[{\"phone\":\"1\"},{\"phone\":\"2\"}]", "1 2 "},
        {"{\"phone\":\"1\"}\n{\"phone\":\"2\"}\n", "1 2 "},
        {"{\"phone\":\"1\"}\r\n\r\n{\"phone\":\"2\"}", "1 2 "},
        {"  [\n  {\n \"phone\" : \"1\"\n}\n]\n", "1 "},
        {"[]", ""},
        {" ", ""},
        {"{\"custom\":{\"a\":{}},\"phone\":\"1\"}", "1 "},
        {"{\"phone\":\"}{\"},{\"phone\":\"\\\"}\"}", "}{ \"} "},
        {"{\"phone\":\"\\\\\"}{\"phone\":\"2\"}", "\\ 2 "},
        {"{}", "- "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char phones[64] = "";
        Error err = {0};
        cr_expect_eq(read_all(cases[i].text, phones, &err), STATUS_OK, "%s: %s", cases[i].text,
                     err.text);
        cr_expect_str_eq(phones, cases[i].phones);
    }
}

Test(lead_file, names_the_line_of_what_it_cannot_read)
{
    static const struct {
        const char *text;
        const char *phones;
        const char *line;
    } cases[] = {
        {"phone,name\n1,2\n", "", "line 1:"},
        {"{\"phone\":\"1\"}\n\n17\n", "1 ", "line 3:"},
        {"{\"phone\":\"1\"}\n{\"phone\":\"2\"", "1 ", "line 2:"},
        {"{\"phone\":\"1\"}\n{\"phone\":\n2x}", "1 ", "line 2:"},
        {"[\"1\"]", "", "line 1:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char phones[64] = "";
        Error err = {0};
        cr_expect_eq(read_all(cases[i].text, phones, &err), STATUS_BAD_INPUT, "%s", cases[i].text);
        cr_expect_str_eq(phones, cases[i].phones);
        cr_expect_not_null(strstr(err.text, cases[i].line), "%s: %s", cases[i].text, err.text);
    }
}

Test(lead_file, an_object_without_end_costs_no_memory)
{
    size_t len = 3 * JSON_MAX_BYTES;
    char *text = malloc(len + 1);
    memset(text, 'a', len);
    text[0] = '{';
    text[len] = '\0';
    char phones[8] = "";
    Error err = {0};
    cr_expect_eq(read_all(text, phones, &err), STATUS_BAD_INPUT);
    cr_expect_not_null(strstr(err.text, "too large"), "%s", err.text);
    free(text);
}
