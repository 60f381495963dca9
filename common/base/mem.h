/* mem.h - allocation that cannot fail, and scope-bound release. Layer: base.
 *
 * Running out of memory is treated like kill -9: the process aborts, and what was not committed is
 * done again by whoever takes over. So no caller checks for NULL. */
#pragma once

#include <stddef.h>
#include <stdlib.h>

void *mem_alloc(size_t size_bytes);                    /* zeroed */
void *mem_realloc(void *old, size_t size_bytes);       /* grown part is not zeroed */
char *mem_strdup(const char *text);                    /* NULL gives NULL */
char *mem_strndup(const char *text, size_t len_bytes); /* always terminated */
char *mem_sprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void mem_free_at(void *pointer_address)
{
    free(*(void **)pointer_address);
}

/* AUTO_FREE char *text = mem_strdup(...); is freed when the scope ends. */
#define AUTO_FREE __attribute__((cleanup(mem_free_at)))
