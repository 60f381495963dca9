#include "base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

/* The published values for the empty input (xxHash, cli/xsum_sanity_check.c). */
Test(hash, xxh3_is_the_frozen_one)
{
    cr_expect_eq(hash_u64("", 0, 0), UINT64_C(0x2d06800538d394c2));
    Hash128 empty = hash_u128("", 0, 0);
    cr_expect_eq(empty.high, UINT64_C(0x99aa06d3014798d8));
    cr_expect_eq(empty.low, UINT64_C(0x6001c324468d497f));
}

Test(hash, the_seed_changes_all_of_it)
{
    cr_expect_neq(hash_u64("15046218927", 11, 0), hash_u64("15046218927", 11, 1));
    Hash128 a = hash_u128("15046218927", 11, 0);
    Hash128 b = hash_u128("15046218927", 11, 1);
    cr_expect_neq(a.low, b.low);
    cr_expect_neq(a.high, b.high);
}

/* FIPS 180-2, appendix B. */
Test(hash, sha256_of_the_standard)
{
    static const struct {
        const char *text;
        const char *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[HASH_SHA256_HEX_SIZE];
        hash_sha256_hex(cases[i].text, strlen(cases[i].text), hex);
        cr_expect_str_eq(hex, cases[i].hex);
    }
}

/* RFC 4231, test cases 2 and 6 (a key longer than a block). */
Test(hash, hmac_sha256_of_rfc_4231)
{
    char long_key[131];
    memset(long_key, 0xaa, sizeof long_key);
    const struct {
        const char *key;
        size_t key_len;
        const char *text;
        const char *hex;
    } cases[] = {
        {"Jefe", 4, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t digest[HASH_SHA256_BYTES];
        char hex[HASH_SHA256_HEX_SIZE];
        hash_hmac_sha256(cases[i].key, cases[i].key_len, cases[i].text, strlen(cases[i].text),
                         digest);
        hash_hex(digest, sizeof digest, hex);
        cr_expect_str_eq(hex, cases[i].hex);
    }
}
