/* The songs of greatest inner product, looked for in the clusters that most likely hold them.

   What takes the time is to bring vectors from memory. So they come as bytes, whole numbers from -127 to 127 and a scale
   for each vector; those of the next cluster are sent for while one is looked through. A listener's vector is rounded to
   sixteen bits, so all that is multiplied and added are whole numbers, in whatever order the processor likes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "best.h"
#include "kernels.h"

enum { STRIDE = SONGS_PER_STRIDE, LINE = 64, MORE_THAN_WANTED = 256, CLUSTERS_AT_ONCE = 64, MOST = 127 };

typedef struct {
    int16_t *numbers;
    float scale; /* by which they are to be multiplied */
} Rounded;

/* A vector as whole numbers so large that no inner product with bytes is beyond 31 bits. */
static void round_vector(const float *vector, int64_t n_factors, Rounded *rounded) {
    float greatest = 0.0f;
    for (int64_t f = 0; f < n_factors; f++) greatest = fmaxf(greatest, fabsf(vector[f]));
    int64_t limit = INT32_MAX / (MOST * n_factors);
    float steps = (float)(limit < INT16_MAX ? limit : INT16_MAX);
    rounded->scale = greatest / steps;
    for (int64_t f = 0; f < n_factors; f++)
        rounded->numbers[f] = (int16_t)(greatest > 0.0f ? lrintf(vector[f] / greatest * steps) : 0);
}

/* Inner products with vectors that stand one behind the other, but for the scales. */
MULTIVERSIONED
static void multiply_rows(const int16_t *restrict numbers, const int8_t *restrict rows, int64_t n_rows,
                          int64_t n_factors, int32_t *restrict products) {
    for (int64_t row = 0; row < n_rows; row++) {
        const int8_t *bytes = rows + row * n_factors;
        int32_t sum = 0;
        for (int64_t f = 0; f < n_factors; f++) sum += (int32_t)numbers[f] * (int32_t)(int16_t)bytes[f];
        products[row] = sum;
    }
}

static inline void send_for(Scaled vectors, int64_t first, int64_t last, int64_t n_factors) {
    const int8_t *end = vectors.bytes + last * STRIDE * n_factors;
    for (const int8_t *line = vectors.bytes + first * STRIDE * n_factors; line < end; line += LINE) PREFETCH(line);
}

/* A key for each cluster, greatest where the greatest inner product is likely to be: by the vector's part along the centre
   times the longest part of a song along it. */
static void rate_clusters(Rounded vector, Scaled centres, int64_t n_factors, Clusters clusters, int32_t *products,
                          uint64_t *keys) {
    multiply_rows(vector.numbers, centres.bytes, clusters.n, n_factors, products);
    for (int64_t k = 0; k < clusters.n; k++) {
        const float *box = clusters.boxes + 3 * k;
        float along = (float)products[k] * (vector.scale * centres.scales[k]);
        keys[k] = key_of(along * (along < 0.0f ? box[0] : box[1]), (int32_t)k);
    }
}

/* Puts the next few of the n clusters that are still to be looked through in order; returns how many. */
static int64_t order_next(uint64_t *keys, uint64_t *spare, int64_t n) {
    int64_t some = n < CLUSTERS_AT_ONCE ? n : CLUSTERS_AT_ONCE;
    select_keys(keys, n, some);
    sort_keys(keys, spare, some);
    return some;
}

static int64_t largest_of(Clusters clusters) {
    int64_t largest = 0;
    for (int64_t k = 0; k < clusters.n; k++) {
        int64_t size = clusters.starts[k + 1] - clusters.starts[k];
        if (size > largest) largest = size;
    }
    return largest * STRIDE;
}

int probe_clusters(const float *vectors, int64_t n_factors, Scaled centres, Clusters clusters, Scaled items,
                   const int32_t *songs, int64_t wanted, Sparse closed, int64_t n_songs,
                   int64_t start, int64_t stop, int64_t n, int32_t *ids, float *scores) {
    int64_t largest = largest_of(clusters), most = largest > clusters.n ? largest : clusters.n;
    uint64_t *hidden = calloc((size_t)n_songs / 64 + 1, sizeof *hidden);
    uint64_t *keys = malloc((size_t)(n + MORE_THAN_WANTED) * sizeof *keys);
    uint64_t *spare = malloc((size_t)(n + CLUSTERS_AT_ONCE) * sizeof *spare);
    uint64_t *order = malloc((size_t)(clusters.n + 1) * sizeof *order);
    int32_t *products = malloc((size_t)(most + 1) * sizeof *products);
    Rounded vector = {.numbers = malloc((size_t)(n_factors + 1) * sizeof *vector.numbers)};
    int made = hidden && keys && spare && order && products && vector.numbers ? 0 : -1;
    for (int64_t row = start; row < stop && made == 0; row++) {
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++)
            hidden[closed.indices[at] >> 6] |= UINT64_C(1) << (closed.indices[at] & 63);
        round_vector(vectors + row * n_factors, n_factors, &vector);
        rate_clusters(vector, centres, n_factors, clusters, products, order);
        Best best = {.keys = keys, .n = n, .room = n + MORE_THAN_WANTED, .least = -1.0f / 0.0f};
        int64_t seen = 0, ordered = 0;
        for (int64_t at = 0; at < clusters.n && seen < wanted; at++) {
            if (at == ordered) ordered += order_next(order + at, spare, clusters.n - at);
            int64_t cluster = id_of(order[at]), first = clusters.starts[cluster] * STRIDE;
            int64_t size = clusters.starts[cluster + 1] * STRIDE - first;
            if (at + 1 < ordered) {
                int64_t next = id_of(order[at + 1]);
                send_for(items, clusters.starts[next], clusters.starts[next + 1], n_factors);
            }
            multiply_rows(vector.numbers, items.bytes + first * n_factors, size, n_factors, products);
            for (int64_t k = 0; k < size; k++) {
                float score = (float)products[k] * (vector.scale * items.scales[first + k]);
                int32_t song = songs[first + k];
                if (score >= best.least && song >= 0 && !holds_bit(hidden, song)) offer(&best, score, song);
            }
            seen += size;
        }
        write_best(&best, spare, ids + row * n, scores + row * n);
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++) hidden[closed.indices[at] >> 6] = 0;
    }
    free(hidden);
    free(keys);
    free(spare);
    free(order);
    free(products);
    free(vector.numbers);
    return made;
}
