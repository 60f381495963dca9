#include "exporter/export_pipe.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "exporter/export_line.h"

enum { READERS_MAX = 16, PIPE_WAIT_MS = 200 };
typedef struct PieceLink PieceLink;
struct PieceLink {
    ExportChunk chunk;
    PieceLink *next;
};

/* An open piece: what its reader has made, and the writer has not taken yet. */
typedef struct Piece {
    PieceLink *first;
    PieceLink **last;
    size_t bytes;
    bool done;
} Piece;

struct ExportPipe {
    const ExportSource *source;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t changed;
    int reader_count;
    int begun;
    atomic_bool broken; /* is looked at without it, too */
    Status status;      /* why it broke */
    Error err;
    size_t next;    /* the piece that is taken next */
    size_t current; /* the one that is handed out */
    Piece pieces[2 * READERS_MAX];
    pthread_t threads[READERS_MAX];
};

typedef struct Reader {
    ExportPipe *pipe;
    ExportQuery query;
    ExportLine line;
    ExportChunk chunk;
    size_t piece;
} Reader;

static size_t window(const ExportPipe *pipe)
{
    return 2 * (size_t)pipe->reader_count;
}

static Piece *piece_at(ExportPipe *pipe, size_t number)
{
    return &pipe->pieces[number % window(pipe)];
}

