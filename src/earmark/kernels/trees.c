/* Sums of the leaves of boosted trees (see trees.py for how a tree is told).

   A block of rows goes through a tree together, with bytes alone: a feature is the number of cuts below it, so that a
   split is one comparison of LANES rows at once, and which leaf a row has come to is replayed split by split, as the
   tree grew: a split moves the rows of one leaf that lie above its threshold to a new leaf. Nothing branches and
   nothing is looked up but the value of the last leaf. */
#include <math.h>
#include <stdlib.h>

#include "kernels.h"

enum {
    ROWS = 128,  /* in a block: what is known of them stays in the nearest cache */
    LANES = 16,  /* bytes that every processor compares at once */
    TOGETHER = 8 /* trees between reading and writing a row's sum */
};

typedef int8_t Bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

/* How many cuts of each feature are below it, for each of n rows, less 128: processors compare signed bytes. A row
   with a NaN among what the trees look at begins, and so ends, with a sum of NaN. */
MULTIVERSIONED
static void rank_rows(const Trees *trees, const float *restrict features, int64_t n_rows, int64_t n,
                      int8_t *restrict ranks, double *restrict scores) {
    int32_t unknown[ROWS] = {0};
    for (int64_t feature = 0; feature < trees->n_features; feature++) {
        const float *cut = trees->cuts + trees->cut_starts[feature];
        const float *last = trees->cuts + trees->cut_starts[feature + 1];
        if (cut == last) continue;
        float values[ROWS] = {0};
        int32_t below[ROWS] = {0};
        for (int64_t row = 0; row < n; row++) values[row] = features[feature * n_rows + row];
        for (; cut < last; cut++)
            for (int row = 0; row < ROWS; row++) below[row] += values[row] > *cut;
        for (int row = 0; row < ROWS; row++) unknown[row] |= values[row] != values[row];
        for (int row = 0; row < ROWS; row++) ranks[feature * ROWS + row] = (int8_t)(below[row] - 128);
    }
    for (int64_t row = 0; row < n; row++) scores[row] = unknown[row] ? NAN : 0.0;
}

/* The leaf of each row of a block. */
static void find_leaves(const Trees *trees, int64_t tree, const int8_t *ranks, uint8_t *leaves) {
    Bytes found[ROWS / LANES] = {0};
    int64_t first = trees->starts[tree];
    for (int64_t split = first; split < trees->starts[tree + 1]; split++) {
        const Bytes *values = (const Bytes *)(ranks + trees->features[split] * (int64_t)ROWS);
        int8_t leaf = (int8_t)trees->leaves[split], rank = trees->ranks[split];
        int8_t change = (int8_t)(leaf ^ (split - first + 1));
        for (int at = 0; at < ROWS / LANES; at++) found[at] ^= (found[at] == leaf) & (values[at] > rank) & change;
    }
    for (int at = 0; at < ROWS / LANES; at++) ((Bytes *)leaves)[at] = found[at];
}

/* Adds the leaves of n_trees trees, at most TOGETHER, to the sums of n rows, in the order of the trees. */
static inline void add_leaves(const Trees *trees, int64_t first, int n_trees, const uint8_t *leaves, int64_t n,
                              double *scores) {
    const double *values[TOGETHER];
    for (int at = 0; at < n_trees; at++) values[at] = trees->values + trees->starts[first + at] + first + at;
    for (int64_t row = 0; row < n; row++) {
        double sum = scores[row];
        for (int at = 0; at < n_trees; at++) sum += values[at][leaves[at * ROWS + row]];
        scores[row] = sum;
    }
}

int score_trees(Trees trees, const float *features, int64_t n_rows, double *scores) {
    int8_t *ranks = malloc((size_t)trees.n_features * ROWS + 1);
    if (!ranks) return -1;
    for (int64_t from = 0; from < n_rows; from += ROWS) {
        uint8_t leaves[TOGETHER * ROWS];
        int64_t n = n_rows - from < ROWS ? n_rows - from : ROWS, tree = 0;
        rank_rows(&trees, features + from, n_rows, n, ranks, scores + from);
        for (; tree + TOGETHER <= trees.n_trees; tree += TOGETHER) {
            for (int at = 0; at < TOGETHER; at++) find_leaves(&trees, tree + at, ranks, leaves + at * ROWS);
            add_leaves(&trees, tree, TOGETHER, leaves, n, scores + from);
        }
        for (; tree < trees.n_trees; tree++) {
            find_leaves(&trees, tree, ranks, leaves);
            add_leaves(&trees, tree, 1, leaves, n, scores + from);
        }
    }
    free(ranks);
    return 0;
}
