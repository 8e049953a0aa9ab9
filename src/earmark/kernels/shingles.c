/* Hashes of all runs of so many words of a text (see shingles.py). The hash is that of the Rust crate rustc-hash 2 for
   bytes, by Orson Peters: what rensa's sketches are made of. */
#include <string.h>

#include "kernels.h"

static const uint64_t FIRST = 0x243f6a8885a308d3, SECOND = 0x13198a2e03707344, THIRD = 0xa4093822299f31d0,
                      FACTOR = 0xf1357aea2e62a9c5;

/* Numbers stand with their lowest byte first; compilers know both for a plain load. */
static inline uint64_t of_four(const uint8_t *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
}

static inline uint64_t of_eight(const uint8_t *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* The upper and the lower half of a product of 128 bits, by exclusive or. */
static inline uint64_t folded_product(uint64_t x, uint64_t y) {
    uint64_t low = (x & UINT32_MAX) * (y & UINT32_MAX), one = (x >> 32) * (y & UINT32_MAX),
             other = (x & UINT32_MAX) * (y >> 32);
    uint64_t carried = ((low >> 32) + (one & UINT32_MAX) + (other & UINT32_MAX)) >> 32;
    return (x * y) ^ ((x >> 32) * (y >> 32) + (one >> 32) + (other >> 32) + carried);
}

static uint64_t hash(const uint8_t *bytes, int64_t n) {
    uint64_t one = FIRST, other = SECOND;
    if (n > 16) {
        for (int64_t at = 0; at < n - 16; at += 16) {
            uint64_t mixed = folded_product(one ^ of_eight(bytes + at), THIRD ^ of_eight(bytes + at + 8));
            one = other;
            other = mixed;
        }
        one ^= of_eight(bytes + n - 16);
        other ^= of_eight(bytes + n - 8);
    } else if (n >= 8) {
        one ^= of_eight(bytes);
        other ^= of_eight(bytes + n - 8);
    } else if (n >= 4) {
        one ^= of_four(bytes);
        other ^= of_four(bytes + n - 4);
    } else if (n > 0) {
        one ^= bytes[0];
        other ^= (uint64_t)bytes[n - 1] << 8 | bytes[n / 2];
    }
    uint64_t mixed = (folded_product(one, other) ^ (uint64_t)n) * FACTOR;
    return mixed << 26 | mixed >> 38;
}

static inline int64_t end_of_word(const uint8_t *text, int64_t n, int64_t at) {
    const uint8_t *space = at < n ? memchr(text + at, ' ', (size_t)(n - at)) : NULL;
    return space ? space - text : n;
}

int64_t hash_shingles(const uint8_t *text, int64_t n, int64_t words, uint64_t *hashes, int64_t room) {
    int64_t start = 0, end = -1, found = 0;
    for (int64_t word = 0; word < words; word++) {
        if (end == n) return 0;
        end = end_of_word(text, n, end + 1);
    }
    while (found < room) {
        hashes[found++] = hash(text + start, end - start);
        if (end == n) break;
        start = end_of_word(text, n, start) + 1;
        end = end_of_word(text, n, end + 1);
    }
    return found;
}
