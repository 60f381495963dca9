/* hash.h - the hashes in use, each for its purpose. Layer: base.
 *
 * hash_u64, hash_u128 (XXH3): sets, lanes, fingerprints; fast, not secret, stable across machines
 * and versions (XXH3 is frozen), so they may be stored. hash_sha256: checksums of content that
 * others verify. hash_hmac_sha256: keyed digests of phone numbers. hash_sha1_hex: how Redis names
 * its scripts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct Hash128 {
    uint64_t low;
    uint64_t high;
} Hash128;

uint64_t hash_u64(const void *bytes, size_t len, uint64_t seed);
Hash128 hash_u128(const void *bytes, size_t len, uint64_t seed);

enum { HASH_SHA256_BYTES = 32, HASH_SHA256_HEX_SIZE = 65 };
void hash_sha256(const void *bytes, size_t len, uint8_t ret_digest[HASH_SHA256_BYTES]);
void hash_sha256_hex(const void *bytes, size_t len, char ret_hex[HASH_SHA256_HEX_SIZE]);
/* The same piece by piece; hash_stream_end() frees. NULL is allowed there, ret_hex too. */
typedef struct HashStream HashStream;
HashStream *hash_stream_new(void);
void hash_stream_add(HashStream *stream, const void *bytes, size_t len);
void hash_stream_end(HashStream *stream, char ret_hex[HASH_SHA256_HEX_SIZE]);
enum { HASH_SHA1_HEX_SIZE = 41 };
void hash_sha1_hex(const void *bytes, size_t len, char ret_hex[HASH_SHA1_HEX_SIZE]);
void hash_hmac_sha256(const void *key,
                      size_t key_len,
                      const void *bytes,
                      size_t len,
                      uint8_t ret_digest[HASH_SHA256_BYTES]);

/* Lower-case hex with its terminator: ret_hex has room for 2 * len + 1. */
void hash_hex(const uint8_t *bytes, size_t len, char *ret_hex);
