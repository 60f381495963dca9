#include "importer/import_lanes.h"

#include <pthread.h>

#include "base/log.h"
#include "base/mem.h"

typedef struct LaneThread {
    ImportLanes *lanes;
    ImportLane lane;
    pthread_t thread;
    bool started;
    ImportChunk *queue[IMPORT_CHUNKS]; /* under lock, oldest first */
    int queued;
} LaneThread;

struct ImportLanes {
    ImportShared *shared;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* anything below changed */
    bool closed;
    ImportChunk *chunks[IMPORT_CHUNKS];
    bool used[IMPORT_CHUNKS];
    int count;
    LaneThread threads[IMPORT_LANES_MAX];
};

static ImportChunk *lane_take(LaneThread *self)
{
    ImportLanes *lanes = self->lanes;
    ImportChunk *chunk = NULL;
    pthread_mutex_lock(&lanes->lock);
    while (self->queued == 0 && !lanes->closed) {
        pthread_cond_wait(&lanes->moved, &lanes->lock);
    }
    if (self->queued > 0) {
        chunk = self->queue[0];
        self->queued--;
        for (int i = 0; i < self->queued; i++) {
            self->queue[i] = self->queue[i + 1];
        }
    }
    pthread_mutex_unlock(&lanes->lock);
    return chunk;
}

static void lane_release(ImportLanes *lanes, ImportChunk *chunk)
{
    if (atomic_fetch_sub(&chunk->readers, 1) > 1) {
        return;
    }
    pthread_mutex_lock(&lanes->lock);
    for (int i = 0; i < IMPORT_CHUNKS; i++) {
        if (lanes->chunks[i] == chunk) {
            lanes->used[i] = false;
        }
    }
    pthread_cond_broadcast(&lanes->moved);
    pthread_mutex_unlock(&lanes->lock);
}

static void lane_stop(LaneThread *self, Status status)
{
    self->lane.status = status;
    atomic_store(&self->lanes->shared->broken, true);
    pthread_mutex_lock(&self->lanes->lock);
    pthread_cond_broadcast(&self->lanes->moved);
    pthread_mutex_unlock(&self->lanes->lock);
}

static void *lane_main(void *opaque)
{
    LaneThread *self = opaque;
    ImportShared *shared = self->lanes->shared;
    log_context_job(shared->run->job_no);
    log_context_list(shared->run->list_id);
    log_context_trace(shared->run->trace);
    ImportChunk *chunk;
    while ((chunk = lane_take(self)) != NULL) {
        bool wanted = chunk->number == self->lane.mark.chunk && !atomic_load(&shared->broken) &&
                      !job_run_should_stop(shared->run);
        Status status = wanted ? import_lane_chunk(&self->lane, chunk, &self->lane.err) : STATUS_OK;
        if (status != STATUS_OK) {
            lane_stop(self, status);
        }
        lane_release(self->lanes, chunk);
    }
    return NULL;
}

ImportLanes *import_lanes_start(ImportShared *shared, const LaneMark marks[])
{
    ImportLanes *lanes = mem_alloc(sizeof *lanes);
    lanes->shared = shared;
    lanes->count = shared->spec->lanes;
    pthread_mutex_init(&lanes->lock, NULL);
    pthread_cond_init(&lanes->moved, NULL);
    for (int i = 0; i < IMPORT_CHUNKS; i++) {
        lanes->chunks[i] = import_chunk_new();
    }
    for (int i = 0; i < lanes->count; i++) {
        LaneThread *self = &lanes->threads[i];
        self->lanes = lanes;
        import_lane_init(&self->lane, shared, i, &marks[i]);
    }
    return lanes;
}

ImportLane *import_lanes_get(ImportLanes *lanes, int number)
{
    return &lanes->threads[number].lane;
}

static void lanes_start_threads(ImportLanes *lanes)
{
    for (int i = 0; i < lanes->count; i++) {
        LaneThread *self = &lanes->threads[i];
        if (!self->started && pthread_create(&self->thread, NULL, lane_main, self) == 0) {
            self->started = true;
        } else if (!self->started) {
            error_set(&self->lane.err, STATUS_RETRY, "thread", "no thread for a lane");
            lane_stop(self, STATUS_RETRY);
        }
    }
}

ImportChunk *import_lanes_take(ImportLanes *lanes)
{
    ImportChunk *chunk = NULL;
    pthread_mutex_lock(&lanes->lock);
    while (chunk == NULL && !atomic_load(&lanes->shared->broken)) {
        for (int i = 0; i < IMPORT_CHUNKS && chunk == NULL; i++) {
            if (!lanes->used[i]) {
                lanes->used[i] = true;
                chunk = lanes->chunks[i];
            }
        }
        if (chunk == NULL) {
            pthread_cond_wait(&lanes->moved, &lanes->lock);
        }
    }
    pthread_mutex_unlock(&lanes->lock);
    return chunk;
}

void import_lanes_give(ImportLanes *lanes, ImportChunk *chunk)
{
    lanes_start_threads(lanes);
    atomic_store(&chunk->readers, lanes->count);
    pthread_mutex_lock(&lanes->lock);
    for (int i = 0; i < lanes->count; i++) {
        LaneThread *self = &lanes->threads[i];
        self->queue[self->queued++] = chunk;
    }
    pthread_cond_broadcast(&lanes->moved);
    pthread_mutex_unlock(&lanes->lock);
}

Status import_lanes_finish(ImportLanes *lanes, Error *err)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->closed = true;
    pthread_cond_broadcast(&lanes->moved);
    pthread_mutex_unlock(&lanes->lock);
    Status worst = STATUS_OK;
    for (int i = 0; i < lanes->count; i++) {
        LaneThread *self = &lanes->threads[i];
        if (self->started) {
            pthread_join(self->thread, NULL);
        }
        if (self->lane.status > worst) {
            worst = self->lane.status;
            *err = self->lane.err;
        }
    }
    return worst;
}

void import_lanes_free(ImportLanes *lanes)
{
    for (int i = 0; i < lanes->count; i++) {
        import_lane_done(&lanes->threads[i].lane);
    }
    for (int i = 0; i < IMPORT_CHUNKS; i++) {
        import_chunk_free(lanes->chunks[i]);
    }
    free(lanes);
}
