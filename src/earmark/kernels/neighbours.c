/* Products of two sparse matrices, row by row, of which only the best entries are kept: nearest songs and rows, and the
   songs that they speak for. A sparse accumulator holds one float per column and is cleared after each row.

   Only positive results count, so that 0 can mean "untouched". Where a row's products are many, the whole accumulator
   is scanned; where they are few, a list of touched columns is. Both give the same result. */
#include <float.h>
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = 64, SCAN_SHARE = 4, ALL = -1 };

typedef struct {
    float *sums;
    int32_t *touched;
    int64_t n_touched; /* or ALL: scan the sums */
    uint64_t *keys;
    uint64_t *spare;
    Best best;
} Scratch;

static int make_scratch(Scratch *scratch, int64_t n_columns, int64_t n) {
    int64_t room = 2 * n + 256;
    scratch->sums = calloc((size_t)n_columns + STRIDE, sizeof *scratch->sums);
    scratch->touched = malloc(((size_t)(n_columns / SCAN_SHARE) + 1) * sizeof *scratch->touched);
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

static void add(float *restrict sums, const int32_t *restrict columns, const float *restrict weights, int64_t n,
                float weight) {
    for (int64_t k = 0; k < n; k++) sums[columns[k]] += weight * weights[k];
}

/* As `add`, and lists each column whose sum was 0; a column may be listed twice. */
static int64_t add_listing(float *restrict sums, const int32_t *restrict columns, const float *restrict weights,
                           int64_t n, float weight, int32_t *restrict touched, int64_t n_touched) {
    for (int64_t k = 0; k < n; k++) {
        int32_t column = columns[k];
        touched[n_touched] = column;
        n_touched += sums[column] == 0.0f;
        sums[column] += weight * weights[k];
    }
    return n_touched;
}

static inline int64_t length_of(Sparse right, int64_t row, int64_t reach) {
    int64_t length = right.starts[row + 1] - right.starts[row];
    return length < reach ? length : reach;
}

/* Row `row` of left times the first `reach` entries of each row of right, into the sums. */
static void multiply(Sparse left, Sparse right, int64_t reach, int64_t row, int64_t n_columns, Scratch *scratch) {
    int64_t first = left.starts[row], last = left.starts[row + 1], products = 0, n_touched = 0;
    for (int64_t at = first; at < last; at++) products += length_of(right, left.indices[at], reach);
    int scanning = products > n_columns / SCAN_SHARE;
    for (int64_t at = first; at < last; at++) {
        int64_t from = right.starts[left.indices[at]], length = length_of(right, left.indices[at], reach);
        if (at + 2 < last) {
            int64_t coming = right.starts[left.indices[at + 2]];
            for (int64_t line = 0; line < 64; line += 16) {
                PREFETCH(right.indices + coming + line);
                PREFETCH(right.weights + coming + line);
            }
        }
        if (scanning)
            add(scratch->sums, right.indices + from, right.weights + from, length, left.weights[at]);
        else
            n_touched = add_listing(scratch->sums, right.indices + from, right.weights + from, length,
                                    left.weights[at], scratch->touched, n_touched);
    }
    scratch->n_touched = scanning ? ALL : n_touched;
}

/* sums / (left * right + shrink) over all columns, STRIDE at a time, into the best; clears the sums. */
MULTIVERSIONED
static void scan_similarities(float *restrict sums, const float *restrict right, float left, float shrink,
                              int64_t n_columns, Best *best) {
    for (int64_t base = 0; base < n_columns; base += STRIDE) {
        int64_t width = n_columns - base < STRIDE ? n_columns - base : STRIDE;
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
    memset(sums, 0, (size_t)n_columns * sizeof *sums);
}

MULTIVERSIONED
static void scan_sums(float *restrict sums, int64_t n_columns, Best *best) {
    /* `sums` has STRIDE zeros behind the last column. */
    for (int64_t base = 0; base < n_columns; base += STRIDE) {
        float least = best->least;
        int hits = 0;
        for (int k = 0; k < STRIDE; k++) hits |= sums[base + k] >= least;
        if (!hits) continue;
        for (int64_t k = base; k < base + STRIDE; k++)
            if (sums[k] >= best->least) offer(best, sums[k], (int32_t)k);
    }
    memset(sums, 0, (size_t)n_columns * sizeof *sums);
}

int find_nearest(Sparse left, Sparse right, const float *left_norms, const float *right_norms, float shrink,
                 const int32_t *own, int64_t n_columns, int64_t start, int64_t stop, int64_t k, int64_t *lengths,
                 int32_t *ids, float *similarities) {
    Scratch scratch;
    int made = make_scratch(&scratch, n_columns, k);
    int64_t written = 0;
    for (int64_t row = start; row < stop && made == 0; row++) {
        begin(&scratch.best);
        multiply(left, right, INT64_MAX, row, n_columns, &scratch);
        if (own[row] >= 0) scratch.sums[own[row]] = 0.0f;
        if (scratch.n_touched == ALL)
            scan_similarities(scratch.sums, right_norms, left_norms[row], shrink, n_columns, &scratch.best);
        for (int64_t at = 0; at < scratch.n_touched; at++) {
            int32_t column = scratch.touched[at];
            float value = scratch.sums[column] / (left_norms[row] * right_norms[column] + shrink);
            scratch.sums[column] = 0.0f;
            if (value >= scratch.best.least) offer(&scratch.best, value, column);
        }
        lengths[row - start] = take_best(&scratch.best, scratch.spare, ids + written, similarities + written);
        written += lengths[row - start];
    }
    free_scratch(&scratch);
    return made;
}

int score_lists(Sparse history, Sparse exclude, Sparse lists, int64_t reach, int64_t n_songs, int64_t start,
                int64_t stop, int64_t n, int32_t *ids, float *scores) {
    Scratch scratch;
    int made = make_scratch(&scratch, n_songs, n);
    for (int64_t row = start; row < stop && made == 0; row++) {
        begin(&scratch.best);
        multiply(history, lists, reach, row, n_songs, &scratch);
        for (int64_t at = exclude.starts[row]; at < exclude.starts[row + 1]; at++)
            scratch.sums[exclude.indices[at]] = 0.0f;
        if (scratch.n_touched == ALL) scan_sums(scratch.sums, n_songs, &scratch.best);
        for (int64_t at = 0; at < scratch.n_touched; at++) {
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
