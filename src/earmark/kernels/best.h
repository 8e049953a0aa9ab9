/* The n best of a stream of (score, id), by score descending, then id ascending.

   A pair becomes one unsigned key whose order is that order, so ties need no second comparison. Keys above the floor
   are appended to a buffer with room for more than n; when it is full a selection keeps the n largest and raises the
   floor. That costs about a third of a binary heap, and the result is the same. */
#ifndef EARMARK_BEST_H
#define EARMARK_BEST_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t *keys;
    int64_t n;
    int64_t room;
    int64_t fill;
    uint64_t floor; /* the n-th best key so far; 0 until there are n */
    float least;    /* its score: whatever scores less cannot enter */
} Best;

static inline uint64_t key_of(float score, int32_t id) {
    score += 0.0f; /* -0.0 ties with 0.0 */
    uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    bits ^= (bits >> 31) ? UINT32_C(0xffffffff) : UINT32_C(0x80000000);
    return ((uint64_t)bits << 32) | (uint32_t)(UINT32_C(0xffffffff) - (uint32_t)id);
}

static inline int32_t id_of(uint64_t key) { return (int32_t)(UINT32_C(0xffffffff) - (uint32_t)key); }

static inline float score_of(uint64_t key) {
    uint32_t bits = (uint32_t)(key >> 32);
    bits ^= (bits >> 31) ? UINT32_C(0x80000000) : UINT32_C(0xffffffff);
    float score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/* Radix sort, largest first. `spare` holds n keys. */
static inline void sort_keys(uint64_t *keys, uint64_t *spare, int64_t n) {
    uint64_t *from = keys, *to = spare;
    for (int shift = 0; shift < 64; shift += 8) {
        int64_t counts[256] = {0};
        for (int64_t k = 0; k < n; k++) counts[(from[k] >> shift) & 255]++;
        if (n == 0 || counts[(from[0] >> shift) & 255] == n) continue;
        int64_t place = 0;
        for (int digit = 255; digit >= 0; digit--) {
            int64_t count = counts[digit];
            counts[digit] = place;
            place += count;
        }
        for (int64_t k = 0; k < n; k++) to[counts[(from[k] >> shift) & 255]++] = from[k];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) memcpy(keys, from, (size_t)n * sizeof *keys);
}

static inline uint64_t median_of_three(uint64_t a, uint64_t b, uint64_t c) {
    if (a > b) {
        uint64_t swap = a;
        a = b;
        b = swap;
    }
    return c < a ? a : (c > b ? b : c);
}

/* Moves the `n` largest of `size` distinct keys to the front (quickselect with a branch-free partition). */
static inline void select_keys(uint64_t *keys, int64_t size, int64_t n) {
    int64_t low = 0, high = size; /* keys before `low` are in, keys from `high` on are out */
    while (low < n && n < high) {
        uint64_t pivot = median_of_three(keys[low], keys[low + (high - low) / 2], keys[high - 1]);
        int64_t at_least = low;
        for (int64_t k = low; k < high; k++) {
            uint64_t key = keys[k];
            keys[k] = keys[at_least];
            keys[at_least] = key;
            at_least += key >= pivot;
        }
        if (at_least > n && at_least == high) {
            /* The pivot is the least: it must still leave, or nothing shrinks. */
            int64_t least = low;
            while (keys[least] != pivot) least++;
            keys[least] = keys[high - 1];
            keys[high - 1] = pivot;
            high--;
        } else if (at_least > n) {
            high = at_least;
        } else {
            low = at_least;
        }
    }
}

static inline void trim(Best *best) {
    select_keys(best->keys, best->fill, best->n);
    best->fill = best->n;
    uint64_t floor = best->keys[0];
    for (int64_t k = 1; k < best->n; k++) floor = best->keys[k] < floor ? best->keys[k] : floor;
    best->floor = floor;
    best->least = score_of(floor);
}

static inline void offer(Best *best, float score, int32_t id) {
    uint64_t key = key_of(score, id);
    if (key <= best->floor) return;
    best->keys[best->fill++] = key;
    if (best->fill == best->room) trim(best);
}

/* Writes the best, at most n, and returns how many. `spare` holds n keys. */
static inline int64_t take_best(Best *best, uint64_t *spare, int32_t *ids, float *scores) {
    if (best->fill > best->n) trim(best);
    sort_keys(best->keys, spare, best->fill);
    for (int64_t k = 0; k < best->fill; k++) {
        ids[k] = id_of(best->keys[k]);
        scores[k] = score_of(best->keys[k]);
    }
    return best->fill;
}

/* The same, padded to n with -1 and 0. */
static inline void write_best(Best *best, uint64_t *spare, int32_t *ids, float *scores) {
    for (int64_t k = take_best(best, spare, ids, scores); k < best->n; k++) {
        ids[k] = -1;
        scores[k] = 0.0f;
    }
}

#endif
