#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static void error_fill(Error *err, Status status, const char *field, const char *code, const char *format, va_list args)
{
    if (err == NULL) {
        return;
    }
    err->status = status;
    snprintf(err->code, sizeof err->code, "%s", code);
    snprintf(err->field, sizeof err->field, "%s", field);
    vsnprintf(err->text, sizeof err->text, format, args);
}

Status error_set(Error *err, Status status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, status, "", code, format, args);
    va_end(args);
    return status;
}

Status error_set_field(Error *err, const char *field, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, STATUS_BAD_INPUT, field, code, format, args);
    va_end(args);
    return STATUS_BAD_INPUT;
}

const char *status_name(Status status)
{
    static const char *const names[] = {"ok", "bad_input", "retry", "fatal"};
    return names[status];
}
