#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void *mem_checked(void *pointer)
{
    if (pointer == NULL) {
        abort();
    }
    return pointer;
}

void *mem_alloc(size_t size_bytes)
{
    return mem_checked(calloc(1, size_bytes > 0 ? size_bytes : 1));
}

void *mem_realloc(void *old, size_t size_bytes)
{
    return mem_checked(realloc(old, size_bytes > 0 ? size_bytes : 1));
}

char *mem_strdup(const char *text)
{
    return text != NULL ? mem_checked(strdup(text)) : NULL;
}

char *mem_strndup(const char *text, size_t len_bytes)
{
    char *copy = mem_alloc(len_bytes + 1);
    if (len_bytes > 0) {
        memcpy(copy, text, len_bytes);
    }
    return copy;
}

char *mem_sprintf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    return len >= 0 ? mem_checked(text) : mem_checked(NULL);
}
