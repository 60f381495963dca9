#include "importer/csv_find.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t csv_find_special_plain(const char *bytes, size_t from, size_t len)
{
    size_t at = from;
    while (at < len && bytes[at] != '"' && bytes[at] != '\n' && bytes[at] != '\r') {
        at++;
    }
    return at;
}

#ifdef __SSE2__

static unsigned special_mask(const char *bytes)
{
    __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    __m128i lf = _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'));
    __m128i cr = _mm_cmpeq_epi8(block, _mm_set1_epi8('\r'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(quote, _mm_or_si128(lf, cr)));
}

size_t csv_find_special(const char *bytes, size_t from, size_t len)
{
    size_t at = from;
    while (at + 16 <= len) {
        unsigned mask = special_mask(bytes + at);
        if (mask != 0) {
            return at + (size_t)__builtin_ctz(mask);
        }
        at += 16;
    }
    return csv_find_special_plain(bytes, at, len);
}

#else

size_t csv_find_special(const char *bytes, size_t from, size_t len)
{
    return csv_find_special_plain(bytes, from, len);
}

#endif

size_t csv_find_newline(const char *bytes, size_t from, size_t len)
{
    size_t at = csv_find_special(bytes, from, len);
    while (at < len && bytes[at] == '"') {
        at = csv_find_special(bytes, at + 1, len);
    }
    return at;
}
