/* export_file.h - the file of an export and its manifest. Layer: services/exporter.
 *
 * Both lie in the outbox, under names that have the claim's token in them, so that a process that
 * lost the job and wakes up writes into nobody's file:
 *
 *   exports/job-7-1.csv                    the data
 *   exports/job-7-1.csv.manifest.json      what is in it: rows, bytes, sha256, fields, list version
 *
 * The manifest gets its name first and the data last: a data file that can be seen is whole, and
 * its manifest is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/outfile.h"
#include "base/hash.h"
#include "exporter/export_spec.h"

typedef struct ExportFile {
    const char *root; /* the outbox; borrowed */
    char *name;       /* beneath it */
    OutFile out;
    HashStream *hash;
    int64_t bytes;
    int64_t rows;
    int64_t pushed; /* bytes that the disk was told to write */
    char sha256[HASH_SHA256_HEX_SIZE];
} ExportFile;

/* The name of what this claim of the job writes; the caller frees it. */
char *export_file_name(int64_t job_no, int64_t token);
/* Opens it, unseen; what has its names by then goes away, since it is of an attempt that failed.
 * *ret is to be ended by export_file_done() in any case. */
Status export_file_open(
    const char *root, int64_t job_no, int64_t token, ExportFile *ret, Error *err) MUST_CHECK;
Status export_file_add(ExportFile *file, const void *bytes, size_t len, int64_t rows, Error *err)
    MUST_CHECK;

/* What the manifest says beyond the file itself. */
typedef struct ExportFacts {
    int64_t job_no;
    int64_t list_version;
    int64_t epoch;
    int64_t snapshot_us;
    int64_t keys_left_out; /* custom fields that no column can have */
    const ExportSpec *spec;
} ExportFacts;
/* Synced, manifest named, data named. */
Status export_file_commit(ExportFile *file, const ExportFacts *facts, Error *err) MUST_CHECK;
/* Whatever is not committed goes away. */
void export_file_done(ExportFile *file);
#define AUTO_EXPORT_FILE __attribute__((cleanup(export_file_done))) ExportFile

/* Takes away what claims before this one left: parts, and files that are not the job's result. */
void export_file_sweep(const char *root, int64_t job_no, int64_t token);
