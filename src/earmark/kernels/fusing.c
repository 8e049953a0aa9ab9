/* Lists of songs fused into one for each row: what each list, the song itself and the bond with its artist say. */
#include <stdlib.h>

#include "best.h"
#include "kernels.h"

enum { MORE_THAN_WANTED = 256, AHEAD = 12 };

typedef struct {
    uint64_t *closed;   /* songs that may not be named */
    uint64_t *seen;     /* candidates so far, */
    int32_t *found;     /* the same in the order in which they came, */
    float *scores;      /* and by song what is said for each */
    float *bonds;       /* by artist */
    uint64_t *keys;
    uint64_t *spare;
    int32_t *ids;
    float *values;
    int64_t n_found;
} Scratch;

static int make_scratch(Scratch *scratch, int64_t n_songs, int64_t n_artists, int64_t most) {
    int64_t words = n_songs / 64 + 1;
    *scratch = (Scratch){
        .closed = calloc((size_t)words, sizeof *scratch->closed),
        .seen = calloc((size_t)words, sizeof *scratch->seen),
        .found = malloc(((size_t)n_songs + 1) * sizeof *scratch->found),
        .scores = malloc(((size_t)n_songs + 1) * sizeof *scratch->scores),
        .bonds = calloc((size_t)n_artists + 1, sizeof *scratch->bonds),
        .keys = malloc((size_t)(most + MORE_THAN_WANTED) * sizeof *scratch->keys),
        .spare = malloc((size_t)most * sizeof *scratch->spare),
        .ids = malloc((size_t)most * sizeof *scratch->ids),
        .values = malloc((size_t)most * sizeof *scratch->values),
    };
    int made = scratch->closed && scratch->seen && scratch->found && scratch->scores && scratch->bonds &&
               scratch->keys && scratch->spare && scratch->ids && scratch->values;
    return made ? 0 : -1;
}

static void free_scratch(Scratch *scratch) {
    free(scratch->closed);
    free(scratch->seen);
    free(scratch->found);
    free(scratch->scores);
    free(scratch->bonds);
    free(scratch->keys);
    free(scratch->spare);
    free(scratch->ids);
    free(scratch->values);
}

static inline Best best_of(Scratch *scratch, int64_t n) {
    return (Best){.keys = scratch->keys, .n = n, .room = n + MORE_THAN_WANTED};
}

/* The ids of the best, in any order, and how many there are. */
static inline int64_t keep(Best *best, int32_t *ids) {
    if (best->fill > best->n) trim(best);
    for (int64_t k = 0; k < best->fill; k++) ids[k] = id_of(best->keys[k]);
    return best->fill;
}

static inline int is_open(const Catalogue *catalogue, const Scratch *scratch, int32_t song) {
    return catalogue->renown[song] > 0.0f && !holds_bit(scratch->closed, song);
}

/* Counts a song among the candidates. */
static inline void name_song(const Catalogue *catalogue, const float *merits, Scratch *scratch, int32_t song) {
    if (holds_bit(scratch->seen, song)) return;
    scratch->seen[song >> 6] |= UINT64_C(1) << (song & 63);
    scratch->scores[song] = merits[song] + scratch->bonds[catalogue->artist_of[song]];
    scratch->found[scratch->n_found++] = song;
}

/* The artists whom the row likes best, at most n, into scratch->ids, as places in the row's ties. */
static int64_t find_favourites(const Ties *ties, int64_t row, int64_t n, Scratch *scratch) {
    int64_t first = ties->bonds.starts[row], last = ties->bonds.starts[row + 1];
    Best best = best_of(scratch, n);
    for (int64_t tie = first; tie < last; tie++)
        if (ties->liking[tie] > 0.0f) offer(&best, ties->liking[tie], (int32_t)(tie - first));
    return keep(&best, scratch->ids);
}

