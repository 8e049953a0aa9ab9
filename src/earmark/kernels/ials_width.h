/* The factor kernels for vectors of LANES floats on processors of one TARGET: ials.c includes this once for each. */

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef double ExactLanes __attribute__((vector_size(4 * LANES), aligned(8), may_alias));

INLINE Lanes load(const float *at) { return *(const Lanes *)at; }
INLINE void store(float *at, Lanes lanes) { *(Lanes *)at = lanes; }

INLINE float inner_product(const float *a, const float *b, int64_t width) {
    Lanes sums = {0};
    float values[LANES];
    for (int64_t k = 0; k < width; k += LANES) sums += load(a + k) * load(b + k);
    store(values, sums);
    for (int half = LANES / 2; half; half /= 2)
        for (int k = 0; k < half; k++) values[k] += values[k + half];
    return values[0];
}

#undef EACH_LANE
#if LANES == 4
#define EACH_LANE(f, step) f(0, step), f(1, step), f(2, step), f(3, step)
#elif LANES == 8
#define EACH_LANE(f, step)                                                                                      \
    f(0, step), f(1, step), f(2, step), f(3, step), f(4, step), f(5, step), f(6, step), f(7, step)
#else
#define EACH_LANE(f, step)                                                                                      \
    f(0, step), f(1, step), f(2, step), f(3, step), f(4, step), f(5, step), f(6, step), f(7, step), f(8, step), \
        f(9, step), f(10, step), f(11, step), f(12, step), f(13, step), f(14, step), f(15, step)
#endif

/* The inner products of BATCH vectors with `direction`; if `copying`, the vectors also go to `kept`, side by side. */
INLINE void project(const float *const *vectors, float *kept, int copying, const float *direction, int64_t width,
                    float *products) {
    enum { AT_ONCE = LANES == 16 ? 4 : 8 }; /* as many sums as hide an addition's delay and fit into registers */
    Lanes fours[BATCH / 4];
    for (int first = 0; first < BATCH; first += AT_ONCE) {
        Lanes sums[AT_ONCE] = {{0}};
        for (int64_t k = 0; k < width; k += LANES) {
            Lanes along = load(direction + k);
            for (int v = 0; v < AT_ONCE; v++) {
                Lanes vector = load(vectors[first + v] + k);
                if (copying) store(kept + (first + v) * width + k, vector);
                sums[v] += along * vector;
            }
        }
        for (int v = 0; v < AT_ONCE; v += 4) {
            Lanes low = FOLD(sums[v], sums[v + 1], 1), high = FOLD(sums[v + 2], sums[v + 3], 1);
            fours[(first + v) / 4] = FOLD(low, high, 2);
        }
    }
#if LANES >= 8
    for (int v = 0; v < BATCH / 8; v++) fours[v] = FOLD(fours[2 * v], fours[2 * v + 1], 4);
#endif
#if LANES >= 16
    fours[0] = FOLD(fours[0], fours[1], 8);
#endif
    for (int v = 0; v < BATCH / LANES; v++) store(products + v * LANES, fours[v]);
}

INLINE void add_stripe(const float *kept, const float *shares, int64_t width, int n_sums, float *sum) {
    Lanes sums[64 / LANES];
    for (int s = 0; s < n_sums; s++) sums[s] = load(sum + s * LANES);
    for (int v = 0; v < BATCH; v++)
        for (int s = 0; s < n_sums; s++) sums[s] += shares[v] * load(kept + v * width + s * LANES);
    for (int s = 0; s < n_sums; s++) store(sum + s * LANES, sums[s]);
}

/* Adds BATCH vectors that stand side by side, each times its share, to `sum`. */
INLINE void add_shares(const float *kept, const float *shares, int64_t width, float *sum) {
    int64_t k = 0;
    for (; k + 64 <= width; k += 64) add_stripe(kept + k, shares, width, 64 / LANES, sum + k);
    for (; k < width; k += PADDED_TO) add_stripe(kept + k, shares, width, PADDED_TO / LANES, sum + k);
}

