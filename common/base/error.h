/* error.h - what a failed call tells its caller to do next. Layer: base.
 *
 * Every function that can fail returns a Status and, when that is not STATUS_OK, fills the Error on
 * the caller's stack. Outputs named ret_x are written on STATUS_OK only. Whoever decides what to do
 * about an error logs it, once; everything below only propagates. */
#pragma once

typedef enum Status {
    STATUS_OK = 0,
    STATUS_BAD_INPUT, /* the content is wrong and stays wrong: reject it, or dead-letter it */
    STATUS_RETRY,     /* the infrastructure failed, or a race was lost: back off and try again */
    STATUS_FATAL,     /* this process cannot go on: exit and let the supervisor restart it */
} Status;

/* code: a fixed machine-readable word such as "unknown_list", never translated.
 * field: the input field concerned, or "".
 * text: one sentence for people that says what is wrong and what to do; no phone numbers or names.
 * field and text are cut to fit, and are valid UTF-8 whatever they were made of. */
typedef struct Error {
    Status status;
    char code[48];
    char field[64];
    char text[512];
} Error;

/* Fill err (NULL is allowed) and return status, so that callers write `return error_set(...)`. */
Status error_set(Error *err, Status status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for STATUS_BAD_INPUT about one named field. */
Status error_set_field(Error *err, const char *field, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "ok", "bad_input", "retry", "fatal": for logs. */
const char *status_name(Status status);

#define MUST_CHECK __attribute__((warn_unused_result))
