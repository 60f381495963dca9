#include "importer/dnc_import_spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

json_t *dnc_import_spec_to_json(const DncImportSpec *spec)
{
    json_t *json = import_spec_to_json(&spec->import);
    json_object_set_new(json, "dnc_campaign_no", json_integer(spec->campaign_no));
    json_object_set_new(json, "dnc_source", json_string(spec->source));
    json_object_set_new(json, "dnc_expires_us", json_integer(spec->expires_us));
    return json;
}

Status dnc_import_spec_from_json(const json_t *json, DncImportSpec *ret, Error *err)
{
    const char *source = NULL;
    json_int_t campaign_no = 0;
    json_int_t expires_us = 0;
    DncImportSpec spec = {0};
    Status status = import_spec_from_json(json, &spec.import, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (json_unpack((json_t *)json, "{s:I, s:s, s:I}", "dnc_campaign_no", &campaign_no,
                    "dnc_source", &source, "dnc_expires_us", &expires_us) != 0 ||
        spec.import.lanes != 1) {
        dnc_import_spec_done(&spec);
        return error_set(err, STATUS_FATAL, "job_params",
                         "the job's settings are not those of a do-not-call import");
    }
    spec.campaign_no = (int32_t)campaign_no;
    spec.source = mem_strdup(source);
    spec.expires_us = expires_us;
    *ret = spec;
    return STATUS_OK;
}

void dnc_import_spec_done(DncImportSpec *spec)
{
    import_spec_done(&spec->import);
    free(spec->source);
    *spec = (DncImportSpec){0};
}

size_t dnc_import_expires_column(const DncImportSpec *spec)
{
    return mapping_column_of(&spec->import.mapping, "custom." DNC_IMPORT_EXPIRES);
}
