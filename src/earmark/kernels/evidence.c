/* Why a song was recommended: the two songs of the listener's own that speak for it most, and how many playlists and
   other listeners hold them together. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static inline int64_t length_of(const Postings *postings, int32_t song) {
    return postings->starts[song + 1] - postings->starts[song];
}

static inline const uint64_t *bitset_of(const Postings *postings, int32_t song) {
    int32_t slot = postings->slots[song];
    return slot < 0 ? NULL : postings->bits + slot * postings->words;
}

void fill_bitsets(Postings postings, int64_t n_songs, uint64_t *bits) {
    for (int64_t song = 0; song < n_songs; song++) {
        if (postings.slots[song] < 0) continue;
        uint64_t *own = bits + postings.slots[song] * postings.words;
        for (int64_t at = postings.starts[song]; at < postings.starts[song + 1]; at++)
            own[postings.rows[at] >> 6] |= UINT64_C(1) << (postings.rows[at] & 63);
    }
}

/* First place in rows[from..n) that holds at least `row`, by doubling steps and bisection. */
static int64_t gallop(const int32_t *rows, int64_t from, int64_t n, int32_t row) {
    int64_t step = 1, high = from;
    while (high < n && rows[high] < row) {
        from = high + 1;
        high += step;
        step *= 2;
    }
    if (high > n) high = n;
    while (from < high) {
        int64_t middle = from + (high - from) / 2;
        if (rows[middle] < row)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

/* Scratch for intersections: two lists and a bitset over rows, all zero between uses. */
typedef struct {
    int32_t *lists[2];
    uint64_t *marks;
} Intersections;

enum { GALLOP_RATIO = 32 };

/* Rows in both lists, written to `out`, which is neither; a is the shorter. Marking one list in a bitset and
   filtering the other by it has no step that waits for the one before, as merging has. */
static int64_t intersect(const int32_t *restrict a, int64_t n_a, const int32_t *restrict b, int64_t n_b,
                         uint64_t *restrict marks, int32_t *restrict out) {
    int64_t found = 0;
    if (n_b > GALLOP_RATIO * n_a) {
        for (int64_t i = 0, j = 0; i < n_a && j < n_b; i++) {
            j = gallop(b, j, n_b, a[i]);
            out[found] = a[i];
            found += j < n_b && b[j] == a[i];
        }
        return found;
    }
    for (int64_t i = 0; i < n_a; i++) marks[a[i] >> 6] |= UINT64_C(1) << (a[i] & 63);
    for (int64_t j = 0; j < n_b; j++) {
        out[found] = b[j];
        found += holds_bit(marks, b[j]);
    }
    for (int64_t i = 0; i < n_a; i++) marks[a[i] >> 6] = 0;
    return found;
}

MULTIVERSIONED
static int64_t count_bits(const uint64_t *a, const uint64_t *b, const uint64_t *c, int64_t words) {
    int64_t count = 0;
    if (c)
        for (int64_t k = 0; k < words; k++) count += __builtin_popcountll(a[k] & b[k] & c[k]);
    else
        for (int64_t k = 0; k < words; k++) count += __builtin_popcountll(a[k] & b[k]);
    return count;
}

static int row_holds(const Postings *postings, int32_t song, int32_t row) {
    const uint64_t *bits = bitset_of(postings, song);
    if (bits) return holds_bit(bits, row);
    const int32_t *rows = postings->rows + postings->starts[song];
    int64_t n = length_of(postings, song), at = gallop(rows, 0, n, row);
    return at < n && rows[at] == row;
}

/* How many rows, the listener's own aside, hold all `n` (2 or 3) songs. */
static int32_t count_together(const Postings *postings, int32_t listener, const int32_t *songs, int n,
                              Intersections *scratch) {
    int32_t lists[3];
    const uint64_t *bitsets[3] = {NULL, NULL, NULL};
    int n_lists = 0, n_bitsets = 0;
    for (int s = 0; s < n; s++) {
        const uint64_t *bits = bitset_of(postings, songs[s]);
        if (bits) {
            bitsets[n_bitsets++] = bits;
            continue;
        }
        int place = n_lists++;
        while (place > 0 && length_of(postings, lists[place - 1]) > length_of(postings, songs[s])) {
            lists[place] = lists[place - 1];
            place--;
        }
        lists[place] = songs[s];
    }
    int64_t count;
    if (n_lists == 0) {
        count = count_bits(bitsets[0], bitsets[1], bitsets[2], postings->words);
    } else {
        const int32_t *rows = postings->rows + postings->starts[lists[0]];
        count = length_of(postings, lists[0]);
        for (int l = 1; l < n_lists; l++) {
            const int32_t *next = postings->rows + postings->starts[lists[l]];
            int64_t n_next = length_of(postings, lists[l]);
            count = intersect(rows, count, next, n_next, scratch->marks, scratch->lists[l - 1]);
            rows = scratch->lists[l - 1];
        }
        for (int b = 0; b < n_bitsets; b++) {
            int64_t kept = 0;
            for (int64_t k = 0; k < count; k++) {
                int32_t row = rows[k];
                scratch->lists[0][kept] = row;
                kept += holds_bit(bitsets[b], row);
            }
            rows = scratch->lists[0];
            count = kept;
        }
    }
    for (int64_t at = postings->own_starts[listener]; count > 0 && at < postings->own_starts[listener + 1]; at++) {
        int all = 1;
        for (int s = 0; s < n && all; s++) all = row_holds(postings, songs[s], postings->own_rows[at]);
        count -= all;
    }
    return (int32_t)count;
}

/* The two best seeds of one candidate so far, by contribution descending, then song ascending. */
typedef struct {
    int32_t songs[2];
    float contributions[2];
} Seeds;

static inline int better(float contribution, int32_t song, float than, int32_t than_song) {
    return contribution > than || (contribution == than && (than_song < 0 || song < than_song));
}

static void offer_seed(Seeds *seeds, int32_t song, float contribution) {
    if (!(contribution > 0.0f)) return;
    /* The same seed may come by both lists, its own and the candidate's: the greater similarity counts. */
    if (song == seeds->songs[0]) {
        if (contribution > seeds->contributions[0]) seeds->contributions[0] = contribution;
        return;
    }
    if (song == seeds->songs[1] && contribution <= seeds->contributions[1]) return;
    if (better(contribution, song, seeds->contributions[0], seeds->songs[0])) {
        seeds->songs[1] = seeds->songs[0];
        seeds->contributions[1] = seeds->contributions[0];
        seeds->songs[0] = song;
        seeds->contributions[0] = contribution;
    } else if (better(contribution, song, seeds->contributions[1], seeds->songs[1])) {
        seeds->songs[1] = song;
        seeds->contributions[1] = contribution;
    }
}

typedef struct {
    float *history;  /* the listener's positive weights; 0 elsewhere */
    int32_t *places; /* 1 + the first pair of this listener with that candidate; 0 elsewhere */
    uint64_t *wanted; /* the candidates as a bitset, small enough to stay in the nearest cache */
    Seeds *seeds;    /* of the pairs of one listener */
    Intersections together;
} Scratch;

static void find_seeds(Sparse history, Sparse neighbours, int32_t listener, const int32_t *songs, int64_t n,
                       Scratch *scratch) {
    int64_t first = history.starts[listener], last = history.starts[listener + 1];
    for (int64_t p = 0; p < n; p++) {
        scratch->seeds[p] = (Seeds){{-1, -1}, {0.0f, 0.0f}};
        if (scratch->places[songs[p]] == 0) scratch->places[songs[p]] = (int32_t)p + 1;
        scratch->wanted[songs[p] >> 6] |= UINT64_C(1) << (songs[p] & 63);
    }
    for (int64_t at = first; at < last; at++) {
        int32_t seed = history.indices[at];
        float weight = history.weights[at];
        if (!(weight > 0.0f)) continue;
        scratch->history[seed] = weight;
        for (int64_t l = neighbours.starts[seed]; l < neighbours.starts[seed + 1]; l++) {
            int32_t song = neighbours.indices[l];
            if (holds_bit(scratch->wanted, song))
                offer_seed(&scratch->seeds[scratch->places[song] - 1], seed, weight * neighbours.weights[l]);
        }
    }
    for (int64_t p = 0; p < n; p++) {
        if (scratch->places[songs[p]] != p + 1) {
            scratch->seeds[p] = scratch->seeds[scratch->places[songs[p]] - 1];
            continue;
        }
        for (int64_t l = neighbours.starts[songs[p]]; l < neighbours.starts[songs[p] + 1]; l++) {
            int32_t seed = neighbours.indices[l];
            offer_seed(&scratch->seeds[p], seed, scratch->history[seed] * neighbours.weights[l]);
        }
    }
    for (int64_t p = 0; p < n; p++) {
        scratch->places[songs[p]] = 0;
        scratch->wanted[songs[p] >> 6] = 0;
    }
    for (int64_t at = first; at < last; at++) scratch->history[history.indices[at]] = 0.0f;
}

int find_evidence(Sparse history, Sparse neighbours, Postings playlists, Postings listeners, int64_t n_songs,
                  const int32_t *pair_listeners, const int32_t *pair_songs, int64_t start, int64_t stop,
                  int32_t *first, int32_t *second, int32_t *n_playlists, int32_t *n_listeners) {
    int64_t most_rows = playlists.n_rows > listeners.n_rows ? playlists.n_rows : listeners.n_rows;
    Scratch scratch = {.history = calloc((size_t)n_songs + 1, sizeof(float)),
                       .places = calloc((size_t)n_songs + 1, sizeof(int32_t)),
                       .wanted = calloc((size_t)n_songs / 64 + 1, sizeof(uint64_t)),
                       .seeds = malloc(((size_t)(stop - start) + 1) * sizeof(Seeds)),
                       .together = {.lists = {malloc(((size_t)most_rows + 1) * sizeof(int32_t)),
                                              malloc(((size_t)most_rows + 1) * sizeof(int32_t))},
                                    .marks = calloc((size_t)most_rows / 64 + 1, sizeof(uint64_t))}};
    int made = scratch.history && scratch.places && scratch.wanted && scratch.seeds && scratch.together.lists[0] &&
                       scratch.together.lists[1] && scratch.together.marks
                   ? 0
                   : -1;
    for (int64_t from = start, to; from < stop && made == 0; from = to) {
        int32_t listener = pair_listeners[from];
        for (to = from + 1; to < stop && pair_listeners[to] == listener;) to++;
        find_seeds(history, neighbours, listener, pair_songs + from, to - from, &scratch);
        for (int64_t pair = from; pair < to; pair++) {
            const Seeds *seeds = &scratch.seeds[pair - from];
            int32_t songs[3] = {pair_songs[pair], seeds->songs[0], seeds->songs[1]};
            n_playlists[pair] = n_listeners[pair] = 0;
            if (songs[2] >= 0) {
                n_playlists[pair] = count_together(&playlists, listener, songs, 3, &scratch.together);
                n_listeners[pair] = count_together(&listeners, listener, songs, 3, &scratch.together);
                if (n_playlists[pair] == 0 && n_listeners[pair] == 0) songs[2] = -1;
            }
            if (songs[1] >= 0 && songs[2] < 0) {
                n_playlists[pair] = count_together(&playlists, listener, songs, 2, &scratch.together);
                n_listeners[pair] = count_together(&listeners, listener, songs, 2, &scratch.together);
            }
            first[pair] = songs[1];
            second[pair] = songs[2];
        }
    }
    free(scratch.history);
    free(scratch.places);
    free(scratch.wanted);
    free(scratch.seeds);
    free(scratch.together.lists[0]);
    free(scratch.together.lists[1]);
    free(scratch.together.marks);
    return made;
}
