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

#if defined(__GNUC__) || defined(__clang__)
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LOWEST_BIT(bits) __builtin_ctzll(bits)
#else
static inline int lowest_bit(uint64_t bits) {
    int at = 0;
    while (!(bits >> at & 1)) at++;
    return at;
}
#define LOWEST_BIT(bits) lowest_bit(bits)
#endif

static inline int holds_bit(const uint64_t *bits, int32_t at) { return (int)(bits[at >> 6] >> (at & 63) & 1); }

/* A compressed sparse matrix; `weights` may be NULL where only its shape matters. */
typedef struct {
    const int64_t *starts;
    const int32_t *indices;
    const float *weights;
} Sparse;

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

/* The k columns of each row of left times right that are greatest after division by left norm times right norm plus
   shrink. own[row] is the column that the row itself is, or -1; it is left out. The lists of rows start to stop stand one
   after the other from ids[0] on; lengths[row - start] says how long each is. */
int find_nearest(Sparse left, Sparse right, const float *left_norms, const float *right_norms, float shrink,
                 const int32_t *own, int64_t n_columns, int64_t start, int64_t stop, int64_t k, int64_t *lengths,
                 int32_t *ids, float *similarities);

/* The n greatest columns of each row of history times lists, of each of which the first `reach` entries count; excluded
   ones left out. */
int score_lists(Sparse history, Sparse exclude, Sparse lists, int64_t reach, int64_t n_songs, int64_t start,
                int64_t stop, int64_t n, int32_t *ids, float *scores);

/* For each pair (row, song), without repeats in a row: the entry of history times lists, the greatest single product
   in it, and how many are positive. */
int score_pairs(Sparse history, Sparse lists, Sparse pairs, int64_t n_songs, int64_t start, int64_t stop, float *sums,
                float *greatest, int32_t *counts);

void dot_pairs(const float *vectors, const float *items, Sparse pairs, int64_t n_factors, int64_t start, int64_t stop,
               float *dots);

/* The n songs of each row that score best, ids (n_rows, n) padded with -1; a row has no song twice. */
int keep_best(Sparse scored, int64_t start, int64_t stop, int64_t n, int32_t *ids);

/* The songs that are named in each row of `named`, (n_rows, width) padded with -1, ascending and once each: at
   songs[row * width] and on, lengths[row] of them. */
int unite_lists(const int32_t *named, int64_t width, int64_t n_songs, int64_t start, int64_t stop, int32_t *songs,
                int64_t *lengths);

/* Where each song of a row of `united` stands in each list: places (n_lists, n_pairs), left as it is where it does not.
   List l of a row is columns list_starts[l] to list_starts[l + 1] of its row of `named`. */
int place_lists(const int32_t *named, const int64_t *list_starts, int64_t n_lists, Sparse united, int64_t n_rows,
                int64_t n_songs, int64_t start, int64_t stop, int32_t *places);

/* The best so far of each listener of a block: `room` keys each, n of them wanted, and what may not be among them (a
   bitset over songs, `words` per listener). See best.h. */
typedef struct {
    const uint64_t *excluded;
    int64_t words;
    int64_t n;
    int64_t room;
    uint64_t *keys;
    int32_t *fill;
    uint64_t *floors;
    float *least;
} Top;

/* One tile of scores, (n_rows, n_columns): row r belongs to listener listeners[r]; column c scores song songs[c]. */
void offer_tile(const float *tile, int64_t n_rows, int64_t n_columns, const int32_t *listeners, const int32_t *songs,
                Top top);

/* Songs in clusters, in strides of SONGS_PER_STRIDE; starts count strides. along and across, of each song, and boxes are
   as clusters.py says. */
enum { SONGS_PER_STRIDE = 16 };

typedef struct {
    const int64_t *starts;
    const float *along;
    const float *across;
    const float *boxes;
    int64_t n;
} Clusters;

/* Scores whatever may be among the best. Each stride holds n_factors times SONGS_PER_STRIDE floats; a song of -1 fills
   one up. `along` and `across`, (clusters.n, n_listeners), are of the listeners; `rounding` is by how much a score may
   exceed its bound. */
int offer_clusters(const float *vectors, const float *strides, int64_t n_factors, const int32_t *songs,
                   Clusters clusters, int64_t n_listeners, const float *along, const float *across,
                   const float *rounding, Top top);

int finish_top(int64_t n_rows, int64_t n, int64_t room, uint64_t *keys, const int32_t *fill, int32_t *ids,
               float *scores);

