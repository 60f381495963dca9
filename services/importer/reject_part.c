#include "importer/reject_part.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/inbox.h"
#include "adapters/outfile.h"
#include "base/mem.h"
#include "importer/csv_write.h"
#include "importer/mapping.h"

enum { FRAME_HEADER_BYTES = 12, JOIN_BUFFER_BYTES = 256 * 1024 };

#define PARTS_NAME "rejects/job-%" PRId64 ".parts"

static char *part_name(int64_t job_no, int lane, int64_t token)
{
    return mem_sprintf(PARTS_NAME "/%d-%" PRId64, job_no, lane, token);
}

char *reject_file_name(int64_t job_no)
{
    return mem_sprintf("rejects/job-%" PRId64 ".csv", job_no);
}

/* Nobody can bring them back, and trying again for ever would hold the list. */
static Status reject_lost(Error *err)
{
    return error_set(err, STATUS_BAD_INPUT, "rejects_lost",
                     "a part of the rejected rows was removed or cut from outside: order the "
                     "import again to get them, what was loaded comes as duplicates");
}

/* ---- writing parts ---- */

void reject_part_init(RejectPart *part, const char *root, int64_t job_no, int lane, int64_t token)
{
    *part = (RejectPart){.root = root, .job_no = job_no, .lane = lane, .token = token, .fd = -1};
}

void reject_part_close(RejectPart *part)
{
    if (part->fd >= 0) {
        close(part->fd);
        part->fd = -1;
    }
}

/* Opened anew for each chunk that has rejects: cut back to what is committed, whatever a try left.
 */
Status reject_part_write(RejectPart *part, const StrBuf *frames, Error *err)
{
    part->next_bytes = part->size_bytes;
    if (frames->len == 0) {
        return STATUS_OK;
    }
    reject_part_close(part);
    AUTO_FREE char *name = part_name(part->job_no, part->lane, part->token);
    Status status = outfile_append(part->root, name, part->size_bytes, &part->fd, err);
    if (status == STATUS_OK) {
        status = outfile_write(part->fd, frames->data, (int64_t)frames->len, err);
    }
    if (status == STATUS_OK) {
        status = outfile_sync(part->fd, err);
    }
    part->next_bytes += (int64_t)frames->len;
    return status == STATUS_BAD_INPUT ? reject_lost(err) : status;
}

void reject_part_committed(RejectPart *part)
{
    part->size_bytes = part->next_bytes;
}

/* The line's own cells, filled up to the file's columns, so that the four behind them stand in
 * line. They take the place of what an earlier import remarked there. */
static void line_add_cells(StrBuf *line, const RejectFormat *format, const CsvFields *fields)
{
    char delimiter = format->spec->format.delimiter;
    size_t own = format->header->count > 0
                     ? mapping_own_columns(format->header->cells, format->header->count)
                     : format->spec->columns;
    bool fits = fields->count <= format->spec->columns;
    size_t count = fits && fields->count > own ? own : fields->count;
    csv_write_cells(line, delimiter, fields->cells, count);
    for (size_t i = count > 0 ? count : 1; i < own; i++) {
        csv_write_delimiter(line, delimiter);
    }
}

static void line_add_column(StrBuf *line, const RejectFormat *format, size_t column)
{
    if (column > 0 && column <= format->header->count) {
        TextSlice name = format->header->cells[column - 1];
        csv_write_cell(line, format->spec->format.delimiter, name.data, name.len);
    } else if (column > 0) {
        strbuf_addf(line, "%zu", column);
    }
}

void reject_frame_add(StrBuf *frames,
                      const RejectFormat *format,
                      CsvFields *fields,
                      const ChunkReject *reject)
{
    char delimiter = format->spec->format.delimiter;
    AUTO_STRBUF line = STRBUF_INIT;
    csv_fields_split(fields, reject->record.data, reject->record.len, true);
    line_add_cells(&line, format, fields);
    csv_write_delimiter(&line, delimiter);
    strbuf_addf(&line, "%" PRId64, reject->row_no);
    csv_write_delimiter(&line, delimiter);
    strbuf_adds(&line, reject->problem.code);
    csv_write_delimiter(&line, delimiter);
    line_add_column(&line, format, reject->problem.column);
    csv_write_delimiter(&line, delimiter);
    csv_write_cell(&line, delimiter, reject->problem.reason, strlen(reject->problem.reason));
    csv_write_end(&line);
    strbuf_add_u64(frames, (uint64_t)reject->row_no);
    strbuf_add_u32(frames, (uint32_t)line.len);
    strbuf_add(frames, line.data, line.len);
}

/* ---- joining ---- */

typedef struct PartReader {
    int fd;
    int64_t left;    /* committed bytes not yet read */
    uint64_t row_no; /* of the frame at hand; UINT64_MAX at the end */
    StrBuf line;
} PartReader;

static Status reader_read(PartReader *reader, void *bytes, size_t len, Error *err)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(reader->fd, (char *)bytes + got, len - got);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return error_set(err, STATUS_RETRY, "rejects_unreadable",
                             "a part of the rejected rows cannot be read: %s", strerror(errno));
        }
        if (n == 0) {
            return reject_lost(err);
        }
        got += (size_t)n;
    }
    reader->left -= (int64_t)len;
    return STATUS_OK;
}

