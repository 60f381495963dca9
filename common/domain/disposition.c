#include "domain/disposition.h"

#include <string.h>

/* By code. Codes and aliases are those that dialers use. A machine's finding and an agent's of the
 * same thing are one. */
const Disposition disposition_defaults[] = {
    {"A", "Answering machine", .aliases = {"AA", "AM", "AL"}, .alias_count = 3},
    {"B", "Busy", .aliases = {"AB"}, .alias_count = 1},
    {"CB", "Call back", .contact = true, .callback = true, .aliases = {"CALLBK"}, .alias_count = 1},
    {"CONG", "Network congestion", .aliases = {"CG"}, .alias_count = 1},
    {"DC", "Disconnected number", .invalid = true, .aliases = {"ADC"}, .alias_count = 1},
    {"DEC", "Declined the sale", .contact = true, .final = true},
    {"DNC", "Do not call", .contact = true, .final = true, .dnc = true},
    {"DROP", "Dropped: answered, no agent free", .aliases = {"PDROP"}, .alias_count = 1},
    {"FAX", "Fax machine or modem", .invalid = true, .aliases = {"AFAX"}, .alias_count = 1},
    {"HU", "Hung up", .contact = true},
    {"LB", "Language barrier", .contact = true, .final = true},
    {"NA", "No answer", .aliases = {"N"}, .alias_count = 1},
    {"NI", "Not interested", .contact = true, .final = true},
    {"NP", "No pitch, no price", .contact = true, .final = true},
    {"NQ", "Not qualified", .contact = true, .final = true},
    {"SALE", "Sale", .contact = true, .final = true},
    {"WN", "Wrong number", .contact = true, .invalid = true},
    {"XFER", "Transferred", .contact = true, .final = true},
};
const size_t disposition_default_count =
    sizeof disposition_defaults / sizeof disposition_defaults[0];

bool disposition_code_valid(const char *code)
{
    size_t len = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return len >= 1 && len < DISPOSITION_CODE_SIZE && code[len] == '\0';
}

Status disposition_code_check(const char *field, const char *code, Error *err)
{
    if (!disposition_code_valid(code)) {
        return error_set_field(err, field, "invalid_value",
                               "\"%s\" must be 1 to 16 of A-Z, 0-9 and \"_\"", field);
    }
    if (strcmp(code, LEAD_STATUS_NEW) == 0 || strcmp(code, LEAD_STATUS_UNMAPPED) == 0) {
        return error_set_field(err, field, "invalid_value",
                               "%s is a status of its own and cannot be defined", code);
    }
    return STATUS_OK;
}

bool disposition_has_alias(const Disposition *disposition, const char *code)
{
    for (int i = 0; i < disposition->alias_count; i++) {
        if (strcmp(disposition->aliases[i], code) == 0) {
            return true;
        }
    }
    return false;
}

const Disposition *disposition_find(const Disposition *dispositions, size_t count, const char *code)
{
    const Disposition *by_alias = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(dispositions[i].code, code) == 0) {
            return &dispositions[i];
        }
        if (by_alias == NULL && disposition_has_alias(&dispositions[i], code)) {
            by_alias = &dispositions[i];
        }
    }
    return by_alias;
}
