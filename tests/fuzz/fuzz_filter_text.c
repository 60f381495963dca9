/* A filter as people write it. */
#include <string.h>

#include "base/mem.h"
#include "filter_check.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = mem_strndup((const char *)data, size);
    AUTO_FILTER *filter = NULL;
    Error err = {0};
    size_t at = 0;
    Status status = filter_parse(text, &filter, &at, &err);
    if (status == STATUS_OK) {
        filter_check(filter);
        return 0;
    }
    filter_check_refusal(status, &err);
    FUZZ_CHECK(filter == NULL && at <= strlen(text), "at %zu", at);
    FUZZ_CHECK(strcmp(err.field, "where") == 0 && strncmp(err.text, "column ", 7) == 0, "%s: %s",
               err.field, err.text);
    return 0;
}