/* The songs by these artists that are most held, the artist's liking counted in. */
static void name_by_artists(const Catalogue *catalogue, const float *merits, const Ties *ties, int64_t row,
                            int64_t n_artists, int64_t depth, Scratch *scratch) {
    int64_t first = ties->bonds.starts[row], n = find_favourites(ties, row, n_artists, scratch);
    Best best = best_of(scratch, depth);
    for (int64_t at = 0; at < n; at++) {
        int64_t tie = first + scratch->ids[at], artist = ties->bonds.indices[tie];
        const int32_t *songs = catalogue->songs + catalogue->starts[artist];
        int64_t size = catalogue->starts[artist + 1] - catalogue->starts[artist];
        int64_t reach = ties->reach[tie] < size ? ties->reach[tie] : size;
        for (int64_t k = 0; k < reach; k++)
            if (is_open(catalogue, scratch, songs[k]))
                offer(&best, ties->liking[tie] * catalogue->renown[songs[k]], songs[k]);
    }
    n = keep(&best, scratch->ids);
    for (int64_t k = 0; k < n; k++) name_song(catalogue, merits, scratch, scratch->ids[k]);
}

/* The first n songs of all that are open. */
static void name_popular(const Catalogue *catalogue, const float *merits, int64_t n, Scratch *scratch) {
    for (int64_t k = 0; k < catalogue->n_popular && n > 0; k++) {
        int32_t song = catalogue->popular[k];
        if (!is_open(catalogue, scratch, song)) continue;
        name_song(catalogue, merits, scratch, song);
        n--;
    }
}

static void name_listed(const Catalogue *catalogue, const float *merits, const int32_t *named, const float *gains,
                        int64_t width, Scratch *scratch) {
    for (int64_t at = 0; at < width; at++) {
        int32_t song = named[at], coming = at + AHEAD < width ? named[at + AHEAD] : -1;
        if (coming >= 0) {
            PREFETCH(catalogue->renown + coming);
            PREFETCH(catalogue->artist_of + coming);
            PREFETCH(merits + coming);
            PREFETCH(scratch->scores + coming);
        }
        if (song < 0 || !is_open(catalogue, scratch, song)) continue;
        name_song(catalogue, merits, scratch, song);
        scratch->scores[song] += gains[at];
    }
}

int fuse_lists(const Catalogue *catalogue, const Ties *ties, Sparse closed, const int32_t *orders,
               const int32_t *named, const float *gains, int64_t width, Fusing how, int64_t start, int64_t stop,
               int32_t *ids) {
    int64_t n_songs = catalogue->n_songs, most = how.n;
    if (how.n_artists > most) most = how.n_artists;
    if (how.depth > most) most = how.depth;
    Scratch scratch;
    int made = make_scratch(&scratch, n_songs, catalogue->n_artists, most);
    for (int64_t row = start; row < stop && made == 0; row++) {
        const float *merits = catalogue->merits + orders[row] * n_songs;
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++)
            scratch.closed[closed.indices[at] >> 6] |= UINT64_C(1) << (closed.indices[at] & 63);
        for (int64_t tie = ties->bonds.starts[row]; tie < ties->bonds.starts[row + 1]; tie++)
            scratch.bonds[ties->bonds.indices[tie]] = ties->bonds.weights[tie];
        name_listed(catalogue, merits, named + row * width, gains + orders[row] * width, width, &scratch);
        name_by_artists(catalogue, merits, ties, row, how.n_artists, how.depth, &scratch);
        name_popular(catalogue, merits, how.n_popular, &scratch);
        Best best = best_of(&scratch, how.n);
        for (int64_t at = 0; at < scratch.n_found; at++) {
            int32_t song = scratch.found[at];
            offer(&best, scratch.scores[song], song);
            scratch.seen[song >> 6] = 0;
        }
        scratch.n_found = 0;
        write_best(&best, scratch.spare, ids + row * how.n, scratch.values);
        for (int64_t at = closed.starts[row]; at < closed.starts[row + 1]; at++)
            scratch.closed[closed.indices[at] >> 6] = 0;
        for (int64_t tie = ties->bonds.starts[row]; tie < ties->bonds.starts[row + 1]; tie++)
            scratch.bonds[ties->bonds.indices[tie]] = 0.0f;
    }
    free_scratch(&scratch);
    return made;
}
