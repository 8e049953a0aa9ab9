/* Top n from tiles of scores, carried from tile to tile. */
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = 16 };

/* The first whole STRIDE of scores, from `base` on, in which one is at least `least`; else where whole strides end. */
MULTIVERSIONED
static int64_t next_hit(const float *scores, int64_t base, int64_t n, float least) {
    for (; base + STRIDE <= n; base += STRIDE) {
        int hits = 0;
        for (int k = 0; k < STRIDE; k++) hits |= scores[base + k] >= least;
        if (hits) break;
    }
    return base;
}

static inline int holds_bit(const uint64_t *bits, int32_t at) { return (int)(bits[at >> 6] >> (at & 63) & 1); }

void offer_tile(const float *tile, int64_t n_rows, int64_t n_columns, const int32_t *listeners, const int32_t *songs,
                const uint64_t *excluded, int64_t words, int64_t n, int64_t room, uint64_t *keys, int32_t *fill,
                uint64_t *floors, float *least) {
    for (int64_t row = 0; row < n_rows; row++) {
        int64_t listener = listeners[row];
        const float *scores = tile + row * n_columns;
        const uint64_t *hidden = excluded + listener * words;
        Best best = {.keys = keys + listener * room,
                     .n = n,
                     .room = room,
                     .fill = fill[listener],
                     .floor = floors[listener],
                     .least = least[listener]};
        for (int64_t base = 0; (base = next_hit(scores, base, n_columns, best.least)) < n_columns; base += STRIDE) {
            int64_t end = base + STRIDE < n_columns ? base + STRIDE : n_columns;
            for (int64_t k = base; k < end; k++)
                if (scores[k] >= best.least && !holds_bit(hidden, songs[k])) offer(&best, scores[k], songs[k]);
        }
        /* Raising the floor lets the caller stop early and the next tile skip more; doing it for a few costs more. */
        if (best.fill > n + n / 4 || (best.fill >= n && best.floor == 0)) trim(&best);
        fill[listener] = (int32_t)best.fill;
        floors[listener] = best.floor;
        least[listener] = best.least;
    }
}

int finish_top(int64_t n_rows, int64_t n, int64_t room, uint64_t *keys, const int32_t *fill, int32_t *ids,
               float *scores) {
    uint64_t *spare = malloc((size_t)n * sizeof *spare);
    if (!spare) return -1;
    for (int64_t row = 0; row < n_rows; row++) {
        Best best = {.keys = keys + row * room, .n = n, .room = room, .fill = fill[row]};
        write_best(&best, spare, ids + row * n, scores + row * n);
    }
    free(spare);
    return 0;
}

void mark_excluded(Sparse exclude, int64_t start, int64_t stop, uint64_t *bits, int64_t words) {
    for (int64_t row = start; row < stop; row++)
        for (int64_t at = exclude.starts[row]; at < exclude.starts[row + 1]; at++) {
            int32_t song = exclude.indices[at];
            bits[(row - start) * words + (song >> 6)] |= UINT64_C(1) << (song & 63);
        }
}
