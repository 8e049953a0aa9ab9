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

static int take_neighbours(Arrays *arrays, PyObject *args, Py_ssize_t at, int64_t n_songs, int64_t k,
                           NeighbourLists *lists) {
    lists->k = k;
    lists->ids = take(arrays, args, at, "neighbour ids", n_songs * k, 4, 0);
    if (!lists->ids) return -1;
    lists->similarities = take(arrays, args, at + 1, "similarities", n_songs * k, 4, 0);
    return lists->similarities ? 0 : -1;
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

static PyObject *py_find_neighbours(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse by_song, by_row;
    int64_t start, stop, n_songs, n_rows, k;
    float *left, *right, *similarities;
    int32_t *ids;
    double shrink;
    if (!has_arguments(args, 16)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_songs) < 0 ||
        take_count(args, 3, &n_rows) < 0 || take_count(args, 4, &k) < 0 || !is_range(start, stop, n_songs))
        return NULL;
    shrink = PyFloat_AsDouble(PyTuple_GetItem(args, 5));
    int failed = PyErr_Occurred() != NULL ||
                 take_sparse(&arrays, args, 6, "songs' rows", n_songs, 1, &by_song) < 0 ||
                 take_sparse(&arrays, args, 9, "rows' songs", n_rows, 1, &by_row) < 0 ||
                 !(left = take(&arrays, args, 12, "left norms", n_songs, 4, 0)) ||
                 !(right = take(&arrays, args, 13, "right norms", n_songs, 4, 0)) ||
                 !(ids = take(&arrays, args, 14, "ids", n_songs * k, 4, 1)) ||
                 !(similarities = take(&arrays, args, 15, "similarities", n_songs * k, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = find_neighbours(by_song, by_row, left, right, (float)shrink, n_songs, start, stop, k, ids,
                                 similarities);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, status < 0);
}

static PyObject *py_score_neighbours(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    Sparse history, exclude;
    NeighbourLists neighbours;
    int64_t start, stop, n_songs, n_rows, k, n;
    int32_t *ids;
    float *scores;
    if (!has_arguments(args, 15)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_songs) < 0 ||
        take_count(args, 3, &n_rows) < 0 || take_count(args, 4, &k) < 0 || take_count(args, 5, &n) < 0 ||
        !is_range(start, stop, n_rows))
        return NULL;
    int failed = take_sparse(&arrays, args, 6, "history", n_rows, 1, &history) < 0 ||
                 take_sparse(&arrays, args, 9, "exclude", n_rows, 0, &exclude) < 0 ||
                 take_neighbours(&arrays, args, 11, n_songs, k, &neighbours) < 0 ||
                 !(ids = take(&arrays, args, 13, "ids", n_rows * n, 4, 1)) ||
                 !(scores = take(&arrays, args, 14, "scores", n_rows * n, 4, 1));
    int status = 0;
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        status = score_neighbours(history, exclude, neighbours, n_songs, start, stop, n, ids, scores);
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

static PyObject *py_offer_tile(PyObject *Py_UNUSED(self), PyObject *args) {
    Arrays arrays = {.n = 0};
    int64_t n_rows, n_columns, n_listeners, words, n, room;
    const float *tile;
    const int32_t *listeners, *songs;
    const uint64_t *excluded;
    uint64_t *keys, *floors;
    int32_t *fill;
    float *least;
    if (!has_arguments(args, 14)) return NULL;
    if (take_count(args, 0, &n_rows) < 0 || take_count(args, 1, &n_columns) < 0 ||
        take_count(args, 2, &n_listeners) < 0 || take_count(args, 3, &words) < 0 || take_count(args, 4, &n) < 0 ||
        take_count(args, 5, &room) < 0)
        return NULL;
    int failed = !(tile = take(&arrays, args, 6, "tile", n_rows * n_columns, 4, 0)) ||
                 !(listeners = take(&arrays, args, 7, "listeners", n_rows, 4, 0)) ||
                 !(songs = take(&arrays, args, 8, "songs", n_columns, 4, 0)) ||
                 !(excluded = take(&arrays, args, 9, "excluded", n_listeners * words, 8, 0)) ||
                 !(keys = take(&arrays, args, 10, "keys", n_listeners * room, 8, 1)) ||
                 !(fill = take(&arrays, args, 11, "fill", n_listeners, 4, 1)) ||
                 !(floors = take(&arrays, args, 12, "floors", n_listeners, 8, 1)) ||
                 !(least = take(&arrays, args, 13, "least", n_listeners, 4, 1));
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS;
        offer_tile(tile, n_rows, n_columns, listeners, songs, excluded, words, n, room, keys, fill, floors, least);
        Py_END_ALLOW_THREADS;
    }
    return close_call(&arrays, failed, 0);
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
    NeighbourLists neighbours;
    Postings playlists, listeners;
    int64_t start, stop, n_pairs, n_songs, n_rows, k;
    const int32_t *pair_listeners, *pair_songs;
    int32_t *first, *second, *n_playlists, *n_listeners;
    if (!has_arguments(args, 31)) return NULL;
    if (take_count(args, 0, &start) < 0 || take_count(args, 1, &stop) < 0 || take_count(args, 2, &n_pairs) < 0 ||
        take_count(args, 3, &n_songs) < 0 || take_count(args, 4, &n_rows) < 0 || take_count(args, 5, &k) < 0 ||
        !is_range(start, stop, n_pairs))
        return NULL;
    int failed = take_sparse(&arrays, args, 6, "history", n_rows, 1, &history) < 0 ||
                 take_neighbours(&arrays, args, 9, n_songs, k, &neighbours) < 0 ||
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

static PyMethodDef methods[] = {
    {"find_neighbours", py_find_neighbours, METH_VARARGS, "Nearest songs of a range of songs."},
    {"score_neighbours", py_score_neighbours, METH_VARARGS, "Best songs of a range of listeners, by neighbours."},
    {"mark_excluded", py_mark_excluded, METH_VARARGS, "Set the bits of a range of listeners' excluded songs."},
    {"offer_tile", py_offer_tile, METH_VARARGS, "Carry one tile of scores into the best so far."},
    {"finish_top", py_finish_top, METH_VARARGS, "Sort and write the best."},
    {"fill_bitsets", py_fill_bitsets, METH_VARARGS, "Set the bits of the songs that many rows hold."},
    {"find_evidence", py_find_evidence, METH_VARARGS, "Seeds and counts for a range of pairs."},
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
