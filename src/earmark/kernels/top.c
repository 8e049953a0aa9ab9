/* Top n for each listener, carried on from tile to tile of scores, then from cluster to cluster of songs. */
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = SONGS_PER_STRIDE, HALF = STRIDE / 2, ABREAST = 4 };

/* Of a width that every clone has registers for: wider ones would be kept in memory, eight times as slowly. */
typedef float Lanes __attribute__((vector_size(4 * HALF), aligned(4), may_alias));

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

static inline Best resume(Top top, int64_t listener) {
    return (Best){.keys = top.keys + listener * top.room,
                  .n = top.n,
                  .room = top.room,
                  .fill = top.fill[listener],
                  .floor = top.floors[listener],
                  .least = top.least[listener]};
}

static inline void suspend(Top top, int64_t listener, Best *best) {
    /* Raising the floor lets the caller stop early and skip more; doing it for a few costs more. */
    if (best->fill > best->n + best->n / 4 || (best->fill >= best->n && best->floor == 0)) trim(best);
    top.fill[listener] = (int32_t)best->fill;
    top.floors[listener] = best->floor;
    top.least[listener] = best->least;
}

void offer_tile(const float *tile, int64_t n_rows, int64_t n_columns, const int32_t *listeners, const int32_t *songs,
                Top top) {
    for (int64_t row = 0; row < n_rows; row++) {
        int64_t listener = listeners[row];
        const float *scores = tile + row * n_columns;
        const uint64_t *hidden = top.excluded + listener * top.words;
        Best best = resume(top, listener);
        for (int64_t base = 0; (base = next_hit(scores, base, n_columns, best.least)) < n_columns; base += STRIDE) {
            int64_t end = base + STRIDE < n_columns ? base + STRIDE : n_columns;
            for (int64_t k = base; k < end; k++)
                if (scores[k] >= best.least && !holds_bit(hidden, songs[k])) offer(&best, scores[k], songs[k]);
        }
        suspend(top, listener, &best);
    }
}

/* Listeners for whom a song of the cluster may reach their least: its box says who they are. */
static int64_t find_near(const float *box, const float *along, const float *across, const float *rounding,
                         const float *least, int64_t n_listeners, int32_t *near) {
    int64_t found = 0;
    for (int64_t listener = 0; listener < n_listeners; listener++) {
        float most = along[listener] * (along[listener] < 0 ? box[0] : box[1]) + across[listener] * box[2];
        near[found] = (int32_t)listener;
        found += most >= least[listener] - rounding[listener];
    }
    return found;
}

/* Those of them for whom a song of the stride may. */
MULTIVERSIONED
static int64_t find_nearer(const float *restrict songs_along, const float *restrict songs_across,
                           const float *restrict along, const float *restrict across, const float *restrict rounding,
                           const float *restrict least, const int32_t *near, int64_t n_near, int32_t *nearer) {
    int64_t found = 0;
    for (int64_t at = 0; at < n_near; at++) {
        int64_t listener = near[at];
        float reach = least[listener] - rounding[listener];
        int hits = 0;
        for (int k = 0; k < STRIDE; k++)
            hits |= along[listener] * songs_along[k] + across[listener] * songs_across[k] >= reach;
        nearer[found] = (int32_t)listener;
        found += hits;
    }
    return found;
}

/* One stride of songs against ABREAST listeners at once, so that the stride is read once for all of them. */
MULTIVERSIONED
static void score_stride(const float *const vectors[ABREAST], const float *restrict stride, int64_t n_factors,
                         float *restrict scores) {
    Lanes left[ABREAST] = {0}, right[ABREAST] = {0};
    for (int64_t f = 0; f < n_factors; f++) {
        Lanes songs = *(const Lanes *)(stride + f * STRIDE), more = *(const Lanes *)(stride + f * STRIDE + HALF);
        for (int l = 0; l < ABREAST; l++) {
            left[l] += songs * vectors[l][f];
            right[l] += more * vectors[l][f];
        }
    }
    for (int l = 0; l < ABREAST; l++) {
        *(Lanes *)(scores + l * STRIDE) = left[l];
        *(Lanes *)(scores + l * STRIDE + HALF) = right[l];
    }
}

static void offer_stride(const float *scores, const int32_t *songs, int64_t listener, Top top) {
    if (next_hit(scores, 0, STRIDE, top.least[listener]) == STRIDE) return;
    const uint64_t *hidden = top.excluded + listener * top.words;
    Best best = resume(top, listener);
    for (int k = 0; k < STRIDE; k++)
        if (scores[k] >= best.least && songs[k] >= 0 && !holds_bit(hidden, songs[k]))
            offer(&best, scores[k], songs[k]);
    suspend(top, listener, &best);
}

int offer_clusters(const float *vectors, const float *strides, int64_t n_factors, const int32_t *songs,
                   Clusters clusters, int64_t n_listeners, const float *along, const float *across,
                   const float *rounding, Top top) {
    int32_t *near = malloc(2 * ((size_t)n_listeners + ABREAST) * sizeof *near);
    if (!near) return -1;
    int32_t *nearer = near + n_listeners + ABREAST;
    for (int64_t cluster = 0; cluster < clusters.n; cluster++) {
        const float *own_along = along + cluster * n_listeners, *own_across = across + cluster * n_listeners;
        int64_t n_near = find_near(clusters.boxes + 3 * cluster, own_along, own_across, rounding, top.least,
                                   n_listeners, near);
        for (int64_t s = clusters.starts[cluster]; s < clusters.starts[cluster + 1] && n_near > 0; s++) {
            int64_t n = find_nearer(clusters.along + s * STRIDE, clusters.across + s * STRIDE, own_along, own_across,
                                    rounding, top.least, near, n_near, nearer);
            for (int64_t at = 0; at < n; at += ABREAST) {
                const float *abreast[ABREAST];
                float scores[ABREAST * STRIDE];
                int64_t end = n - at < ABREAST ? n - at : ABREAST;
                for (int l = 0; l < ABREAST; l++)
                    abreast[l] = vectors + nearer[l < end ? at + l : at] * n_factors;
                score_stride(abreast, strides + s * STRIDE * n_factors, n_factors, scores);
                for (int64_t l = 0; l < end; l++)
                    offer_stride(scores + l * STRIDE, songs + s * STRIDE, nearer[at + l], top);
            }
        }
    }
    free(near);
    return 0;
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