void mark_excluded(Sparse exclude, int64_t start, int64_t stop, uint64_t *bits, int64_t words);

void fill_bitsets(Postings postings, int64_t n_songs, uint64_t *bits);

int find_evidence(Sparse history, Sparse neighbours, Postings playlists, Postings listeners, int64_t n_songs,
                  const int32_t *pair_listeners, const int32_t *pair_songs, int64_t start, int64_t stop,
                  int32_t *first, int32_t *second, int32_t *n_playlists, int32_t *n_listeners);

/* Conjugate gradient steps for rows start to stop of `solved`, (n_rows, width), against the columns' `fixed` vectors,
   (n_columns, width), in a basis in which the products of these are the diagonal `spectrum`. width is a multiple of
   16; lanes beyond the factors are 0 throughout. Entries must not be 0. */
int improve_factors(Sparse rows, const float *fixed, const float *spectrum, const float *pulls, int64_t width,
                    int64_t steps, int64_t start, int64_t stop, float *solved);

/* The exact vectors of rows start to stop against `items`, (n_songs, n_factors), whose products are `gram`; NaN
   throughout where the equations cannot be solved soundly. Entries must not be 0. */
int fold_in(Sparse rows, const float *items, const double *gram, const double *pulls, int64_t n_factors, int64_t start,
            int64_t stop, float *solved);

/* Boosted trees as trees.py tells them. Tree t has the splits starts[t] to starts[t + 1] and one leaf more than splits;
   the values of its leaves begin at values[starts[t] + t]. ranks are of the splits' thresholds among the ascending cuts
   of their features, less 128. */
typedef struct {
    const int64_t *starts;
    const uint8_t *leaves;
    const int32_t *features;
    const int8_t *ranks;
    const double *values;
    const int64_t *cut_starts;
    const float *cuts;
    int64_t n_trees;
    int64_t n_features;
} Trees;

/* The sum of the leaves of each of n_rows rows, in the order of the trees; NaN where a feature that they look at is.
   `features` is (n_features, n_rows). */
int score_trees(Trees trees, const float *features, int64_t n_rows, double *scores);

/* Vectors as bytes, one behind the other (probing.c), and what each vector's are to be multiplied by. */
typedef struct {
    const int8_t *bytes;
    const float *scales;
} Scaled;

/* The n best songs of each listener in the clusters that most likely hold them, `wanted` songs or a few more. Of the
   clusters only starts and boxes are looked at. */
int probe_clusters(const float *vectors, int64_t n_factors, Scaled centres, Clusters clusters, Scaled items,
                   const int32_t *songs, int64_t wanted, Sparse closed, int64_t n_songs,
                   int64_t start, int64_t stop, int64_t n, int32_t *ids, float *scores);

/* What is known of songs and artists before anybody asks: of each order, the merit of each song; each song's artist and
   renown (what is not held by anybody has none); each artist's songs, most held first; and of all songs the most held. */
typedef struct {
    const float *merits;
    const int32_t *artist_of;
    const float *renown;
    const int64_t *starts;
    const int32_t *songs;
    const int32_t *popular;
    int64_t n_popular;
    int64_t n_songs;
    int64_t n_artists;
} Catalogue;

/* Each row's ties to artists: what the bond adds to each of their songs, how much they are liked, and how many of their
   songs are looked at. */
typedef struct {
    Sparse bonds;
    const float *liking;
    const int32_t *reach;
} Ties;

typedef struct {
    int64_t n;         /* songs wanted of each row */
    int64_t n_artists; /* artists whose songs are named, */
    int64_t depth;     /* at most so many of these */
    int64_t n_popular; /* songs that everybody is asked about */
} Fusing;

/* The n songs of each row that score best among those that its lists, its artists and popularity name: ids (n_rows, n)
   padded with -1. `named` (n_rows, width) are the lists side by side, padded with -1, and `gains` (n_orders, width) what
   each place adds by the row's order. */
int fuse_lists(const Catalogue *catalogue, const Ties *ties, Sparse closed, const int32_t *orders,
               const int32_t *named, const float *gains, int64_t width, Fusing how, int64_t start, int64_t stop,
               int32_t *ids);

/* What a channel remembers of its sound from one call to the next. */
enum { LOUDNESS_MEMORY = 6, LOUDNESS_FILTER = 7, LOUDNESS_STEPS_PER_SECOND = 10 };

