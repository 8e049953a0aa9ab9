/* Runs of words found among other words (see runs.py): a trie whose nodes lie in one hash table. */
#include "kernels.h"

/* The key of a node from its parent's and a word; 0 is an empty slot's. */
static inline uint64_t child(uint64_t key, uint64_t word) {
    key = (key + 1) * 0xD6E8FEB86659FD93u + word;
    key = (key ^ key >> 29) * 0x9E3779B97F4A7C15u;
    key ^= key >> 32;
    return key ? key : 1;
}

/* Where a key lies, or would. */
static inline int64_t slot_of(Nodes nodes, uint64_t key) {
    uint64_t at = key & nodes.mask;
    while (nodes.keys[at] && nodes.keys[at] != key) at = (at + 1) & nodes.mask;
    return (int64_t)at;
}

int64_t add_runs(const uint64_t *words, const int64_t *begins, const int64_t *ends, int64_t n_runs, Nodes nodes,
                 int32_t *numbers) {
    int32_t found = 0;
    for (int64_t run = 0; run < n_runs; run++) {
        uint64_t key = 0;
        int64_t slot = 0;
        for (int64_t at = begins[run]; at < ends[run]; at++) {
            key = child(key, words[at]);
            slot = slot_of(nodes, key);
            if (nodes.keys[slot]) continue;
            nodes.keys[slot] = key;
            nodes.runs[slot] = -1;
        }
        if (nodes.runs[slot] < 0) nodes.runs[slot] = found++;
        numbers[run] = nodes.runs[slot];
    }
    return found;
}

int64_t find_runs(const uint64_t *words, int64_t n, Nodes nodes, int32_t *runs, int64_t *begins, int64_t *ends,
                  int64_t room) {
    int64_t found = 0;
    for (int64_t begin = 0; begin < n; begin++) {
        uint64_t key = 0;
        for (int64_t at = begin; at < n; at++) {
            key = child(key, words[at]);
            int64_t slot = slot_of(nodes, key);
            if (!nodes.keys[slot]) break;
            if (nodes.runs[slot] < 0) continue;
            if (found < room) {
                runs[found] = nodes.runs[slot];
                begins[found] = begin;
                ends[found] = at + 1;
            }
            found++;
        }
    }
    return found;
}
