/* Beside libfaketime: waits until a time of the wall clock that libfaketime does not see, those of
 * C11 threads as librdkafka has them, go through pthread_cond_timedwait(), which it does see. In
 * glibc both have the same conditions and mutexes. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
    switch (pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until)) {
    case 0:
        return thrd_success;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}
