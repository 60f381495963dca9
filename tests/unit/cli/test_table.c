#include "cli/table.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <locale.h>
#include <stdio.h>

static const TableColumn columns[] = {
    {"id", TABLE_TEXT}, {"leads", TABLE_NUMBER}, {"open", TABLE_BOOL}, {"more", TABLE_JSON}, {0}};

/* Two rows, one of them with all that text may do wrong. */
static void fill(Table *table)
{
    table_init(table, columns);
    table_add(table, "a\tb\n\033[31m\"\\\xe2\x80\xae");
    table_add_i64(table, 12345);
    table_add_bool(table, true);
    table_add(table, "{\"x\":1}");
    table_add(table, "\xe6\x97\xa5\xe6\x9c\xac");
    table_add_i64(table, 7);
    table_add_bool(table, false);
    table_add(table, NULL);
}

static void print(bool json, bool terminal, bool one)
{
    Cli cli = {.json = json, .out_terminal = terminal};
    AUTO_TABLE table;
    setlocale(LC_CTYPE, "C.UTF-8");
    cr_redirect_stdout();
    fill(&table);
    if (one) {
        table_print_one(&cli, &table);
    } else {
        table_print(&cli, &table);
    }
    fflush(stdout);
}

Test(table, json_is_one_line)
{
    print(true, true, false);
    cr_assert_stdout_eq_str("[{\"id\":\"a\\tb\\n\\u001b[31m\\\"\\\\\xe2\x80\xae\",\"leads\":12345,"
                            "\"open\":true,\"more\":{\"x\":1}},"
                            "{\"id\":\"\xe6\x97\xa5\xe6\x9c\xac\",\"leads\":7,\"open\":false,"
                            "\"more\":null}]\n");
}

Test(table, tabs_where_nobody_looks)
{
    print(false, false, false);
    cr_assert_stdout_eq_str("a\\tb\\n\\x1b[31m\"\\\\u202e\t12345\ttrue\t{\"x\":1}\n"
                            "\xe6\x97\xa5\xe6\x9c\xac\t7\tfalse\t\n");
}

Test(table, columns_on_a_terminal)
{
    print(false, true, false);
    cr_assert_stdout_eq_str("ID                      LEADS  OPEN   MORE\n"
                            "a\\tb\\n\\x1b[31m\"\\\\u202e  12345  true   {\"x\":1}\n"
                            "\xe6\x97\xa5\xe6\x9c\xac                        7  false  -\n");
}

Test(table, one_object_by_its_names)
{
    print(false, false, true);
    cr_assert_stdout_eq_str("id\ta\\tb\\n\\x1b[31m\"\\\\u202e\nleads\t12345\nopen\ttrue\n"
                            "more\t{\"x\":1}\n");
}

Test(table, nothing_is_an_empty_array)
{
    Cli cli = {.json = true};
    AUTO_TABLE table;
    table_init(&table, columns);
    cr_redirect_stdout();
    table_print(&cli, &table);
    fflush(stdout);
    cr_assert_stdout_eq_str("[]\n");
}

static void print_within(int rows, int width)
{
    AUTO_TABLE table;
    setlocale(LC_CTYPE, "C.UTF-8");
    cr_redirect_stdout();
    fill(&table);
    table_print_within(&table, rows, width);
    fflush(stdout);
}

Test(table, columns_without_room_are_left_out)
{
    print_within(9, 29); /* 8 + 2 + 5 + 2 + 5; the last one asks for 9 more */
    cr_assert_stdout_eq_str("ID        LEADS  OPEN\n"
                            "a\\tb\\n\\~  12345  true\n"
                            "\xe6\x97\xa5\xe6\x9c\xac          7  false\n");
}

Test(table, rows_without_room_are_left_out)
{
    print_within(1, 30);
    cr_assert_stdout_eq_str("ID        LEADS  OPEN  MORE\n"
                            "a\\tb\\n\\~  12345  true  {\"x\":1}\n");
}

Test(table, wide_letters_are_cut_whole)
{
    print_within(9, 3);
    cr_assert_stdout_eq_str("ID\n"
                            "a\\~\n"
                            "\xe6\x97\xa5~\n");
}

Test(table, a_line_is_cut)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    cr_redirect_stdout();
    table_put_cut("seven of 9", 6);
    table_put_cut("|short", 6);
    fflush(stdout);
    cr_assert_stdout_eq_str("seven~|short");
}
