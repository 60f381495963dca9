#include "importer/dry_phones.h"

/* ---- the list ---- */

static void phones_add(void *context, uint64_t phone, bool made_here)
{
    (void)made_here;
    phone_set_add(context, phone, PHONE_IN_LIST);
}

static Status phones_count(Db *db, int32_t list_no, int64_t *ret, Error *err)
{
    AUTO_TX Db *tx = db;
    Status status = db_begin(tx, err);
    return status == STATUS_OK ? import_list_size(tx, list_no, ret, err) : status;
}

Status dry_phones_open(DryPhones *phones, Db *db, int32_t list_no, ExternalIdsRoom room, Error *err)
{
    int64_t leads = 0;
    *phones = (DryPhones){.list_no = list_no, .file = external_ids_new(room)};
    Status status = phones_count(db, list_no, &leads, err);
    if (status != STATUS_OK || phone_set_bytes_of((size_t)leads) > room.most_bytes) {
        return status;
    }
    phones->has_list = true;
    ImportPhones each = {.list_no = list_no, .phone = phones_add, .context = &phones->list};
    return import_each_phone(db, &each, err);
}

void dry_phones_close(DryPhones *phones)
{
    phone_set_done(&phones->list);
    phone_set_done(&phones->chunk);
    external_ids_free(phones->file);
    *phones = (DryPhones){0};
}

/* ---- a chunk ---- */

static void chunk_add(DryPhones *phones, uint64_t phone, PhoneOrigin origin)
{
    if (origin != PHONE_ABSENT && phone_set_find(&phones->chunk, phone) == PHONE_ABSENT) {
        phone_set_add(&phones->chunk, phone, origin);
    }
}

static TextSlice phone_bytes(const int64_t *phone)
{
    return (TextSlice){(const char *)phone, sizeof *phone};
}

static Status chunk_probe(DryPhones *phones, Db *db, const ChunkShare *share, Error *err)
{
    DbArray wanted = {0};
    AUTO_RESULT *found = NULL;
    db_array_begin(&wanted, DB_ARRAY_INT8);
    for (int i = 0; i < share->row_count; i++) {
        db_array_i64(&wanted, share->rows[i].lead.phone);
    }
    Status status = import_probe(db, &wanted, phones->list_no, &found, err);
    db_array_done(&wanted);
    for (int row = 0; status == STATUS_OK && row < db_rows(found); row++) {
        chunk_add(phones, (uint64_t)db_bin_i64(found, row, 0), PHONE_IN_LIST);
    }
    return status;
}

Status dry_phones_look(DryPhones *phones, Db *db, const ChunkShare *share, Error *err)
{
    phone_set_done(&phones->chunk);
    Status status = phones->has_list ? STATUS_OK : chunk_probe(phones, db, share, err);
    for (int i = 0; status == STATUS_OK && i < share->row_count; i++) {
        const int64_t *phone = &share->rows[i].lead.phone;
        bool before = external_ids_find(phones->file, phone_bytes(phone)) != 0;
        chunk_add(phones, (uint64_t)*phone,
                  before ? PHONE_IN_FILE : phone_set_find(&phones->list, (uint64_t)*phone));
    }
    return status;
}

Status dry_phones_note(DryPhones *phones, const ImportPlan *plan, Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < plan->insert_count; i++) {
        const int64_t *phone = &plan->inserts[i]->phone;
        int64_t first;
        status = external_ids_meet(phones->file, phone_bytes(phone), *phone, &first, err);
    }
    return status;
}
