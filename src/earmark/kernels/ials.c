/* One side of an implicit-feedback factorisation, the other fixed: a few conjugate gradient steps while learning, the
   exact solution for folding in. For a row with confidences c of songs with vectors y both solve

       (Y'Y + sum (|c| - 1) y y' + pull I) x = sum over c > 0 of c y.

   Sums are fused and as wide as the processor's vectors, so that processors may differ in the last bits. A row is
   worked on by one thread alone, so that threads do not. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if !defined(__GNUC__) && !defined(__clang__)
#error "The factor kernels need vector extensions: compile with GCC or Clang (on Windows clang-cl)."
#endif

enum {
    PADDED_TO = 16,        /* widths are multiples of it */
    BATCH = 16,            /* songs multiplied at once: few enough to stay in the nearest cache */
    AHEAD = 32,            /* songs between asking for a vector and using it */
    GATHERED = 512 * 1024, /* bytes of a row's vectors that are kept: half of a second-level cache */
    EXACT_BATCH = 64,      /* songs added to a normal matrix at once */
    EXACT_TILE_WIDTH = 8,  /* so much of a normal matrix is summed at once */
    EXACT_TILE_HEIGHT = 4
};

typedef struct {
    const int32_t *songs;
    const float *confidences;
    int64_t n;
    int64_t n_coming; /* songs from here to the end of the caller's range: worth asking for early */
} Row;

typedef struct {
    float *kept;    /* vectors of the row's songs side by side, `room` of them */
    float *excess;  /* |c| - 1 of each kept song */
    float *nothing; /* a vector of zeros: fills the last batch */
    int64_t room;
} Gathered;

/* One name for each function and type that is made anew for each width, LANES floats, and TARGET processor. */
#define PASTE(name, lanes) name##_##lanes
#define EXPAND(name, lanes) PASTE(name, lanes)
#define AT_WIDTH(name) EXPAND(name, LANES)
#define Lanes AT_WIDTH(Lanes)
#define ExactLanes AT_WIDTH(ExactLanes)
#define load AT_WIDTH(load)
#define store AT_WIDTH(store)
#define inner_product AT_WIDTH(inner_product)
#define project AT_WIDTH(project)
#define add_stripe AT_WIDTH(add_stripe)
#define add_shares AT_WIDTH(add_shares)
#define add_songs AT_WIDTH(add_songs)
#define add_products AT_WIDTH(add_products)
#define solve AT_WIDTH(solve)
#define INLINE static inline __attribute__((always_inline)) TARGET

/* Sums of pairs of lanes of a (where bit `step` of the lane is 0) and of b (where it is 1). Folding vectors 0 and 1, 2
   and 3, ... at step 1, the results at step 2, and so on leaves in each lane the sum of the vector of that number. */
#define SAME(lane, step) ((lane) & (step) ? LANES + (lane) : (lane))
#define OTHER(lane, step) ((lane) & (step) ? LANES + (lane) - (step) : (lane) + (step))
#define FOLD(a, b, step) \
    (__builtin_shufflevector(a, b, EACH_LANE(SAME, step)) + __builtin_shufflevector(a, b, EACH_LANE(OTHER, step)))

#define LANES 4
#define TARGET
#include "ials_width.h"
#undef LANES
#undef TARGET

#ifdef __x86_64__
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#include "ials_width.h"
#undef LANES
#undef TARGET

#define LANES 16
#define TARGET __attribute__((target("avx512f")))
#include "ials_width.h"
#undef LANES
#undef TARGET

#define BEST_OF(name)                                                                    \
    (__builtin_cpu_supports("avx512f")                                   ? name##_16      \
     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? name##_8 : name##_4)
#else
#define BEST_OF(name) name##_4
#endif

static int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/* Scratch that begins with a cache line; the caller frees `*block`. */
static void *allocate(size_t bytes, void **block) {
    *block = malloc(bytes + 64);
    return *block ? (char *)*block + (64 - (uintptr_t)*block % 64) : NULL;
}

int improve_factors(Sparse rows, const float *fixed, const float *spectrum, const float *pulls, int64_t width,
                    int64_t steps, int64_t start, int64_t stop, float *solved) {
    int64_t room = rounded_up(GATHERED / (4 * width) + 1, BATCH);
    void *block;
    float *scratch = allocate((size_t)((room + 4) * width + room) * sizeof *scratch, &block);
    if (!scratch) return -1;
    Gathered gathered = {.kept = scratch + 4 * width, .nothing = scratch, .room = room};
    gathered.excess = gathered.kept + room * width;
    memset(gathered.nothing, 0, (size_t)width * sizeof *scratch);
    for (int64_t at = start; at < stop; at++) {
        int64_t first = rows.starts[at];
        Row row = {.songs = rows.indices + first,
                   .confidences = rows.weights + first,
                   .n = rows.starts[at + 1] - first,
                   .n_coming = rows.starts[stop] - first};
        float *x = solved + at * width;
        if (row.n == 0)
            memset(x, 0, (size_t)width * sizeof *x);
        else
            BEST_OF(improve_row)(row, fixed, spectrum, pulls[at], width, steps, gathered, scratch + width, x);
    }
    free(block);
    return 0;
}

int fold_in(Sparse rows, const float *items, const double *gram, const double *pulls, int64_t n_factors, int64_t start,
            int64_t stop, float *solved) {
    int64_t width = rounded_up(n_factors, EXACT_TILE_WIDTH);
    void *block;
    double *scratch = allocate((size_t)(width * (width + 1 + 2 * EXACT_BATCH)) * sizeof *scratch, &block);
    if (!scratch) return -1;
    for (int64_t at = start; at < stop; at++) {
        int64_t first = rows.starts[at];
        Row row = {.songs = rows.indices + first,
                   .confidences = rows.weights + first,
                   .n = rows.starts[at + 1] - first};
        float *x = solved + at * n_factors;
        if (row.n == 0)
            memset(x, 0, (size_t)n_factors * sizeof *x);
        else
            BEST_OF(fold_row)(row, items, gram, pulls[at], n_factors, width, scratch, x);
    }
    free(block);
    return 0;
}
