/* Item-item neighbours and the scores they give, by a sparse accumulator: one float per song, cleared after each row.

   Only positive results count, so that 0 can mean "untouched". Where a row's products are many, the whole accumulator
   is scanned; where they are few, a list of touched songs is. Both give the same result. */
#include <float.h>
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = 64, SCAN_SHARE = 8 };

typedef struct {
    float *sums;
    int32_t *touched;
    uint64_t *keys;
    uint64_t *spare;
    Best best;
} Scratch;

static int make_scratch(Scratch *scratch, int64_t n_songs, int64_t n) {
    int64_t room = 2 * n + 256;
    scratch->sums = calloc((size_t)n_songs + STRIDE, sizeof *scratch->sums);
    scratch->touched = malloc(((size_t)(n_songs / SCAN_SHARE) + 1) * sizeof *scratch->touched);
    scratch->keys = malloc((size_t)room * sizeof *scratch->keys);
    scratch->spare = malloc((size_t)n * sizeof *scratch->spare);
    scratch->best = (Best){.keys = scratch->keys, .n = n, .room = room};
    return scratch->sums && scratch->touched && scratch->keys && scratch->spare ? 0 : -1;
}

static void free_scratch(Scratch *scratch) {
    free(scratch->sums);
    free(scratch->touched);
    free(scratch->keys);
    free(scratch->spare);
}

static void begin(Best *best) {
    best->fill = 0;
    best->floor = 0;
    best->least = FLT_TRUE_MIN;
}

static void add(float *restrict sums, const int32_t *restrict songs, const float *restrict weights, int64_t n,
                float weight) {
    for (int64_t k = 0; k < n; k++) sums[songs[k]] += weight * weights[k];
}

/* As `add`, and lists each song whose sum was 0; a song may be listed twice. */
static int64_t add_listing(float *restrict sums, const int32_t *restrict songs, const float *restrict weights,
                           int64_t n, float weight, int32_t *restrict touched, int64_t n_touched) {
    for (int64_t k = 0; k < n; k++) {
        int32_t song = songs[k];
        touched[n_touched] = song;
        n_touched += sums[song] == 0.0f;
        sums[song] += weight * weights[k];
    }
    return n_touched;
}

/* sums / (left * right + shrink) over all songs, STRIDE at a time, into the best; clears the sums. */
MULTIVERSIONED
static void collect_similarities(float *restrict sums, const float *restrict right, float left, float shrink,
                                 int64_t n_songs, Best *best) {
    for (int64_t base = 0; base < n_songs; base += STRIDE) {
        int64_t width = n_songs - base < STRIDE ? n_songs - base : STRIDE;
        float values[STRIDE] = {0};
        float least = best->least;
        int hits = 0;
        if (width == STRIDE) {
            for (int k = 0; k < STRIDE; k++) values[k] = sums[base + k] / (left * right[base + k] + shrink);
        } else {
            for (int64_t k = 0; k < width; k++) values[k] = sums[base + k] / (left * right[base + k] + shrink);
        }
        for (int k = 0; k < STRIDE; k++) hits |= values[k] >= least;
        if (!hits) continue;
        for (int64_t k = 0; k < width; k++)
            if (values[k] >= best->least) offer(best, values[k], (int32_t)(base + k));
    }
    memset(sums, 0, (size_t)n_songs * sizeof *sums);
}

MULTIVERSIONED
static void collect_sums(float *restrict sums, int64_t n_songs, Best *best) {
    /* `sums` has STRIDE zeros behind the last song. */
    for (int64_t base = 0; base < n_songs; base += STRIDE) {
        float least = best->least;
        int hits = 0;
        for (int k = 0; k < STRIDE; k++) hits |= sums[base + k] >= least;
        if (!hits) continue;
        for (int64_t k = base; k < base + STRIDE; k++)
            if (sums[k] >= best->least) offer(best, sums[k], (int32_t)k);
    }
    memset(sums, 0, (size_t)n_songs * sizeof *sums);
}

