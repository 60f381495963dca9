#include <criterion/criterion.h>
#include <string.h>

#include "domain/formula.h"

Test(formula, what_a_spreadsheet_runs)
{
    static const struct {
        const char *cell;
        bool is_one;
        bool is_defused;
    } cases[] = {
        {"", false, false},
        {"Ada", false, false},
        {"'Tis", false, false},
        {"'", false, false},
        {"\"=1\"", false, false},
        {"=1+1", true, false},
        {"'=1+1", true, true},
        {"''=1+1", true, true},
        {"' =1+1", true, true},
        {" =1+1", true, false},
        {"\xC2\xA0=1+1", true, false},
        {"\xEF\xBC\x9D\x31", true, false}, /* a full-width = */
        {"'\xEF\xBC\x8B\x31", true, true},
        {"\xEF\xBC\xA1", false, false}, /* a full-width A */
        {"\xC3\x8D\xC3\xB1igo", false, false},
        {"@SUM(A1)", true, false},
        {"-2", true, false},
        {"\tx", true, false},
        {"\rx", true, false},
        {"\nx", true, false},
        {"+15046218927", false, false},
        {"+12345", false, false},
        {"+1234", true, false},
        {"+1234567890123456", true, false},
        {"+1504621892A", true, false},
        {"'+15046218927", true, true},
        {"5-5", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].cell);
        cr_expect_eq(formula_is_one(cases[i].cell, len), cases[i].is_one, "%s", cases[i].cell);
        cr_expect_eq(formula_is_defused(cases[i].cell, len), cases[i].is_defused, "%s",
                     cases[i].cell);
    }
}
