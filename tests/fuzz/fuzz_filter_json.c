/* A filter as commands have it, in bytes from outside. */
#include "base/json.h"
#include "filter_check.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_JSON json_t *json = NULL;
    AUTO_FILTER *filter = NULL;
    Error err = {0};
    Status status = json_parse((const char *)data, size, &json, &err);
    if (status == STATUS_OK) {
        status = filter_json(json, &filter, &err);
    }
    if (status == STATUS_OK) {
        filter_check(filter);
    } else {
        filter_check_refusal(status, &err);
        FUZZ_CHECK(filter == NULL, "%s", err.text);
    }
    return 0;
}
