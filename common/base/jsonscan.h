/* jsonscan.h - a look over untrusted JSON before it is parsed. Layer: base; for json.c. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Holds the bytes to the limits of json.h that can be seen without parsing: size, depth, keys,
 * strings, NUL. Says nothing about whether they are JSON. */
Status jsonscan_check(const char *bytes, size_t len, Error *err) MUST_CHECK;