static void pipe_break(ExportPipe *pipe, Status status, const Error *err)
{
    pthread_mutex_lock(&pipe->lock);
    if (!pipe->broken) {
        pipe->broken = true;
        pipe->status = status;
        pipe->err = *err;
    }
    pthread_cond_broadcast(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
}

static Status pipe_stopped(Error *err)
{
    return error_set(err, STATUS_RETRY, "export_stopped", "the export is being stopped");
}

/* ---- readers ---- */

/* False when there is none left, or the pipe is broken. */
static bool reader_take_piece(Reader *reader)
{
    ExportPipe *pipe = reader->pipe;
    pthread_mutex_lock(&pipe->lock);
    while (!pipe->broken && pipe->next < pipe->source->ranges.count &&
           pipe->next >= pipe->current + window(pipe)) {
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    }
    bool taken = !pipe->broken && pipe->next < pipe->source->ranges.count;
    if (taken) {
        reader->piece = pipe->next++;
    }
    pthread_mutex_unlock(&pipe->lock);
    return taken;
}

/* Hands the chunk over; the reader has a fresh one then. */
static Status reader_push(Reader *reader, bool done, Error *err)
{
    ExportPipe *pipe = reader->pipe;
    PieceLink *link = mem_alloc(sizeof *link);
    pthread_mutex_lock(&pipe->lock);
    Piece *piece = piece_at(pipe, reader->piece);
    while (!pipe->broken && piece->bytes >= EXPORT_PIECE_BYTES) {
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    }
    bool broken = pipe->broken;
    if (!broken) {
        link->chunk = reader->chunk;
        piece->bytes += reader->chunk.lines.len;
        *piece->last = link;
        piece->last = &link->next;
        piece->done = done;
        reader->chunk = (ExportChunk){.lines = STRBUF_INIT};
        link = NULL;
        pthread_cond_broadcast(&pipe->changed);
    }
    pthread_mutex_unlock(&pipe->lock);
    free(link);
    return broken ? pipe_stopped(err) : STATUS_OK;
}

static Status reader_take_row(void *context, const char *row, size_t len, Error *err)
{
    Reader *reader = context;
    StrBuf *lines = &reader->chunk.lines;
    if (atomic_load(&reader->pipe->broken)) {
        return pipe_stopped(err);
    }
    if (row == NULL) {
        return STATUS_OK;
    }
    if (lines->cap == 0) {
        strbuf_reserve(lines, EXPORT_CHUNK_BYTES + (EXPORT_CHUNK_BYTES >> 4));
    }
    export_line_add(&reader->line, row, len, lines);
    reader->chunk.rows++;
    return lines->len >= EXPORT_CHUNK_BYTES ? reader_push(reader, false, err) : STATUS_OK;
}

static Status reader_read_piece(Reader *reader, Db *db, Error *err)
{
    const ExportSource *source = reader->pipe->source;
    const ExportRange *range = &source->ranges.items[reader->piece];
    ExportSlice slice = {.list_no = source->list_no, .after = range->after, .upto = range->upto};
    AUTO_STRBUF sql = STRBUF_INIT;
    export_query_copy(&reader->query, &slice, source->spec->delimiter, &sql);
    Status status = db_copy_out(db, sql.data, reader_take_row, reader, err);
    return status == STATUS_OK ? reader_push(reader, true, err) : status;
}

static Status reader_read(Reader *reader, Error *err)
{
    ExportPipe *pipe = reader->pipe;
    const Config *cfg = pipe->source->cfg;
    Db *db = db_new(cfg->database_url, cfg->ns, "leadspool export");
    Status status = db_begin_snapshot_of(db, pipe->source->snapshot, err);
    if (status == STATUS_OK) {
        status = export_query_set_values(&reader->query, db, err);
    }
    if (status == STATUS_OK) {
        pthread_mutex_lock(&pipe->lock);
        pipe->begun++;
        pthread_cond_broadcast(&pipe->changed);
        pthread_mutex_unlock(&pipe->lock);
    }
    while (status == STATUS_OK && reader_take_piece(reader)) {
        status = reader_read_piece(reader, db, err);
    }
    db_close(db);
    return status;
}

static void *reader_main(void *opaque)
{
    Reader reader = {.pipe = opaque, .chunk = {.lines = STRBUF_INIT}};
    const ExportSource *source = reader.pipe->source;
    Error err = {0};
    export_query_make(source->spec, source->reasons, &reader.query);
    export_line_init(&reader.line, source->spec, source->reasons);
    Status status = reader_read(&reader, &err);
    if (status != STATUS_OK) {
        pipe_break(reader.pipe, status, &err);
    }
    export_query_done(&reader.query);
    export_line_done(&reader.line);
    strbuf_done(&reader.chunk.lines);
    return NULL;
}

/* ---- the other end ---- */

/* With the lock held. */
static void pipe_wait(ExportPipe *pipe)
{
    struct timespec until = clock_mono_in(PIPE_WAIT_MS);
    pthread_cond_timedwait(&pipe->changed, &pipe->lock, &until);
}

static void pipe_start_readers(ExportPipe *pipe)
{
    Error err;
    int wanted = pipe->reader_count;
    for (int i = 0; i < wanted; i++) {
        if (pthread_create(&pipe->threads[i], NULL, reader_main, pipe) != 0) {
            pipe->reader_count = i; /* none of them has a piece yet, or all have what is theirs */
            (void)error_set(&err, STATUS_RETRY, "thread", "no thread to read with");
            pipe_break(pipe, STATUS_RETRY, &err);
            return;
        }
    }
}

static Status pipe_wait_begun(ExportPipe *pipe, Error *err)
{
    pthread_mutex_lock(&pipe->lock);
    while (!pipe->broken && pipe->begun < pipe->reader_count) {
        pipe_wait(pipe);
    }
    Status status = pipe->broken ? pipe->status : STATUS_OK;
    if (pipe->broken) {
        *err = pipe->err;
    }
    pthread_mutex_unlock(&pipe->lock);
    return status;
}

Status export_pipe_start(const ExportSource *source, ExportPipe **ret, Error *err)
{
    ExportPipe *pipe = mem_alloc(sizeof *pipe);
    int wanted = source->cfg->export_readers;
    pipe->source = source;
    pipe->reader_count = source->ranges.count < (size_t)wanted ? (int)source->ranges.count : wanted;
    for (size_t i = 0; i < window(pipe); i++) {
        pipe->pieces[i].last = &pipe->pieces[i].first;
    }
    pthread_mutex_init(&pipe->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pipe->changed, &attributes);
    pipe_start_readers(pipe);
    Status status = pipe_wait_begun(pipe, err);
    if (status != STATUS_OK) {
        export_pipe_free(pipe);
        return status;
    }
    *ret = pipe;
    return STATUS_OK;
}

/* With the lock held; false when the piece has nothing at the moment. */
static bool pipe_take(ExportPipe *pipe, ExportChunk *ret_chunk)
{
    Piece *piece = piece_at(pipe, pipe->current);
    PieceLink *link = piece->first;
    if (link == NULL) {
        return false;
    }
    *ret_chunk = link->chunk;
    piece->bytes -= link->chunk.lines.len;
    piece->first = link->next;
    if (piece->first == NULL) {
        piece->last = &piece->first;
    }
    free(link);
    if (piece->first == NULL && piece->done) {
        piece->done = false;
        pipe->current++;
    }
    pthread_cond_broadcast(&pipe->changed);
    return true;
}

Status export_pipe_next(ExportPipe *pipe, ExportChunk *ret_chunk, bool *ret_end, Error *err)
{
    strbuf_done(&ret_chunk->lines);
    ret_chunk->rows = 0;
    pthread_mutex_lock(&pipe->lock);
    bool end = pipe->current == pipe->source->ranges.count;
    if (!pipe->broken && !end && !pipe_take(pipe, ret_chunk)) {
        pipe_wait(pipe);
        (void)(!pipe->broken && pipe_take(pipe, ret_chunk));
    }
    Status status = pipe->broken ? pipe->status : STATUS_OK;
    if (pipe->broken) {
        *err = pipe->err;
    }
    *ret_end = end;
    pthread_mutex_unlock(&pipe->lock);
    return status;
}

void export_pipe_free(ExportPipe *pipe)
{
    if (pipe == NULL) {
        return;
    }
    Error err;
    (void)pipe_stopped(&err);
    pipe_break(pipe, STATUS_RETRY, &err);
    for (int i = 0; i < pipe->reader_count; i++) {
        pthread_join(pipe->threads[i], NULL);
    }
    for (size_t i = 0; i < 2 * READERS_MAX; i++) {
        for (PieceLink *link = pipe->pieces[i].first; link != NULL;) {
            PieceLink *next = link->next;
            strbuf_done(&link->chunk.lines);
            free(link);
            link = next;
        }
    }
    pthread_mutex_destroy(&pipe->lock);
    pthread_cond_destroy(&pipe->changed);
    free(pipe);
}
