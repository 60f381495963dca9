/* reject_part.h - rejected rows on their way to the reject file. Layer: services/importer.
 *
 * Each claim of a lane appends to a part of its own, so that a process that wakes up late writes
 * into nobody's file. The checkpoint names every part and how much of it counts. At the end the
 * parts are joined by row number into one CSV. Names are beneath the outbox.
 *
 * A part that is missing, or shorter than the checkpoint says, is STATUS_BAD_INPUT rejects_lost;
 * what the volume does not give or take for now is STATUS_RETRY. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "importer/csv_fields.h"
#include "importer/import_chunk.h"

typedef struct RejectPart {
    const char *root; /* the outbox; borrowed */
    int64_t job_no;
    int lane;
    int64_t token;
    int fd;             /* -1 until the first row */
    int64_t size_bytes; /* committed */
    int64_t next_bytes; /* what the checkpoint of the chunk in work will say */
} RejectPart;

void reject_part_init(RejectPart *part, const char *root, int64_t job_no, int lane, int64_t token);
void reject_part_close(RejectPart *part);
/* Writes frames behind what is committed and syncs them; next_bytes tells the new length. Cuts the
 * file back first, so only for who holds the lane's checkpoint locked and has found it his. */
Status reject_part_write(RejectPart *part, const StrBuf *frames, Error *err) MUST_CHECK;
/* The chunk has committed. */
void reject_part_committed(RejectPart *part);

/* Adds one row as a frame: its number, and its line of the reject file. fields: scratch. */
typedef struct RejectFormat {
    const ImportSpec *spec;
    const CsvFields *header; /* count 0: the file has none */
} RejectFormat;
void reject_frame_add(StrBuf *frames,
                      const RejectFormat *format,
                      CsvFields *fields,
                      const ChunkReject *reject);

/* One committed part, from the checkpoint. */
typedef struct RejectPartInfo {
    int lane;
    int64_t token;
    int64_t size_bytes;
} RejectPartInfo;

/* Joins the parts into "rejects/job-<job>.csv" beneath root, durably and all at once. */
Status reject_join(const char *root,
                   int64_t job_no,
                   const RejectFormat *format,
                   const RejectPartInfo parts[],
                   int count,
                   Error *err) MUST_CHECK;
void reject_parts_remove(const char *root, int64_t job_no, const RejectPartInfo parts[], int count);
/* "rejects/job-<job>.csv" */
char *reject_file_name(int64_t job_no);
