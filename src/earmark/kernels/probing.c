/* The songs of greatest inner product, looked for in the clusters that most likely hold them.

   What takes the time is to bring vectors from memory. So they come as bytes, whole numbers from -127 to 127 and a scale
   for each vector, and those of the next cluster are sent for while one is looked through. */
#include <stdlib.h>
#include <string.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = SONGS_PER_STRIDE, HALF = STRIDE / 2, TOGETHER = 4, LINE = 64, MORE_THAN_WANTED = 256 };

/* Of a width that every clone has registers for: wider ones would be kept in memory, eight times as slowly. */
typedef float Lanes __attribute__((vector_size(4 * HALF), aligned(4), may_alias));
typedef uint32_t Words __attribute__((vector_size(4 * HALF), aligned(4), may_alias));
typedef int32_t Numbers __attribute__((vector_size(4 * HALF)));

/* Byte number `byte` of each word as a number. */
static inline Lanes numbers_of(Words words, int byte) {
    return __builtin_convertvector((Numbers)(words << (24 - 8 * byte)) >> 24, Lanes);
}

/* Inner products of a vector with stride number s. A word holds TOGETHER factors of one song, the words of a stride's
   songs stand side by side. The order of additions is fixed. */
MULTIVERSIONED
static void score_stride(const float *restrict vector, Scaled vectors, int64_t s, int64_t n_factors,
                         float *restrict scores) {
    const int8_t *bytes = vectors.bytes + s * STRIDE * n_factors;
    Lanes left[TOGETHER] = {0}, right[TOGETHER] = {0};
    for (int64_t f = 0; f < n_factors; f += TOGETHER) {
        Words words = *(const Words *)(bytes + f * STRIDE), more = *(const Words *)(bytes + f * STRIDE + 4 * HALF);
        for (int byte = 0; byte < TOGETHER; byte++) {
            left[byte] += numbers_of(words, byte) * vector[f + byte];
            right[byte] += numbers_of(more, byte) * vector[f + byte];
        }
    }
    const float *scales = vectors.scales + s * STRIDE;
    *(Lanes *)scores = ((left[0] + left[1]) + (left[2] + left[3])) * *(const Lanes *)scales;
    *(Lanes *)(scores + HALF) = ((right[0] + right[1]) + (right[2] + right[3])) * *(const Lanes *)(scales + HALF);
}

static inline void send_for(Scaled vectors, int64_t first, int64_t last, int64_t n_factors) {
    const int8_t *end = vectors.bytes + last * STRIDE * n_factors;
    for (const int8_t *line = vectors.bytes + first * STRIDE * n_factors; line < end; line += LINE) PREFETCH(line);
}

/* All clusters, those first in which the greatest inner product is likely to be: by the vector's part along the centre
   times the longest part of a song along it. */
static void order_clusters(const float *vector, Scaled centres, int64_t n_factors, Clusters clusters, uint64_t *keys,
                           uint64_t *spare) {
    for (int64_t base = 0; base < clusters.n; base += STRIDE) {
        float along[STRIDE];
        score_stride(vector, centres, base / STRIDE, n_factors, along);
        for (int64_t k = base; k < base + STRIDE && k < clusters.n; k++) {
            const float *box = clusters.boxes + 3 * k;
            keys[k] = key_of(along[k - base] * (along[k - base] < 0.0f ? box[0] : box[1]), (int32_t)k);
        }
    }
    sort_keys(keys, spare, clusters.n);
}

int probe_clusters(const float *vectors, int64_t n_factors, Scaled centres, Clusters clusters, Scaled items,
                   const int32_t *songs, int64_t wanted, Sparse closed, int64_t n_songs,
                   int64_t start, int64_t stop, int64_t n, int32_t *ids, float *scores) {
    uint64_t *hidden = calloc((size_t)n_songs / 64 + 1, sizeof *hidden);
    uint64_t *keys = malloc((size_t)(n + MORE_THAN_WANTED) * sizeof *keys);
    uint64_t *spare = malloc((size_t)(n + clusters.n) * sizeof *spare);
    uint64_t *order = malloc((size_t)(clusters.n + 1) * sizeof *order);
    int made = hidden && keys && spare && order ? 0 : -1;
    for (int64_t row = start; row < stop && made == 0; row++) {
        const float *vector = vectors + row * n_factors;
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++)
            hidden[closed.indices[at] >> 6] |= UINT64_C(1) << (closed.indices[at] & 63);
        order_clusters(vector, centres, n_factors, clusters, order, spare);
        Best best = {.keys = keys, .n = n, .room = n + MORE_THAN_WANTED, .least = -1.0f / 0.0f};
        int64_t seen = 0;
        for (int64_t at = 0; at < clusters.n && seen < wanted; at++) {
            int64_t cluster = id_of(order[at]), last = clusters.starts[cluster + 1];
            if (at + 1 < clusters.n) {
                int64_t next = id_of(order[at + 1]);
                send_for(items, clusters.starts[next], clusters.starts[next + 1], n_factors);
            }
            for (int64_t s = clusters.starts[cluster]; s < last; s++) {
                float found[STRIDE];
                score_stride(vector, items, s, n_factors, found);
                for (int64_t k = 0; k < STRIDE; k++) {
                    int32_t song = songs[s * STRIDE + k];
                    if (found[k] >= best.least && song >= 0 && !holds_bit(hidden, song)) offer(&best, found[k], song);
                }
            }
            seen += (last - clusters.starts[cluster]) * STRIDE;
        }
        write_best(&best, spare, ids + row * n, scores + row * n);
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++) hidden[closed.indices[at] >> 6] = 0;
    }
    free(hidden);
    free(keys);
    free(spare);
    free(order);
    return made;
}