/* Adds to energies[s - s0] the squares of the K-weighted samples of every channel times its weight, for each tenth of a
   second s that the samples lie in; s0 is the one of the first of them, which is number `position` of the sound. Where it
   ends with them, or before, the sum becomes the mean.
   `samples` is (n_channels, n); the filter is b0, b1, b2, a1, a2 of the shelf, then a1, a2 of the high pass. */
void weigh_loudness(const float *samples, int64_t n_channels, int64_t n, int64_t rate, int64_t position,
                    const double *filter, const double *weights, double *memory, double *energies);

/* Sample formats by their size and kind, as FFmpeg has them. */
typedef enum { SAMPLE_U8, SAMPLE_S16, SAMPLE_S32, SAMPLE_S64, SAMPLE_FLOAT, SAMPLE_DOUBLE } SampleForm;

#define GATHERING_LOUDEST 100.0f

/* Writes every stride-th of the samples from `plane` on, n of them, as floats of which 1 is full scale; what is not finite,
   or beyond GATHERING_LOUDEST, as 0. Returns the greatest magnitude. */
float gather_samples(const void *plane, SampleForm form, int64_t stride, int64_t n, float *to);

/* Band b gathers the lines firsts[b], firsts[b] + 1 ... of a spectrum with the weights starts[b] to starts[b + 1]. */
typedef struct {
    const int64_t *starts;
    const int32_t *firsts;
    const float *weights;
    int64_t n;
} Bands;

/* The power of each of n_frames spectra, (n_lines) complex numbers, in each band, and `more`. */
int gather_bands(const float *spectra, int64_t n_frames, int64_t n_lines, Bands bands, float more, float *gathered);

/* mono (n) is the mean over the channels of block (n_channels, n). */
void mix_channels(const float *block, int64_t n_channels, int64_t n, float *mono);

enum { HALVING_REACH = 16, RESAMPLING_LANES = 8 };

/* Every other sample of sound through a half-band filter: its weights of the neighbours 1, 3, 5 ... samples away are
   `filter` (reach, at most HALVING_REACH), that of the middle is a half. The first of the n outputs is centred on
   sound[2 * reach - 1]; `sound` has 2 * n + 4 * reach - 3 samples. */
void halve_rate(const float *sound, int64_t n, const float *filter, int64_t reach, float *halved);

/* `up` outputs for each `down` samples, n_periods times. Outputs are made RESAMPLING_LANES at once: those from phase p on
   in period q are sums over `width` samples from sound[q * down + p * down / up] on, each times RESAMPLING_LANES weights
   of the bank, (groups of phases, width, RESAMPLING_LANES). */
void resample(const float *sound, int64_t n_periods, int64_t up, int64_t down, const float *bank, int64_t width,
              float *resampled);

/* Kinds of characters, and how many letters of a word tell it from others. */
enum { WORDS_SPACE, WORDS_WORD, WORDS_SIGN, WORDS_ALONE, WORDS_LONGEST = 64 };

/* What is known of words and signs, one after the other, with room for n. */
typedef struct {
    int64_t *begins;
    int32_t *lengths;
    uint8_t *kinds;
    int32_t *capitals;
    uint8_t *capitalised;
    uint8_t *altered;
    uint64_t *numbers;
    uint64_t *exact;
} Words;

/* Cuts n characters, which tables of 2^16 tell of, into words and signs; how many there are. */
int64_t cut_words(const uint32_t *letters, const uint32_t *written, int64_t n, const uint8_t *kinds,
                  const uint16_t *lower, const uint64_t *powers, Words words);

/* Hashes of all runs of so many words, at least one, of a text of n bytes with a space between any two; how many there
   are, at most `room`. */
int64_t hash_shingles(const uint8_t *text, int64_t n, int64_t words, uint64_t *hashes, int64_t room);

/* Nodes of a trie of words in a hash table of mask + 1 slots, never full; a key of 0 is an empty slot. */
typedef struct {
    uint64_t *keys;
    int32_t *runs; /* the run that ends there, or -1 */
    uint64_t mask;
} Nodes;

/* Adds runs of words; their numbers, the same for the same runs, and how many different ones there are. */
int64_t add_runs(const uint64_t *words, const int64_t *begins, const int64_t *ends, int64_t n_runs, Nodes nodes,
                 int32_t *numbers);

/* Every place of every run among n words, of which as many are written as there is room for; how many there are. */
int64_t find_runs(const uint64_t *words, int64_t n, Nodes nodes, int32_t *runs, int64_t *begins, int64_t *ends,
                  int64_t room);

#endif