/* sum += the songs' part of the residual at `x` if `first`, else of the normal matrix times `x`. The first pass gathers
   the songs' vectors; later ones read them from `gathered`, unless there are too many. */
INLINE void add_songs(Row row, const float *fixed, Gathered gathered, int first, const float *x, int64_t width,
                      float *sum) {
    int keeping = row.n <= gathered.room;
    for (int64_t at = 0; at < row.n; at += BATCH) {
        int64_t n = row.n - at < BATCH ? row.n - at : BATCH;
        float *kept = gathered.kept + (keeping ? at * width : 0), *excess = gathered.excess + (keeping ? at : 0);
        const float *vectors[BATCH];
        float liked[BATCH] = {0}, shares[BATCH];
        if (first || !keeping) {
            for (int64_t v = 0; v < n && at + AHEAD + v < row.n_coming; v++) {
                const float *coming = fixed + row.songs[at + AHEAD + v] * width;
                for (int64_t k = 0; k < width; k += 16) __builtin_prefetch(coming + k, 0, 2);
            }
            for (int v = 0; v < BATCH; v++) {
                float c = v < n ? row.confidences[at + v] : 0.0f;
                vectors[v] = v < n ? fixed + row.songs[at + v] * width : gathered.nothing;
                excess[v] = v < n ? fabsf(c) - 1.0f : 0.0f;
                liked[v] = c > 0.0f ? c : 0.0f;
            }
            project(vectors, kept, 1, x, width, shares);
        } else {
            for (int v = 0; v < BATCH; v++) vectors[v] = kept + v * width;
            project(vectors, kept, 0, x, width, shares);
        }
        for (int v = 0; v < BATCH; v++) shares[v] = first ? liked[v] - excess[v] * shares[v] : excess[v] * shares[v];
        add_shares(kept, shares, width, sum);
    }
}

/* Conjugate gradients (Takács et al. 2011) from the x that is there, preconditioned by the part that all rows share:
   the basis is one in which Y'Y is diagonal, so that this costs a division for each factor. */
TARGET
static void AT_WIDTH(improve_row)(Row row, const float *fixed, const float *spectrum, float pull, int64_t width,
                                  int64_t steps, Gathered gathered, float *scratch, float *x) {
    float *residual = scratch, *direction = scratch + width, *image = scratch + 2 * width;
    for (int64_t k = 0; k < width; k++) residual[k] = -(spectrum[k] + pull) * x[k];
    add_songs(row, fixed, gathered, 1, x, width, residual);
    for (int64_t k = 0; k < width; k++) direction[k] = residual[k] / (spectrum[k] + pull);
    float error = inner_product(direction, residual, width);
    for (int64_t step = 0; step < steps; step++) {
        if (error < 1e-30f) return; /* Not if it is NaN: that must show in x. */
        for (int64_t k = 0; k < width; k++) image[k] = (spectrum[k] + pull) * direction[k];
        add_songs(row, fixed, gathered, 0, direction, width, image);
        float curvature = inner_product(direction, image, width);
        float stride = curvature <= FLT_MAX ? error / curvature : NAN; /* A stride of 0 would hide an overflow. */
        for (int64_t k = 0; k < width; k++) x[k] += stride * direction[k];
        if (step + 1 == steps) return;
        for (int64_t k = 0; k < width; k++) {
            residual[k] -= stride * image[k];
            image[k] = residual[k] / (spectrum[k] + pull);
        }
        float before = error;
        error = inner_product(image, residual, width);
        for (int64_t k = 0; k < width; k++) direction[k] = image[k] + error / before * direction[k];
    }
}

