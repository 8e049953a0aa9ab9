/* Lists of songs, one per row: the best of scored songs, and several lists joined into one. */
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { MORE_THAN_WANTED = 256 };

int keep_best(Sparse scored, int64_t start, int64_t stop, int64_t n, int32_t *ids) {
    int64_t room = n + MORE_THAN_WANTED;
    uint64_t *keys = malloc((size_t)room * sizeof *keys);
    uint64_t *spare = malloc((size_t)n * sizeof *spare + 1);
    float *scores = malloc((size_t)n * sizeof *scores + 1);
    int made = keys && spare && scores ? 0 : -1;
    for (int64_t row = start; row < stop && made == 0; row++) {
        Best best = {.keys = keys, .n = n, .room = room};
        for (int64_t at = scored.starts[row]; at < scored.starts[row + 1]; at++)
            offer(&best, scored.weights[at], scored.indices[at]);
        write_best(&best, spare, ids + row * n, scores);
    }
    free(keys);
    free(spare);
    free(scores);
    return made;
}

/* Songs in a set, and above it which of its words are not empty: so few songs are read in order without a sort, and
   without a walk over all. */
int unite_lists(const int32_t *named, int64_t width, int64_t n_songs, int64_t start, int64_t stop, int32_t *songs,
                int64_t *lengths) {
    uint64_t *words = calloc((size_t)n_songs / 64 + 1, sizeof *words);
    uint64_t *above = calloc((size_t)n_songs / 4096 + 1, sizeof *above);
    int made = words && above ? 0 : -1;
    for (int64_t row = start; row < stop && made == 0; row++) {
        int32_t *united = songs + row * width;
        int64_t length = 0;
        for (int64_t at = row * width; at < (row + 1) * width; at++) {
            int32_t song = named[at];
            if (song < 0) continue;
            words[song >> 6] |= UINT64_C(1) << (song & 63);
            above[song >> 12] |= UINT64_C(1) << (song >> 6 & 63);
        }
        for (int64_t high = 0; high <= n_songs / 4096; high++) {
            for (; above[high]; above[high] &= above[high] - 1) {
                int64_t middle = high * 64 + LOWEST_BIT(above[high]);
                for (; words[middle]; words[middle] &= words[middle] - 1)
                    united[length++] = (int32_t)(middle * 64 + LOWEST_BIT(words[middle]));
            }
        }
        lengths[row] = length;
    }
    free(words);
    free(above);
    return made;
}

int place_lists(const int32_t *named, const int64_t *list_starts, int64_t n_lists, Sparse united, int64_t n_rows,
                int64_t n_songs, int64_t start, int64_t stop, int32_t *places) {
    int64_t n_pairs = united.starts[n_rows], width = list_starts[n_lists];
    int64_t *pair_of = malloc(((size_t)n_songs + 1) * sizeof *pair_of);
    if (!pair_of) return -1;
    for (int64_t row = start; row < stop; row++) {
        for (int64_t pair = united.starts[row]; pair < united.starts[row + 1]; pair++)
            pair_of[united.indices[pair]] = pair;
        for (int64_t list = 0; list < n_lists; list++) {
            const int32_t *listed = named + row * width;
            for (int64_t at = list_starts[list]; at < list_starts[list + 1]; at++)
                if (listed[at] >= 0) places[list * n_pairs + pair_of[listed[at]]] = (int32_t)(at - list_starts[list]);
        }
    }
    free(pair_of);
    return 0;
}