int find_neighbours(Sparse by_song, Sparse by_row, const float *left, const float *right, float shrink,
                    int64_t n_songs, int64_t start, int64_t stop, int64_t k, int32_t *ids, float *similarities) {
    Scratch scratch;
    int made = make_scratch(&scratch, n_songs, k);
    for (int64_t song = start; song < stop && made == 0; song++) {
        int64_t first = by_song.starts[song], last = by_song.starts[song + 1], products = 0;
        for (int64_t at = first; at < last; at++) {
            int64_t row = by_song.indices[at];
            products += by_row.starts[row + 1] - by_row.starts[row];
        }
        int scanning = products > n_songs / SCAN_SHARE;
        int64_t n_touched = 0;
        begin(&scratch.best);
        for (int64_t at = first; at < last; at++) {
            int64_t row = by_song.indices[at], from = by_row.starts[row], length = by_row.starts[row + 1] - from;
            if (at + 2 < last) {
                int64_t coming = by_row.starts[by_song.indices[at + 2]];
                for (int64_t line = 0; line < 64; line += 16) {
                    PREFETCH(by_row.indices + coming + line);
                    PREFETCH(by_row.weights + coming + line);
                }
            }
            if (scanning)
                add(scratch.sums, by_row.indices + from, by_row.weights + from, length, by_song.weights[at]);
            else
                n_touched = add_listing(scratch.sums, by_row.indices + from, by_row.weights + from, length,
                                        by_song.weights[at], scratch.touched, n_touched);
        }
        scratch.sums[song] = 0.0f;
        if (scanning) collect_similarities(scratch.sums, right, left[song], shrink, n_songs, &scratch.best);
        for (int64_t at = 0; at < n_touched; at++) {
            int32_t other = scratch.touched[at];
            float value = scratch.sums[other] / (left[song] * right[other] + shrink);
            scratch.sums[other] = 0.0f;
            if (value >= scratch.best.least) offer(&scratch.best, value, other);
        }
        write_best(&scratch.best, scratch.spare, ids + song * k, similarities + song * k);
    }
    free_scratch(&scratch);
    return made;
}

int score_neighbours(Sparse history, Sparse exclude, NeighbourLists neighbours, int64_t n_songs, int64_t start,
                     int64_t stop, int64_t n, int32_t *ids, float *scores) {
    Scratch scratch;
    int made = make_scratch(&scratch, n_songs, n);
    int64_t k = neighbours.k;
    for (int64_t row = start; row < stop && made == 0; row++) {
        int64_t first = history.starts[row], last = history.starts[row + 1];
        int scanning = (last - first) * k > n_songs / SCAN_SHARE;
        int64_t n_touched = 0;
        begin(&scratch.best);
        for (int64_t at = first; at < last; at++) {
            const int32_t *songs = neighbours.ids + history.indices[at] * k;
            const float *similarities = neighbours.similarities + history.indices[at] * k;
            int64_t length = k;
            while (length > 0 && songs[length - 1] < 0) length--;
            if (scanning)
                add(scratch.sums, songs, similarities, length, history.weights[at]);
            else
                n_touched = add_listing(scratch.sums, songs, similarities, length, history.weights[at],
                                        scratch.touched, n_touched);
        }
        for (int64_t at = exclude.starts[row]; at < exclude.starts[row + 1]; at++)
            scratch.sums[exclude.indices[at]] = 0.0f;
        if (scanning) collect_sums(scratch.sums, n_songs, &scratch.best);
        for (int64_t at = 0; at < n_touched; at++) {
            int32_t song = scratch.touched[at];
            float value = scratch.sums[song];
            scratch.sums[song] = 0.0f;
            if (value >= scratch.best.least) offer(&scratch.best, value, song);
        }
        write_best(&scratch.best, scratch.spare, ids + row * n, scores + row * n);
    }
    free_scratch(&scratch);
    return made;
}
