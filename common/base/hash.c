#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdlib.h>
#include <xxhash.h>

uint64_t hash_u64(const void *bytes, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, len, seed);
}

Hash128 hash_u128(const void *bytes, size_t len, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, len, seed);
    return (Hash128){.low = hash.low64, .high = hash.high64};
}

/* libcrypto fails here only for want of memory, which mem.h treats the same way. */
static void hash_check(bool done)
{
    if (!done) {
        abort();
    }
}

void hash_sha256(const void *bytes, size_t len, uint8_t ret_digest[HASH_SHA256_BYTES])
{
    hash_check(EVP_Digest(bytes, len, ret_digest, NULL, EVP_sha256(), NULL) == 1);
}

void hash_sha256_hex(const void *bytes, size_t len, char ret_hex[HASH_SHA256_HEX_SIZE])
{
    uint8_t digest[HASH_SHA256_BYTES];
    hash_sha256(bytes, len, digest);
    hash_hex(digest, sizeof digest, ret_hex);
}

/* An OpenSSL context under a name of ours. */
HashStream *hash_stream_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    hash_check(context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
    return (HashStream *)context;
}

void hash_stream_add(HashStream *stream, const void *bytes, size_t len)
{
    hash_check(EVP_DigestUpdate((EVP_MD_CTX *)stream, bytes, len) == 1);
}

void hash_stream_end(HashStream *stream, char ret_hex[HASH_SHA256_HEX_SIZE])
{
    uint8_t digest[HASH_SHA256_BYTES];
    if (stream != NULL && ret_hex != NULL) {
        hash_check(EVP_DigestFinal_ex((EVP_MD_CTX *)stream, digest, NULL) == 1);
        hash_hex(digest, sizeof digest, ret_hex);
    }
    EVP_MD_CTX_free((EVP_MD_CTX *)stream);
}

void hash_sha1_hex(const void *bytes, size_t len, char ret_hex[HASH_SHA1_HEX_SIZE])
{
    uint8_t digest[HASH_SHA1_HEX_SIZE / 2];
    hash_check(EVP_Digest(bytes, len, digest, NULL, EVP_sha1(), NULL) == 1);
    hash_hex(digest, sizeof digest, ret_hex);
}

void hash_hmac_sha256(const void *key,
                      size_t key_len,
                      const void *bytes,
                      size_t len,
                      uint8_t ret_digest[HASH_SHA256_BYTES])
{
    hash_check(HMAC(EVP_sha256(), key, (int)key_len, bytes, len, ret_digest, NULL) != NULL);
}

void hash_hex(const uint8_t *bytes, size_t len, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_hex[2 * len] = '\0';
}
