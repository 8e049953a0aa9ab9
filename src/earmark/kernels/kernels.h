/* What the kernels share. Every kernel works on a range of rows, allocates its own scratch, holds no state and never
   touches Python, so that the caller may run any number of ranges side by side and get the same bytes. */
#ifndef EARMARK_KERNELS_H
#define EARMARK_KERNELS_H

#include <stdint.h>

/* The best instruction set is chosen when the module is loaded. Products and sums are not fused (see CMakeLists.txt)
   and reductions not reordered, so that every clone gives the same bits. */
#if defined(__x86_64__) && defined(__ELF__) && defined(__GLIBC__) && defined(__GNUC__) && \
    (!defined(__clang__) || __clang_major__ >= 14)
#define MULTIVERSIONED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MULTIVERSIONED
#endif

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* A compressed sparse matrix; `weights` may be NULL where only its shape matters. */
typedef struct {
    const int64_t *starts;
    const int32_t *indices;
    const float *weights;
} Sparse;

/* A fixed number of neighbours for each song, best first, ids padded with -1. */
typedef struct {
    const int32_t *ids;
    const float *similarities;
    int64_t k;
} NeighbourLists;

/* Who holds a song. A song held by many rows has a bitset beside its list: slots[song] is the bitset's number or -1.
   own_* lists the rows that belong to each listener. */
typedef struct {
    const int64_t *starts;
    const int32_t *rows;
    const int32_t *slots;
    const uint64_t *bits;
    int64_t words;
    int64_t n_rows;
    const int64_t *own_starts;
    const int32_t *own_rows;
} Postings;

/* All return 0, or -1 when memory ran out. */

int find_neighbours(Sparse by_song, Sparse by_row, const float *left, const float *right, float shrink,
                    int64_t n_songs, int64_t start, int64_t stop, int64_t k, int32_t *ids, float *similarities);

int score_neighbours(Sparse history, Sparse exclude, NeighbourLists neighbours, int64_t n_songs, int64_t start,
                     int64_t stop, int64_t n, int32_t *ids, float *scores);

/* One tile of scores, (n_rows, n_columns): row r of the tile belongs to row listeners[r] of `keys`, `fill`, `floors`
   and `excluded` (a bitset over songs, `words` per listener); column c scores song songs[c]. */
void offer_tile(const float *tile, int64_t n_rows, int64_t n_columns, const int32_t *listeners, const int32_t *songs,
                const uint64_t *excluded, int64_t words, int64_t n, int64_t room, uint64_t *keys, int32_t *fill,
                uint64_t *floors, float *least);

int finish_top(int64_t n_rows, int64_t n, int64_t room, uint64_t *keys, const int32_t *fill, int32_t *ids,
               float *scores);

void mark_excluded(Sparse exclude, int64_t start, int64_t stop, uint64_t *bits, int64_t words);

void fill_bitsets(Postings postings, int64_t n_songs, uint64_t *bits);

int find_evidence(Sparse history, NeighbourLists neighbours, Postings playlists, Postings listeners, int64_t n_songs,
                  const int32_t *pair_listeners, const int32_t *pair_songs, int64_t start, int64_t stop,
                  int32_t *first, int32_t *second, int32_t *n_playlists, int32_t *n_listeners);

#endif
