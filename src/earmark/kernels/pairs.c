/* Scores of given pairs of a row and a song, whether or not the song is among the row's best. */
#include <stdlib.h>

#include "dot.h"
#include "kernels.h"

enum { AHEAD = 4 };

int score_pairs(Sparse history, Sparse lists, Sparse pairs, int64_t n_songs, int64_t start, int64_t stop, float *sums,
                float *greatest, int32_t *counts) {
    /* The asked for songs as a bitset, small enough to stay in the nearest cache: most songs of a list fail it. */
    uint64_t *wanted = calloc((size_t)n_songs / 64 + 1, sizeof *wanted);
    int64_t *places = malloc(((size_t)n_songs + 1) * sizeof *places);
    int made = wanted && places ? 0 : -1;
    for (int64_t row = start; row < stop && made == 0; row++) {
        int64_t first = pairs.starts[row], last = pairs.starts[row + 1];
        for (int64_t pair = first; pair < last; pair++) {
            int32_t song = pairs.indices[pair];
            places[song] = pair;
            wanted[song >> 6] |= UINT64_C(1) << (song & 63);
            sums[pair] = greatest[pair] = 0.0f;
            counts[pair] = 0;
        }
        for (int64_t at = history.starts[row]; at < history.starts[row + 1] && first < last; at++) {
            int64_t list = history.indices[at];
            float weight = history.weights[at];
            for (int64_t l = lists.starts[list]; l < lists.starts[list + 1]; l++) {
                int32_t song = lists.indices[l];
                if (!holds_bit(wanted, song)) continue;
                float said = weight * lists.weights[l];
                int64_t pair = places[song];
                sums[pair] += said;
                greatest[pair] = said > greatest[pair] ? said : greatest[pair];
                counts[pair] += said > 0.0f;
            }
        }
        for (int64_t pair = first; pair < last; pair++) wanted[pairs.indices[pair] >> 6] = 0;
    }
    free(wanted);
    free(places);
    return made;
}

MULTIVERSIONED
static void dot_row(const float *restrict vector, const float *restrict items, const int32_t *restrict songs,
                    int64_t n_pairs, int64_t n_factors, float *restrict dots) {
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        const float *item = items + songs[pair] * n_factors;
        if (pair + AHEAD < n_pairs)
            for (int64_t f = 0; f < n_factors; f += 16) PREFETCH(items + songs[pair + AHEAD] * n_factors + f);
        dots[pair] = dot(vector, item, n_factors);
    }
}

void dot_pairs(const float *vectors, const float *items, Sparse pairs, int64_t n_factors, int64_t start, int64_t stop,
               float *dots) {
    for (int64_t row = start; row < stop; row++) {
        int64_t first = pairs.starts[row];
        dot_row(vectors + row * n_factors, items, pairs.indices + first, pairs.starts[row + 1] - first, n_factors,
                dots + first);
    }
}
