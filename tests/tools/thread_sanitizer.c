/* Beside ThreadSanitizer, which knows neither C11 threads, as librdkafka has them, nor
 * pthread_clockjoin_np(): a thread that it did not see begin makes it crash, and what it did not
 * see joined is a race to it. Here they go through functions that it knows. In glibc both have the
 * same threads, conditions and mutexes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

typedef struct Start {
    thrd_start_t run;
    void *arg;
} Start;

static void *begin(void *arg)
{
    Start start = *(Start *)arg;
    free(arg);
    return (void *)(long)start.run(start.arg);
}

int thrd_create(thrd_t *ret, thrd_start_t run, void *arg)
{
    Start *start = malloc(sizeof *start);
    if (start == NULL) {
        return thrd_nomem;
    }
    *start = (Start){run, arg};
    if (pthread_create(ret, NULL, begin, start) != 0) {
        free(start);
        return thrd_error;
    }
    return thrd_success;
}

int thrd_join(thrd_t thread, int *ret)
{
    void *result = NULL;
    int code = pthread_join(thread, &result);
    if (ret != NULL) {
        *ret = (int)(long)result;
    }
    return code == 0 ? thrd_success : thrd_error;
}

int thrd_detach(thrd_t thread)
{
    return pthread_detach(thread) == 0 ? thrd_success : thrd_error;
}

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (type & mtx_recursive) {
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    }
    return pthread_mutex_init((pthread_mutex_t *)mutex, &attributes) == 0 ? thrd_success
                                                                          : thrd_error;
}

int mtx_lock(mtx_t *mutex)
{
    return pthread_mutex_lock((pthread_mutex_t *)mutex) == 0 ? thrd_success : thrd_error;
}

int mtx_trylock(mtx_t *mutex)
{
    return pthread_mutex_trylock((pthread_mutex_t *)mutex) == 0 ? thrd_success : thrd_busy;
}

int mtx_unlock(mtx_t *mutex)
{
    return pthread_mutex_unlock((pthread_mutex_t *)mutex) == 0 ? thrd_success : thrd_error;
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int cnd_init(cnd_t *condition)
{
    return pthread_cond_init((pthread_cond_t *)condition, NULL) == 0 ? thrd_success : thrd_error;
}

int cnd_signal(cnd_t *condition)
{
    return pthread_cond_signal((pthread_cond_t *)condition) == 0 ? thrd_success : thrd_error;
}

int cnd_broadcast(cnd_t *condition)
{
    return pthread_cond_broadcast((pthread_cond_t *)condition) == 0 ? thrd_success : thrd_error;
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    int code = pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex);
    return code == 0 ? thrd_success : thrd_error;
}

void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy((pthread_cond_t *)condition);
}

static long long clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int pthread_clockjoin_np(pthread_t thread,
                         void **ret,
                         clockid_t clock,
                         const struct timespec *until)
{
    long long left_ns = until->tv_sec * 1000000000LL + until->tv_nsec - clock_ns(clock);
    long long end_ns = clock_ns(CLOCK_REALTIME) + left_ns;
    struct timespec end = {end_ns / 1000000000LL, end_ns % 1000000000LL};
    return pthread_timedjoin_np(thread, ret, &end);
}