static Status reader_advance(PartReader *reader, Error *err)
{
    reader->row_no = UINT64_MAX;
    if (reader->left == 0) {
        return STATUS_OK;
    }
    unsigned char header[FRAME_HEADER_BYTES];
    uint64_t row_no;
    uint32_t len;
    Status status = reader_read(reader, header, sizeof header, err);
    if (status != STATUS_OK) {
        return status;
    }
    memcpy(&row_no, header, sizeof row_no);
    memcpy(&len, header + sizeof row_no, sizeof len);
    len = be32toh(len);
    if (reader->left < (int64_t)len) {
        return reject_lost(err); /* other bytes than we wrote */
    }
    strbuf_reset(&reader->line);
    strbuf_reserve(&reader->line, len);
    status = reader_read(reader, reader->line.data, len, err);
    reader->line.len = len;
    reader->row_no = be64toh(row_no);
    return status;
}

static PartReader *readers_lowest(PartReader readers[], int count)
{
    PartReader *lowest = NULL;
    for (int i = 0; i < count; i++) {
        if (readers[i].row_no != UINT64_MAX &&
            (lowest == NULL || readers[i].row_no < lowest->row_no)) {
            lowest = &readers[i];
        }
    }
    return lowest;
}

/* One that may not be read is the operator's to mend. */
static Status part_open(const char *root, const char *name, int *ret_fd, Error *err)
{
    Status status = inbox_open(root, name, ret_fd, err);
    if (status != STATUS_BAD_INPUT) {
        return status;
    }
    return strcmp(err->code, "file_unreadable") == 0 ? STATUS_RETRY : reject_lost(err);
}

static Status readers_open(PartReader readers[],
                           const char *root,
                           int64_t job_no,
                           const RejectPartInfo parts[],
                           int count,
                           Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        readers[i] = (PartReader){
            .fd = -1, .left = parts[i].size_bytes, .row_no = UINT64_MAX, .line = STRBUF_INIT};
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        AUTO_FREE char *name = part_name(job_no, parts[i].lane, parts[i].token);
        if (parts[i].size_bytes > 0) {
            status = part_open(root, name, &readers[i].fd, err);
        }
        if (status == STATUS_OK) {
            status = reader_advance(&readers[i], err);
        }
    }
    return status;
}

static void join_header(StrBuf *out, const RejectFormat *format)
{
    char delimiter = format->spec->format.delimiter;
    if (format->header->count == 0) {
        return;
    }
    static const char *const added[] = {"row", "code", "column", "reason"};
    line_add_cells(out, format, format->header);
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        csv_write_delimiter(out, delimiter);
        strbuf_adds(out, added[i]);
    }
    csv_write_end(out);
}

static Status
join_readers(PartReader readers[], int count, const RejectFormat *format, int fd, Error *err)
{
    AUTO_STRBUF out = STRBUF_INIT;
    Status status = STATUS_OK;
    join_header(&out, format);
    for (PartReader *reader = readers_lowest(readers, count); status == STATUS_OK && reader != NULL;
         reader = readers_lowest(readers, count)) {
        strbuf_add(&out, reader->line.data, reader->line.len);
        if (out.len >= JOIN_BUFFER_BYTES) {
            status = outfile_write(fd, out.data, (int64_t)out.len, err);
            strbuf_reset(&out);
        }
        if (status == STATUS_OK) {
            status = reader_advance(reader, err);
        }
    }
    return status == STATUS_OK ? outfile_write(fd, out.data, (int64_t)out.len, err) : status;
}

Status reject_join(const char *root,
                   int64_t job_no,
                   const RejectFormat *format,
                   const RejectPartInfo parts[],
                   int count,
                   Error *err)
{
    AUTO_FREE char *name = reject_file_name(job_no);
    AUTO_FREE PartReader *readers = mem_alloc((size_t)count * sizeof *readers);
    AUTO_OUTFILE file = OUTFILE_INIT;
    Status status = readers_open(readers, root, job_no, parts, count, err);
    if (status == STATUS_OK) {
        status = outfile_create(root, name, &file, err);
    }
    if (status == STATUS_OK) {
        status = join_readers(readers, count, format, file.fd, err);
    }
    if (status == STATUS_OK) {
        status = outfile_commit(&file, err);
    }
    for (int i = 0; i < count; i++) {
        if (readers[i].fd >= 0) {
            close(readers[i].fd);
        }
        strbuf_done(&readers[i].line);
    }
    return status;
}

void reject_parts_remove(const char *root, int64_t job_no, const RejectPartInfo parts[], int count)
{
    Error err;
    for (int i = 0; i < count; i++) {
        AUTO_FREE char *name = part_name(job_no, parts[i].lane, parts[i].token);
        if (outfile_remove(root, name, &err) != STATUS_OK) {
            continue; /* the sweep of old files takes it */
        }
    }
    AUTO_FREE char *folder = mem_sprintf(PARTS_NAME, job_no);
    (void)!outfile_remove_dir(root, folder, &err); /* the same */
}
