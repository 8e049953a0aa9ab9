/* Python's door to the kernels (stable ABI). Arguments are contiguous arrays; the faces beside this file check types,
   bounds and finiteness, this file checks lengths, so that no call can read or write outside an array. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernels.h"

enum { MOST_ARRAYS = 32 };

typedef struct {
    Py_buffer views[MOST_ARRAYS];
    int n;
} Arrays;

static void release(Arrays *arrays) {
    for (int i = 0; i < arrays->n; i++) PyBuffer_Release(&arrays->views[i]);
    arrays->n = 0;
}

/* Takes `count` items of `size` bytes from the next argument; NULL with an exception set when it does not fit. */
static void *take(Arrays *arrays, PyObject *args, Py_ssize_t at, const char *name, int64_t count, int64_t size,
                  int writable) {
    PyObject *object = PyTuple_GetItem(args, at);
    if (!object) return NULL;
    Py_buffer *view = &arrays->views[arrays->n];
    if (PyObject_GetBuffer(object, view, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) return NULL;
    arrays->n++;
    if (count < 0 || view->len < count * size) {
        PyErr_Format(PyExc_ValueError, "%s holds %zd bytes, too few for %lld items of %lld bytes", name, view->len,
                     (long long)count, (long long)size);
        return NULL;
    }
    return view->buf;
}

static int take_count(PyObject *args, Py_ssize_t at, int64_t *value) {
    PyObject *object = PyTuple_GetItem(args, at);
    if (!object) return -1;
    *value = PyLong_AsLongLong(object);
    if (*value == -1 && PyErr_Occurred()) return -1;
    if (*value < 0) {
        PyErr_Format(PyExc_ValueError, "argument %zd is negative", at);
        return -1;
    }
    return 0;
}

/* A matrix of n_rows rows from two or three arguments: starts, indices and, if `weighted`, weights. */
static int take_sparse(Arrays *arrays, PyObject *args, Py_ssize_t at, const char *name, int64_t n_rows, int weighted,
                       Sparse *sparse) {
    sparse->weights = NULL;
    sparse->starts = take(arrays, args, at, name, n_rows + 1, 8, 0);
    if (!sparse->starts) return -1;
    int64_t n_entries = sparse->starts[n_rows];
    sparse->indices = take(arrays, args, at + 1, name, n_entries, 4, 0);
    if (!sparse->indices) return -1;
    if (weighted) sparse->weights = take(arrays, args, at + 2, name, n_entries, 4, 0);
    return weighted && !sparse->weights ? -1 : 0;
}

/* Seven arguments: n_rows, starts, rows, slots, bits, own starts, own rows. */
static int take_postings(Arrays *arrays, PyObject *args, Py_ssize_t at, int64_t n_songs, int64_t n_listeners,
                         Postings *postings) {
    Sparse lists, own;
    int64_t n_bitsets = 0;
    if (take_count(args, at, &postings->n_rows) < 0 ||
        take_sparse(arrays, args, at + 1, "postings", n_songs, 0, &lists) < 0)
        return -1;
    postings->words = (postings->n_rows + 63) / 64;
    postings->slots = take(arrays, args, at + 3, "slots", n_songs, 4, 0);
    if (!postings->slots) return -1;
    for (int64_t song = 0; song < n_songs; song++)
        if (postings->slots[song] >= n_bitsets) n_bitsets = (int64_t)postings->slots[song] + 1;
    postings->bits = take(arrays, args, at + 4, "bitsets", n_bitsets * postings->words, 8, 0);
    if (!postings->bits || take_sparse(arrays, args, at + 5, "own rows", n_listeners, 0, &own) < 0) return -1;
    postings->starts = lists.starts;
    postings->rows = lists.indices;
    postings->own_starts = own.starts;
    postings->own_rows = own.indices;
    return 0;
}

static int has_arguments(PyObject *args, Py_ssize_t n) {
    if (PyTuple_Size(args) == n) return 1;
    PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", n, PyTuple_Size(args));
    return 0;
}

static int is_range(int64_t start, int64_t stop, int64_t n) {
    if (start <= stop && stop <= n) return 1;
    PyErr_Format(PyExc_ValueError, "rows %lld to %lld are not within 0 to %lld", (long long)start, (long long)stop,
                 (long long)n);
    return 0;
}

static PyObject *close_call(Arrays *arrays, int failed, int out_of_memory) {
    release(arrays);
    if (failed) return NULL;
    if (out_of_memory) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *py_find_nearest(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse left, right;
    int64_t start, stop, n_rows, n_between, n_columns, k, *lengths;
    const float *left_norms, *right_norms;
    const int32_t *own;
    float *similarities;
    int32_t *ids;
    double shrink;
    if (!has_arguments(args, 19)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_between) < 0 || take_count(args, 4, &n_columns) < 0 || take_count(args, 5, &k) < 0 ||
        !is_range(start, stop, n_rows))
        return NULL;
    shrink = PyFloat_AsDouble(PyTuple_GetItem(args, 6));
    int failed = PyErr_Occurred() != NULL ||
                 take_sparse(&arrays, args, 7, "left rows", n_rows, 1, &left) < 0 ||
                 take_sparse(&arrays, args, 10, "right rows", n_between, 1, &right) < 0 ||
                 !(left_norms = take(&arrays, args, 13, "left norms", n_rows, 4, 0)) ||
                 !(right_norms = take(&arrays, args, 14, "right norms", n_columns, 4, 0)) ||
                 !(own = take(&arrays, args, 15, "own", n_rows, 4, 0)) ||
                 !(lengths = take(&arrays, args, 16, "lengths", stop - start, 8, 1)) ||
                 !(ids = take(&arrays, args, 17, "ids", (stop - start) * k, 4, 1)) ||
                 !(similarities = take(&arrays, args, 18, "similarities", (stop - start) * k, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = find_nearest(left, right, left_norms, right_norms, (float)shrink, own, n_columns, start, stop, k,
                              lengths, ids, similarities);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_score_lists(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse history, exclude, lists;
    int64_t start, stop, n_rows, n_lists, n_songs, n, reach;
    int32_t *ids;
    float *scores;
    if (!has_arguments(args, 17)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_lists) < 0 || take_count(args, 4, &n_songs) < 0 || take_count(args, 5, &n) < 0 ||
        take_count(args, 6, &reach) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 7, "history", n_rows, 1, &history) < 0 ||
                 take_sparse(&arrays, args, 10, "exclude", n_rows, 0, &exclude) < 0 ||
                 take_sparse(&arrays, args, 12, "lists", n_lists, 1, &lists) < 0 ||
                 !(ids = take(&arrays, args, 15, "ids", n_rows * n, 4, 1)) ||
                 !(scores = take(&arrays, args, 16, "scores", n_rows * n, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = score_lists(history, exclude, lists, reach, n_songs, start, stop, n, ids, scores);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_score_pairs(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse history, lists, pairs;
    int64_t start, stop, n_rows, n_lists, n_songs;
    float *sums, *greatest;
    int32_t *counts;
    if (!has_arguments(args, 16)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_lists) < 0 || take_count(args, 4, &n_songs) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 5, "history", n_rows, 1, &history) < 0 ||
                 take_sparse(&arrays, args, 8, "lists", n_lists, 1, &lists) < 0 ||
                 take_sparse(&arrays, args, 11, "pairs", n_rows, 0, &pairs) < 0 ||
                 !(sums = take(&arrays, args, 13, "sums", pairs.starts[n_rows], 4, 1)) ||
                 !(greatest = take(&arrays, args, 14, "greatest", pairs.starts[n_rows], 4, 1)) ||
                 !(counts = take(&arrays, args, 15, "counts", pairs.starts[n_rows], 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = score_pairs(history, lists, pairs, n_songs, start, stop, sums, greatest, counts);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_dot_pairs(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse pairs;
    int64_t start, stop, n_rows, n_songs, n_factors;
    const float *vectors, *items;
    float *dots;
    if (!has_arguments(args, 10)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_songs) < 0 || take_count(args, 4, &n_factors) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = !(vectors = take(&arrays, args, 5, "vectors", n_rows * n_factors, 4, 0)) ||
                 !(items = take(&arrays, args, 6, "items", n_songs * n_factors, 4, 0)) ||
                 take_sparse(&arrays, args, 7, "pairs", n_rows, 0, &pairs) < 0 ||
                 !(dots = take(&arrays, args, 9, "dots", pairs.starts[n_rows], 4, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        dot_pairs(vectors, items, pairs, n_factors, start, stop, dots);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_keep_best(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse scored;
    int64_t start, stop, n_rows, n;
    int32_t *ids;
    if (!has_arguments(args, 8)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 4, "scored songs", n_rows, 1, &scored) < 0 ||
                 !(ids = take(&arrays, args, 7, "ids", n_rows * n, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = keep_best(scored, start, stop, n, ids);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_unite_lists(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t start, stop, n_rows, width, n_songs, *lengths;
    const int32_t *named;
    int32_t *songs;
    if (!has_arguments(args, 8)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &width) < 0 || take_count(args, 4, &n_songs) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = !(named = take(&arrays, args, 5, "named songs", n_rows * width, 4, 0)) ||
                 !(songs = take(&arrays, args, 6, "songs", n_rows * width, 4, 1)) ||
                 !(lengths = take(&arrays, args, 7, "lengths", n_rows, 8, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = unite_lists(named, width, n_songs, start, stop, songs, lengths);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_place_lists(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse united;
    int64_t start, stop, n_rows, n_lists, n_songs;
    const int64_t *list_starts;
    const int32_t *named;
    int32_t *places;
    if (!has_arguments(args, 10)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_lists) < 0 || take_count(args, 4, &n_songs) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = !(list_starts = take(&arrays, args, 5, "bounds of lists", n_lists + 1, 8, 0)) ||
                 !(named = take(&arrays, args, 6, "named songs", n_rows * list_starts[n_lists], 4, 0)) ||
                 take_sparse(&arrays, args, 7, "united songs", n_rows, 0, &united) < 0 ||
                 !(places = take(&arrays, args, 9, "places", n_lists * united.starts[n_rows], 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = place_lists(named, list_starts, n_lists, united, n_rows, n_songs, start, stop, places);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_mark_excluded(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse exclude;
    int64_t start, stop, n_rows, words;
    uint64_t *bits;
    if (!has_arguments(args, 7)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &words) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 4, "exclude", n_rows, 0, &exclude) < 0 ||
                 !(bits = take(&arrays, args, 6, "bits", (stop - start) * words, 8, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        mark_excluded(exclude, start, stop, bits, words);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

/* Eight arguments: words, n, room, excluded, keys, fill, floors, least. */
static int take_top(Arrays *arrays, PyObject *args, Py_ssize_t at, int64_t n_listeners, Top *top) {
    if (take_count(args, at, &top->words) < 0 || take_count(args, at + 1, &top->n) < 0 ||
        take_count(args, at + 2, &top->room) < 0)
        return -1;
    return (top->excluded = take(arrays, args, at + 3, "excluded", n_listeners * top->words, 8, 0)) &&
                   (top->keys = take(arrays, args, at + 4, "keys", n_listeners * top->room, 8, 1)) &&
                   (top->fill = take(arrays, args, at + 5, "fill", n_listeners, 4, 1)) &&
                   (top->floors = take(arrays, args, at + 6, "floors", n_listeners, 8, 1)) &&
                   (top->least = take(arrays, args, at + 7, "least", n_listeners, 4, 1))
               ? 0
               : -1;
}

static PyObject *py_offer_tile(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_rows, n_columns, n_listeners;
    const float *tile;
    const int32_t *listeners, *songs;
    Top top;
    if (!has_arguments(args, 14)) return NULL;
    if (take_count(args, 0, &n_rows) < 0 || take_count(args, 1, &n_columns) < 0 || take_count(args, 2, &n_listeners) < 0)
        return NULL;
    int failed = !(tile = take(&arrays, args, 3, "tile", n_rows * n_columns, 4, 0)) ||
                 !(listeners = take(&arrays, args, 4, "listeners", n_rows, 4, 0)) ||
                 !(songs = take(&arrays, args, 5, "songs", n_columns, 4, 0)) ||
                 take_top(&arrays, args, 6, n_listeners, &top) < 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        offer_tile(tile, n_rows, n_columns, listeners, songs, top);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_offer_clusters(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_listeners, n_factors, n_songs = 0;
    Clusters clusters;
    Top top;
    const float *vectors, *strides, *along, *across, *rounding;
    const int32_t *songs;
    if (!has_arguments(args, 21)) return NULL;
    if (take_count(args, 0, &n_listeners) < 0 || take_count(args, 1, &n_factors) < 0 ||
        take_count(args, 2, &clusters.n) < 0)
        return NULL;
    int failed = !(clusters.starts = take(&arrays, args, 3, "clusters", clusters.n + 1, 8, 0));
    if (!failed) n_songs = clusters.starts[clusters.n] * SONGS_PER_STRIDE;
    failed = failed || !(clusters.along = take(&arrays, args, 4, "songs along", n_songs, 4, 0)) ||
             !(clusters.across = take(&arrays, args, 5, "songs across", n_songs, 4, 0)) ||
             !(clusters.boxes = take(&arrays, args, 6, "boxes", clusters.n * 3, 4, 0)) ||
             !(strides = take(&arrays, args, 7, "strides", n_songs * n_factors, 4, 0)) ||
             !(songs = take(&arrays, args, 8, "songs", n_songs, 4, 0)) ||
             !(vectors = take(&arrays, args, 9, "vectors", n_listeners * n_factors, 4, 0)) ||
             !(along = take(&arrays, args, 10, "along", clusters.n * n_listeners, 4, 0)) ||
             !(across = take(&arrays, args, 11, "across", clusters.n * n_listeners, 4, 0)) ||
             !(rounding = take(&arrays, args, 12, "rounding", n_listeners, 4, 0)) ||
             take_top(&arrays, args, 13, n_listeners, &top) < 0;
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = offer_clusters(vectors, strides, n_factors, songs, clusters, n_listeners, along, across, rounding,
                                top);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_finish_top(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_rows, n, room;
    uint64_t *keys;
    int32_t *fill, *ids;
    float *scores;
    if (!has_arguments(args, 7)) return NULL;
    if (take_count(args, 0, &n_rows) < 0 || take_count(args, 1, &n) < 0 || take_count(args, 2, &room) < 0)
        return NULL;
    int failed = !(keys = take(&arrays, args, 3, "keys", n_rows * room, 8, 1)) ||
                 !(fill = take(&arrays, args, 4, "fill", n_rows, 4, 0)) ||
                 !(ids = take(&arrays, args, 5, "ids", n_rows * n, 4, 1)) ||
                 !(scores = take(&arrays, args, 6, "scores", n_rows * n, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = finish_top(n_rows, n, room, keys, fill, ids, scores);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_fill_bitsets(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse lists;
    Postings postings = {0};
    int64_t n_songs, n_bitsets = 0;
    uint64_t *bits;
    if (!has_arguments(args, 6)) return NULL;
    if (take_count(args, 0, &n_songs) < 0 || take_count(args, 1, &postings.n_rows) < 0) return NULL;
    postings.words = (postings.n_rows + 63) / 64;
    int failed = take_sparse(&arrays, args, 2, "postings", n_songs, 0, &lists) < 0 ||
                 !(postings.slots = take(&arrays, args, 4, "slots", n_songs, 4, 0));
    for (int64_t song = 0; !failed && song < n_songs; song++)
        if (postings.slots[song] >= n_bitsets) n_bitsets = (int64_t)postings.slots[song] + 1;
    failed = failed || !(bits = take(&arrays, args, 5, "bitsets", n_bitsets * postings.words, 8, 1));
    if (!failed) {
        postings.starts = lists.starts;
        postings.rows = lists.indices;
        Py_BEGIN_ALLOW_THREADS;
        fill_bitsets(postings, n_songs, bits);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_find_evidence(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse history;
    Sparse neighbours;
    Postings playlists, listeners;
    int64_t start, stop, n_pairs, n_songs, n_rows;
    const int32_t *pair_listeners, *pair_songs;
    int32_t *first, *second, *n_playlists, *n_listeners;
    if (!has_arguments(args, 31)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_pairs) < 0 ||
        take_count(args, 3, &n_songs) < 0 || take_count(args, 4, &n_rows) < 0 || !is_range(start, stop, n_pairs))
        return NULL;
    int failed = take_sparse(&arrays, args, 5, "history", n_rows, 1, &history) < 0 ||
                 take_sparse(&arrays, args, 8, "neighbours", n_songs, 1, &neighbours) < 0 ||
                 take_postings(&arrays, args, 11, n_songs, n_rows, &playlists) < 0 ||
                 take_postings(&arrays, args, 18, n_songs, n_rows, &listeners) < 0 ||
                 !(pair_listeners = take(&arrays, args, 25, "pairs' listeners", n_pairs, 4, 0)) ||
                 !(pair_songs = take(&arrays, args, 26, "pairs' songs", n_pairs, 4, 0)) ||
                 !(first = take(&arrays, args, 27, "first", n_pairs, 4, 1)) ||
                 !(second = take(&arrays, args, 28, "second", n_pairs, 4, 1)) ||
                 !(n_playlists = take(&arrays, args, 29, "n_playlists", n_pairs, 4, 1)) ||
                 !(n_listeners = take(&arrays, args, 30, "n_listeners", n_pairs, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = find_evidence(history, neighbours, playlists, listeners, n_songs, pair_listeners, pair_songs, start,
                               stop, first, second, n_playlists, n_listeners);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_improve_factors(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse rows;
    int64_t start, stop, n_rows, n_columns, width, steps;
    const float *fixed, *spectrum, *pulls;
    float *solved;
    if (!has_arguments(args, 13)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_columns) < 0 || take_count(args, 4, &width) < 0 || take_count(args, 5, &steps) < 0 ||
        !is_range(start, stop, n_rows))
        return NULL;
    if (width == 0 || width % 16) {
        PyErr_Format(PyExc_ValueError, "vectors are padded to %lld, which is no multiple of 16", (long long)width);
        return NULL;
    }
    int failed = take_sparse(&arrays, args, 6, "rows", n_rows, 1, &rows) < 0 ||
                 !(fixed = take(&arrays, args, 9, "fixed", n_columns * width, 4, 0)) ||
                 !(spectrum = take(&arrays, args, 10, "spectrum", width, 4, 0)) ||
                 !(pulls = take(&arrays, args, 11, "pulls", n_rows, 4, 0)) ||
                 !(solved = take(&arrays, args, 12, "solved", n_rows * width, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = improve_factors(rows, fixed, spectrum, pulls, width, steps, start, stop, solved);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_fold_in(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse rows;
    int64_t start, stop, n_rows, n_songs, n_factors;
    const float *items;
    const double *gram, *pulls;
    float *solved;
    if (!has_arguments(args, 12)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_songs) < 0 || take_count(args, 4, &n_factors) < 0 || !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 5, "rows", n_rows, 1, &rows) < 0 ||
                 !(items = take(&arrays, args, 8, "items", n_songs * n_factors, 4, 0)) ||
                 !(gram = take(&arrays, args, 9, "gram", n_factors * n_factors, 8, 0)) ||
                 !(pulls = take(&arrays, args, 10, "pulls", n_rows, 8, 0)) ||
                 !(solved = take(&arrays, args, 11, "solved", n_rows * n_factors, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = fold_in(rows, items, gram, pulls, n_factors, start, stop, solved);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_score_trees(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Trees trees;
    int64_t n_rows, n_splits = 0;
    const float *features;
    double *scores;
    if (!has_arguments(args, 12)) return NULL;
    if (take_count(args, 0, &n_rows) < 0 || take_count(args, 1, &trees.n_features) < 0 ||
        take_count(args, 2, &trees.n_trees) < 0)
        return NULL;
    int failed = !(trees.starts = take(&arrays, args, 3, "trees", trees.n_trees + 1, 8, 0));
    if (!failed) n_splits = trees.starts[trees.n_trees];
    failed = failed || !(trees.leaves = take(&arrays, args, 4, "leaves", n_splits, 1, 0)) ||
             !(trees.features = take(&arrays, args, 5, "features", n_splits, 4, 0)) ||
             !(trees.ranks = take(&arrays, args, 6, "ranks", n_splits, 1, 0)) ||
             !(trees.values = take(&arrays, args, 7, "values", n_splits + trees.n_trees, 8, 0)) ||
             !(trees.cut_starts = take(&arrays, args, 8, "cut starts", trees.n_features + 1, 8, 0)) ||
             !(trees.cuts = take(&arrays, args, 9, "cuts", trees.cut_starts[trees.n_features], 4, 0)) ||
             !(features = take(&arrays, args, 10, "rows", n_rows * trees.n_features, 4, 0)) ||
             !(scores = take(&arrays, args, 11, "scores", n_rows, 8, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = score_trees(trees, features, n_rows, scores);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_probe_clusters(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Clusters clusters = {0};
    Sparse closed;
    int64_t start, stop, n_rows, n_songs, n_factors, wanted, n;
    Scaled centres, items;
    const float *vectors;
    const int32_t *songs;
    int32_t *ids;
    float *scores;
    if (!has_arguments(args, 20)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &n_songs) < 0 || take_count(args, 4, &n_factors) < 0 ||
        take_count(args, 5, &clusters.n) < 0 || take_count(args, 6, &wanted) < 0 || take_count(args, 7, &n) < 0 ||
        !is_range(start, stop, n_rows))
        return NULL;
    int64_t n_places = 0;
    int failed = !(vectors = take(&arrays, args, 8, "vectors", n_rows * n_factors, 4, 0)) ||
                 !(centres.bytes = take(&arrays, args, 9, "centres", clusters.n * n_factors, 1, 0)) ||
                 !(centres.scales = take(&arrays, args, 10, "scales of centres", clusters.n, 4, 0)) ||
                 !(clusters.starts = take(&arrays, args, 11, "cluster starts", clusters.n + 1, 8, 0));
    if (!failed) n_places = clusters.starts[clusters.n] * SONGS_PER_STRIDE;
    failed = failed || !(clusters.boxes = take(&arrays, args, 12, "boxes", 3 * clusters.n, 4, 0)) ||
             !(items.bytes = take(&arrays, args, 13, "songs' vectors", n_places * n_factors, 1, 0)) ||
             !(items.scales = take(&arrays, args, 14, "songs' scales", n_places, 4, 0)) ||
             !(songs = take(&arrays, args, 15, "songs", n_places, 4, 0)) ||
             take_sparse(&arrays, args, 16, "closed songs", n_rows, 0, &closed) < 0 ||
             !(ids = take(&arrays, args, 18, "ids", n_rows * n, 4, 1)) ||
             !(scores = take(&arrays, args, 19, "scores", n_rows * n, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = probe_clusters(vectors, n_factors, centres, clusters, items, songs, wanted, closed, n_songs, start,
                                stop, n, ids, scores);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_fuse_lists(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Catalogue catalogue;
    Ties ties;
    Fusing how;
    Sparse closed, by_artist;
    int64_t start, stop, n_rows, n_orders, width;
    const int32_t *orders, *named;
    const float *gains;
    int32_t *ids;
    if (!has_arguments(args, 29)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_rows) < 0 ||
        take_count(args, 3, &catalogue.n_songs) < 0 || take_count(args, 4, &catalogue.n_artists) < 0 ||
        take_count(args, 5, &n_orders) < 0 || take_count(args, 6, &width) < 0 || take_count(args, 7, &how.n) < 0 ||
        take_count(args, 8, &how.n_artists) < 0 || take_count(args, 9, &how.depth) < 0 ||
        take_count(args, 10, &how.n_popular) < 0 || take_count(args, 11, &catalogue.n_popular) < 0 ||
        !is_range(start, stop, n_rows))
        return NULL;
    int failed = !(catalogue.merits = take(&arrays, args, 12, "merits", n_orders * catalogue.n_songs, 4, 0)) ||
                 !(catalogue.artist_of = take(&arrays, args, 13, "artists", catalogue.n_songs, 4, 0)) ||
                 !(catalogue.renown = take(&arrays, args, 14, "renown", catalogue.n_songs, 4, 0)) ||
                 take_sparse(&arrays, args, 15, "discographies", catalogue.n_artists, 0, &by_artist) < 0 ||
                 !(catalogue.popular = take(&arrays, args, 17, "popular songs", catalogue.n_popular, 4, 0)) ||
                 take_sparse(&arrays, args, 18, "bonds", n_rows, 1, &ties.bonds) < 0 ||
                 !(ties.liking = take(&arrays, args, 21, "liking", ties.bonds.starts[n_rows], 4, 0)) ||
                 !(ties.reach = take(&arrays, args, 22, "reach", ties.bonds.starts[n_rows], 4, 0)) ||
                 take_sparse(&arrays, args, 23, "closed songs", n_rows, 0, &closed) < 0 ||
                 !(orders = take(&arrays, args, 25, "orders", n_rows, 4, 0)) ||
                 !(named = take(&arrays, args, 26, "named songs", n_rows * width, 4, 0)) ||
                 !(gains = take(&arrays, args, 27, "gains", n_orders * width, 4, 0)) ||
                 !(ids = take(&arrays, args, 28, "ids", n_rows * how.n, 4, 1));
    int status = 0;
    if (!failed) {
        catalogue.starts = by_artist.starts;
        catalogue.songs = by_artist.indices;
        Py_BEGIN_ALLOW_THREADS;
        status = fuse_lists(&catalogue, &ties, closed, orders, named, gains, width, how, start, stop, ids);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_weigh_loudness(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_channels, n, rate, position;
    const float *samples;
    const double *filter, *weights;
    double *memory, *energies;
    if (!has_arguments(args, 9)) return NULL;
    if (take_count(args, 0, &n_channels) < 0 || take_count(args, 1, &n) < 0 || take_count(args, 2, &rate) < 0 ||
        take_count(args, 3, &position) < 0)
        return NULL;
    if (rate < LOUDNESS_STEPS_PER_SECOND || n < 1) {
        PyErr_SetString(PyExc_ValueError, "no samples, or too few a second");
        return NULL;
    }
    int64_t first = position * LOUDNESS_STEPS_PER_SECOND / rate;
    int64_t last = (position + n - 1) * LOUDNESS_STEPS_PER_SECOND / rate;
    int failed = !(samples = take(&arrays, args, 4, "samples", n_channels * n, 4, 0)) ||
                 !(filter = take(&arrays, args, 5, "filter", LOUDNESS_FILTER, 8, 0)) ||
                 !(weights = take(&arrays, args, 6, "weights", n_channels, 8, 0)) ||
                 !(memory = take(&arrays, args, 7, "memory", n_channels * LOUDNESS_MEMORY, 8, 1)) ||
                 !(energies = take(&arrays, args, 8, "energies", last - first + 1, 8, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        weigh_loudness(samples, n_channels, n, rate, position, filter, weights, memory, energies);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_gather_bands(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Bands bands;
    int64_t n_frames, n_lines;
    const float *spectra;
    float *gathered;
    if (!has_arguments(args, 9)) return NULL;
    if (take_count(args, 0, &n_frames) < 0 || take_count(args, 1, &n_lines) < 0 || take_count(args, 2, &bands.n) < 0)
        return NULL;
    double more = PyFloat_AsDouble(PyTuple_GetItem(args, 3));
    int failed = PyErr_Occurred() != NULL || !(spectra = take(&arrays, args, 4, "spectra", n_frames * n_lines, 8, 0)) ||
                 !(bands.starts = take(&arrays, args, 5, "starts", bands.n + 1, 8, 0)) ||
                 !(bands.firsts = take(&arrays, args, 6, "first lines", bands.n, 4, 0)) ||
                 !(bands.weights = take(&arrays, args, 7, "weights", bands.starts[bands.n], 4, 0)) ||
                 !(gathered = take(&arrays, args, 8, "bands", n_frames * bands.n, 4, 1));
    for (int64_t band = 0; band < bands.n && !failed; band++) {
        int64_t first = bands.firsts[band], start = bands.starts[band], end = bands.starts[band + 1];
        failed = first < 0 || start < 0 || end < start || end > bands.starts[bands.n] || first + end - start > n_lines;
        if (failed) PyErr_Format(PyExc_ValueError, "band %lld looks at lines beyond the last", (long long)band);
    }
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = gather_bands(spectra, n_frames, n_lines, bands, (float)more, gathered);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static const int64_t SAMPLE_SIZES[] = {1, 2, 4, 8, 4, 8};

/* One plane holds all channels interleaved, or there is a plane for each. */
static PyObject *py_gather_samples(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t form, n_channels, n, skipped, filled, room;
    float peak = 0.0f;
    if (!has_arguments(args, 8)) return NULL;
    PyObject *planes = PyTuple_GetItem(args, 6);
    if (take_count(args, 0, &form) < 0 || take_count(args, 1, &n_channels) < 0 || take_count(args, 2, &n) < 0 ||
        take_count(args, 3, &skipped) < 0 || take_count(args, 4, &filled) < 0 || take_count(args, 5, &room) < 0)
        return NULL;
    if (!planes || !PyTuple_Check(planes)) {
        PyErr_SetString(PyExc_TypeError, "planes are a tuple of buffers");
        return NULL;
    }
    Py_ssize_t n_planes = PyTuple_Size(planes);
    if (form > SAMPLE_DOUBLE || filled + n > room || n_channels < 1 || (n_planes != 1 && n_planes != n_channels)) {
        PyErr_SetString(PyExc_ValueError, "no such sample format, no room, or not a plane for each channel");
        return NULL;
    }
    float *block = take(&arrays, args, 7, "block", n_channels * room, 4, 1);
    int64_t stride = n_planes == 1 ? n_channels : 1, size = SAMPLE_SIZES[form];
    int failed = !block;
    for (int64_t channel = 0; channel < n_channels && !failed; channel++) {
        /* There may be more channels than `arrays` has room for: a plane is given back before the next is taken. */
        Arrays plane = {.n = 0};
        const char *samples = take(&plane, planes, n_planes == 1 ? 0 : channel, "plane", (skipped + n) * stride, size, 0);
        failed = !samples;
        if (samples) {
            samples += (skipped * stride + (n_planes == 1 ? channel : 0)) * size;
            float found = gather_samples(samples, (SampleForm)form, stride, n, block + channel * room + filled);
            if (found > peak) peak = found;
        }
        release(&plane);
    }
    release(&arrays);
    return failed ? NULL : PyFloat_FromDouble(peak);
}

static PyObject *py_mix_channels(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_channels, n;
    const float *block;
    float *mono;
    if (!has_arguments(args, 4)) return NULL;
    if (take_count(args, 0, &n_channels) < 0 || take_count(args, 1, &n) < 0) return NULL;
    if (n_channels < 1) {
        PyErr_SetString(PyExc_ValueError, "no channels");
        return NULL;
    }
    int failed = !(block = take(&arrays, args, 2, "block", n_channels * n, 4, 0)) ||
                 !(mono = take(&arrays, args, 3, "mono", n, 4, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        mix_channels(block, n_channels, n, mono);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_halve_rate(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n, reach;
    const float *sound, *filter;
    float *halved;
    if (!has_arguments(args, 5)) return NULL;
    if (take_count(args, 0, &n) < 0 || take_count(args, 1, &reach) < 0) return NULL;
    if (n < 1 || reach < 1 || reach > HALVING_REACH) {
        PyErr_SetString(PyExc_ValueError, "no samples, or no such filter");
        return NULL;
    }
    int failed = !(sound = take(&arrays, args, 2, "sound", 2 * n + 4 * reach - 3, 4, 0)) ||
                 !(filter = take(&arrays, args, 3, "filter", reach, 4, 0)) ||
                 !(halved = take(&arrays, args, 4, "halved", n, 4, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        halve_rate(sound, n, filter, reach, halved);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_resample(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_periods, up, down, width;
    const float *sound, *bank;
    float *resampled;
    if (!has_arguments(args, 7)) return NULL;
    if (take_count(args, 0, &n_periods) < 0 || take_count(args, 1, &up) < 0 || take_count(args, 2, &down) < 0 ||
        take_count(args, 3, &width) < 0)
        return NULL;
    if (n_periods < 1 || up < 1 || down < 1 || width < 1) {
        PyErr_SetString(PyExc_ValueError, "no periods, or no such filter");
        return NULL;
    }
    int64_t groups = (up + RESAMPLING_LANES - 1) / RESAMPLING_LANES;
    int64_t n = (n_periods - 1) * down + (groups - 1) * RESAMPLING_LANES * down / up + width;
    int failed = !(sound = take(&arrays, args, 4, "sound", n, 4, 0)) ||
                 !(bank = take(&arrays, args, 5, "bank", groups * width * RESAMPLING_LANES, 4, 0)) ||
                 !(resampled = take(&arrays, args, 6, "resampled", n_periods * up, 4, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        resample(sound, n_periods, up, down, bank, width, resampled);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
}

static PyObject *py_cut_words(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n, n_tokens = 0, characters = 1 << 16;
    const uint32_t *letters, *written;
    const uint8_t *kinds;
    const uint16_t *lower;
    const uint64_t *powers;
    Words words;
    if (!has_arguments(args, 14) || take_count(args, 0, &n) < 0) return NULL;
    int failed = !(letters = take(&arrays, args, 1, "letters", n, 4, 0)) ||
                 !(written = take(&arrays, args, 2, "written", n, 4, 0)) ||
                 !(kinds = take(&arrays, args, 3, "kinds", characters, 1, 0)) ||
                 !(lower = take(&arrays, args, 4, "lower", characters, 2, 0)) ||
                 !(powers = take(&arrays, args, 5, "powers", WORDS_LONGEST, 8, 0)) ||
                 !(words.begins = take(&arrays, args, 6, "begins", n, 8, 1)) ||
                 !(words.lengths = take(&arrays, args, 7, "lengths", n, 4, 1)) ||
                 !(words.kinds = take(&arrays, args, 8, "kinds of words", n, 1, 1)) ||
                 !(words.capitals = take(&arrays, args, 9, "capitals", n, 4, 1)) ||
                 !(words.capitalised = take(&arrays, args, 10, "capitalised", n, 1, 1)) ||
                 !(words.altered = take(&arrays, args, 11, "altered", n, 1, 1)) ||
                 !(words.numbers = take(&arrays, args, 12, "numbers", n, 8, 1)) ||
                 !(words.exact = take(&arrays, args, 13, "exact numbers", n, 8, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        n_tokens = cut_words(letters, written, n, kinds, lower, powers, words);
        Py_END_ALLOW_THREADS;
    }
    release(&arrays);
    return failed ? NULL : PyLong_FromLongLong(n_tokens);
}

static PyObject *py_hash_shingles(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n, words, room, found = 0;
    const uint8_t *text;
    uint64_t *hashes;
    if (!has_arguments(args, 5)) return NULL;
    if (take_count(args, 0, &n) < 0 || take_count(args, 1, &words) < 0 || take_count(args, 2, &room) < 0) return NULL;
    if (words < 1) {
        PyErr_SetString(PyExc_ValueError, "shingles without words");
        return NULL;
    }
    int failed = !(text = take(&arrays, args, 3, "text", n, 1, 0)) ||
                 !(hashes = take(&arrays, args, 4, "hashes", room, 8, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        found = hash_shingles(text, n, words, hashes, room);
        Py_END_ALLOW_THREADS;
    }
    release(&arrays);
    return failed ? NULL : PyLong_FromLongLong(found);
}

/* Two arguments: keys and runs, of a table of n_slots. */
static int take_nodes(Arrays *arrays, PyObject *args, Py_ssize_t at, int64_t n_slots, Nodes *nodes) {
    nodes->mask = (uint64_t)n_slots - 1;
    if (n_slots < 1 || (n_slots & (n_slots - 1))) {
        PyErr_Format(PyExc_ValueError, "%lld slots are no power of two", (long long)n_slots);
        return -1;
    }
    nodes->keys = take(arrays, args, at, "keys", n_slots, 8, 1);
    if (!nodes->keys) return -1;
    nodes->runs = take(arrays, args, at + 1, "runs of slots", n_slots, 4, 1);
    return nodes->runs ? 0 : -1;
}

static PyObject *py_add_runs(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n, n_runs, n_slots, found = 0;
    const uint64_t *words;
    const int64_t *begins, *ends;
    int32_t *numbers;
    Nodes nodes;
    if (!has_arguments(args, 9)) return NULL;
    if (take_count(args, 0, &n) < 0 || take_count(args, 1, &n_runs) < 0 || take_count(args, 2, &n_slots) < 0) return NULL;
    int failed = !(words = take(&arrays, args, 3, "words", n, 8, 0)) ||
                 !(begins = take(&arrays, args, 4, "begins", n_runs, 8, 0)) ||
                 !(ends = take(&arrays, args, 5, "ends", n_runs, 8, 0)) ||
                 take_nodes(&arrays, args, 6, n_slots, &nodes) < 0 ||
                 !(numbers = take(&arrays, args, 8, "numbers", n_runs, 4, 1));
    for (int64_t run = 0; run < n_runs && !failed; run++) {
        failed = begins[run] < 0 || ends[run] > n;
        if (failed) PyErr_Format(PyExc_ValueError, "run %lld is not among the words", (long long)run);
    }
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        found = add_runs(words, begins, ends, n_runs, nodes, numbers);
        Py_END_ALLOW_THREADS;
    }
    release(&arrays);
    return failed ? NULL : PyLong_FromLongLong(found);
}

static PyObject *py_find_runs(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n, n_slots, room, found = 0, *begins, *ends;
    const uint64_t *words;
    int32_t *runs;
    Nodes nodes;
    if (!has_arguments(args, 9)) return NULL;
    if (take_count(args, 0, &n) < 0 || take_count(args, 1, &n_slots) < 0 || take_count(args, 2, &room) < 0) return NULL;
    int failed = !(words = take(&arrays, args, 3, "words", n, 8, 0)) ||
                 take_nodes(&arrays, args, 4, n_slots, &nodes) < 0 ||
                 !(runs = take(&arrays, args, 6, "runs", room, 4, 1)) ||
                 !(begins = take(&arrays, args, 7, "begins", room, 8, 1)) ||
                 !(ends = take(&arrays, args, 8, "ends", room, 8, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        found = find_runs(words, n, nodes, runs, begins, ends, room);
        Py_END_ALLOW_THREADS;
    }
    release(&arrays);
    return failed ? NULL : PyLong_FromLongLong(found);
}

static PyMethodDef methods[] = {
    {"find_nearest", py_find_nearest, METH_VARARGS, "Nearest songs of a range of songs, or rows of a range of rows."},
    {"score_lists", py_score_lists, METH_VARARGS, "Best songs of a range of rows, by lists of songs."},
    {"score_pairs", py_score_pairs, METH_VARARGS, "What lists say about the given songs of a range of rows."},
    {"dot_pairs", py_dot_pairs, METH_VARARGS, "Inner products with the given songs of a range of rows."},
    {"keep_best", py_keep_best, METH_VARARGS, "The best scored songs of a range of rows."},
    {"unite_lists", py_unite_lists, METH_VARARGS, "The songs that any list of a row names, for a range of rows."},
    {"place_lists", py_place_lists, METH_VARARGS, "Where united songs stand in each list of a range of rows."},
    {"mark_excluded", py_mark_excluded, METH_VARARGS, "Set the bits of a range of listeners' excluded songs."},
    {"offer_tile", py_offer_tile, METH_VARARGS, "Carry one tile of scores into the best so far."},
    {"offer_clusters", py_offer_clusters, METH_VARARGS, "Score clustered songs that may be among the best."},
    {"finish_top", py_finish_top, METH_VARARGS, "Sort and write the best."},
    {"fill_bitsets", py_fill_bitsets, METH_VARARGS, "Set the bits of the songs that many rows hold."},
    {"find_evidence", py_find_evidence, METH_VARARGS, "Seeds and counts for a range of pairs."},
    {"improve_factors", py_improve_factors, METH_VARARGS, "Improve the vectors of a range of rows."},
    {"fold_in", py_fold_in, METH_VARARGS, "Solve the vectors of a range of rows exactly."},
    {"score_trees", py_score_trees, METH_VARARGS, "Sums of the leaves of rows."},
    {"probe_clusters", py_probe_clusters, METH_VARARGS, "Best songs of a range of listeners in likely clusters."},
    {"fuse_lists", py_fuse_lists, METH_VARARGS, "Lists of a range of rows fused into one for each."},
    {"weigh_loudness", py_weigh_loudness, METH_VARARGS, "Energy of K-weighted sound in tenths of a second."},
    {"gather_bands", py_gather_bands, METH_VARARGS, "The power of spectra in bands."},
    {"gather_samples", py_gather_samples, METH_VARARGS, "Samples of any format as floats; the greatest of them."},
    {"mix_channels", py_mix_channels, METH_VARARGS, "The mean over channels."},
    {"halve_rate", py_halve_rate, METH_VARARGS, "Sound at half its rate, through a half-band filter."},
    {"resample", py_resample, METH_VARARGS, "Sound at a fraction of its rate, through a bank of filters."},
    {"cut_words", py_cut_words, METH_VARARGS, "The words and signs of a text, and how many there are."},
    {"hash_shingles", py_hash_shingles, METH_VARARGS, "Hashes of runs of words, and how many there are."},
    {"add_runs", py_add_runs, METH_VARARGS, "Add runs of words to a trie, and how many different ones there are."},
    {"find_runs", py_find_runs, METH_VARARGS, "Every place of every run of a trie among words, and how many there are."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_core",
    .m_doc = "The inner loops; call them through the modules of earmark.kernels.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
