/* effort.h - how much of the same a test does. The sanitizers slow it many times, and what they
 * look for shows in less. */
#pragma once

#ifdef __SANITIZE_ADDRESS__
#define EFFORT(plain, sanitized) (sanitized)
#else
#define EFFORT(plain, sanitized) (plain)
#endif
