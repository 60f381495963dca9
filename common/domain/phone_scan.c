#include "domain/phone_scan.h"

#include "domain/phone.h"

enum {
    OTHER = 0,
    DIGIT,
    BLANK,
    PUNCTUATION,
    PLUS,
};

/* C2 and A0 are the two bytes of NBSP: in valid UTF-8 they cannot be anything else here, as every
 * other lead byte is OTHER. */
static const unsigned char classes[256] = {
    ['0' ... '9'] = DIGIT, [' '] = BLANK,       [0xC2] = BLANK,      [0xA0] = BLANK,
    ['-'] = PUNCTUATION,   ['.'] = PUNCTUATION, ['('] = PUNCTUATION, [')'] = PUNCTUATION,
    ['/'] = PUNCTUATION,   ['+'] = PLUS,
};

static const TextSlice labels[] = {
    {"extension", 9}, {"extn", 4}, {"ext", 3}, {"x", 1}, {"#", 1},
};

static size_t skip_blanks(TextSlice text, size_t at)
{
    while (at < text.len && text.data[at] == ' ') {
        at++;
    }
    return at;
}

static size_t label_len(TextSlice rest)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        TextSlice head = {rest.data, labels[i].len};
        if (rest.len >= labels[i].len && text_equal_nocase(head, labels[i])) {
            return labels[i].len;
        }
    }
    return 0;
}

/* From `at` on stands a label, perhaps . or :, blanks, and digits up to the end. */
static bool scan_extension(TextSlice text, size_t at, TextSlice *ret)
{
    size_t label = label_len((TextSlice){text.data + at, text.len - at});
    if (label == 0) {
        return false;
    }
    at += label;
    if (at < text.len && (text.data[at] == '.' || text.data[at] == ':')) {
        at++;
    }
    at = skip_blanks(text, at);
    *ret = (TextSlice){text.data + at, text.len - at};
    for (size_t i = 0; i < ret->len; i++) {
        if (classes[(unsigned char)ret->data[i]] != DIGIT) {
            return false;
        }
    }
    return ret->len >= 1 && ret->len <= PHONE_EXTENSION_MAX;
}

bool phone_scan(TextSlice text, PhoneScan *ret)
{
    uint64_t number = 0;
    unsigned digits = 0;
    bool plus = false;
    unsigned char last = BLANK;
    TextSlice extension = {text.data, 0};
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.data[at];
        unsigned char class = classes[c];
        if (class == DIGIT) {
            number = number * 10 + (c - '0');
            digits++;
        } else if (class == PLUS) {
            if (plus || digits > 0) {
                return false;
            }
            plus = true;
        } else if (class == OTHER) {
            /* After "/" or "-" the library reads an x differently. */
            if (last == PUNCTUATION || digits > 11 || !scan_extension(text, at, &extension)) {
                return false;
            }
            break;
        }
        if (class != BLANK) {
            last = class;
        }
    }
    bool national = digits == 10 && !plus && number >= 2000000000;
    bool with_code = digits == 11 && number >= 12000000000 && number < 20000000000;
    *ret = (PhoneScan){
        .number = with_code ? number - 10000000000 : number,
        .international = plus,
        .extension = extension,
    };
    return national || with_code;
}