/* matrix += sum over n songs of excess y y', in its upper triangle; `vectors` and `weighed` hold y and excess y. */
INLINE void add_products(const double *vectors, const double *weighed, int64_t n, int64_t width, double *matrix) {
    enum { PER_ROW = EXACT_TILE_WIDTH / (LANES / 2) };
    for (int64_t i = 0; i < width; i += EXACT_TILE_HEIGHT)
        for (int64_t j = i / EXACT_TILE_WIDTH * EXACT_TILE_WIDTH; j < width; j += EXACT_TILE_WIDTH) {
            ExactLanes sums[EXACT_TILE_HEIGHT][PER_ROW] = {{{0}}};
            for (int64_t v = 0; v < n; v++)
                for (int s = 0; s < PER_ROW; s++) {
                    ExactLanes right = *(const ExactLanes *)(vectors + v * width + j + s * (LANES / 2));
                    for (int r = 0; r < EXACT_TILE_HEIGHT; r++) sums[r][s] += weighed[v * width + i + r] * right;
                }
            for (int r = 0; r < EXACT_TILE_HEIGHT; r++)
                for (int s = 0; s < PER_ROW; s++)
                    *(ExactLanes *)(matrix + (i + r) * width + j + s * (LANES / 2)) += sums[r][s];
        }
}

/* Solves matrix x = right in place by Cholesky's U'U; -1 if the matrix is not safely positive definite. */
INLINE int solve(double *matrix, double *right, int64_t width) {
    for (int64_t k = 0; k < width; k++) {
        double *row = matrix + k * width, before = row[k];
        int64_t above = 0;
        for (; above + 4 <= k; above += 4) {
            const double *a = matrix + above * width, *b = a + width, *c = b + width, *d = c + width;
            double by_a = a[k], by_b = b[k], by_c = c[k], by_d = d[k];
            for (int64_t j = k; j < width; j++) row[j] -= by_a * a[j] + by_b * b[j] + by_c * c[j] + by_d * d[j];
            right[k] -= by_a * right[above] + by_b * right[above + 1] + by_c * right[above + 2] + by_d * right[above + 3];
        }
        for (; above < k; above++) {
            const double *a = matrix + above * width;
            double by_a = a[k];
            for (int64_t j = k; j < width; j++) row[j] -= by_a * a[j];
            right[k] -= by_a * right[above];
        }
        /* What is left of the diagonal must stand clear of its own rounding. Not `<`: it may be NaN. */
        if (!(row[k] > 1e-12 * before)) return -1;
        double root = sqrt(row[k]);
        for (int64_t j = k; j < width; j++) row[j] /= root;
        right[k] /= root;
    }
    for (int64_t k = width - 1; k >= 0; k--) {
        const double *row = matrix + k * width;
        for (int64_t j = k + 1; j < width; j++) right[k] -= row[j] * right[j];
        right[k] /= row[k];
    }
    return 0;
}

TARGET
static void AT_WIDTH(fold_row)(Row row, const float *items, const double *gram, double pull, int64_t n_factors,
                               int64_t width, double *scratch, float *x) {
    double *matrix = scratch, *right = matrix + width * width, *vectors = right + width;
    double *weighed = vectors + EXACT_BATCH * width;
    memset(matrix, 0, (size_t)(width * width) * sizeof *matrix);
    memset(right, 0, (size_t)width * sizeof *right);
    for (int64_t i = 0; i < n_factors; i++) memcpy(matrix + i * width, gram + i * n_factors, (size_t)n_factors * 8);
    for (int64_t i = 0; i < width; i++) matrix[i * width + i] += i < n_factors ? pull : 1.0;
    for (int64_t at = 0; at < row.n; at += EXACT_BATCH) {
        int64_t n = row.n - at < EXACT_BATCH ? row.n - at : EXACT_BATCH;
        for (int64_t v = 0; v < n; v++) {
            const float *item = items + row.songs[at + v] * n_factors;
            double c = row.confidences[at + v], excess = fabs(c) - 1.0, liked = c > 0.0 ? c : 0.0;
            double *vector = vectors + v * width, *scaled = weighed + v * width;
            for (int64_t k = 0; k < n_factors; k++) {
                vector[k] = item[k];
                scaled[k] = excess * vector[k];
                right[k] += liked * vector[k];
            }
            for (int64_t k = n_factors; k < width; k++) vector[k] = scaled[k] = 0.0;
        }
        add_products(vectors, weighed, n, width, matrix);
    }
    int solved = solve(matrix, right, width) == 0;
    for (int64_t k = 0; k < n_factors; k++) x[k] = solved ? (float)right[k] : NAN;
}
