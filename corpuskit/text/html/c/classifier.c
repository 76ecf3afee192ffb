/* The trees: sums of leaves over tables of features. Twin of classifier.py, whose blocks walk down each tree; here the
   nodes of all trees are taken feature by feature, and each rules out leaves (Lucchese et al., "QuickScorer", 2015; Ye
   et al., "RapidScorer", 2018). The leaf that a block reaches is the first that is left. */

#include "core.h"

#include <stdlib.h>

#define TREES "corpuskit.text.html._core.trees"
/* Blocks that are looked at side by side: four a register, and so many registers. */
#define WIDTH 4
#define REGISTERS 4
#define SIDE_BY_SIDE (WIDTH * REGISTERS)
/* Leaves of a tree: a bit each. */
#define MOST_LEAVES 32

/* A node of the arrays. Where the way goes on is so many nodes further; of a leaf 0, and nothing exceeds its
   threshold. */
typedef struct {
    int32_t column, threshold, to_left, value;
} Node;

/* What a feature above the threshold of a node leaves of the leaves of its tree: all but those below the left child. */
typedef struct {
    int32_t tree, keeps;
} Effect;

/* A threshold of a feature, and where the effects end of the nodes that have it. Those of a feature ascend, and one
   that nothing exceeds follows them. */
typedef struct {
    int32_t threshold, end;
} Threshold;

typedef struct {
    Py_ssize_t tree_count;
    int32_t *first_thresholds; /* of each feature; one more for the end */
    Threshold *thresholds;
    Effect *effects;
    int32_t *values; /* MOST_LEAVES a tree */
} Trees;

/* Numbers of blocks side by side, as compilers have them for registers of any processor. */
typedef int32_t Numbers __attribute__((vector_size(4 * WIDTH), aligned(4)));

/* The leaves of a tree for all blocks side by side: a bit is set while the leaf is not ruled out. */
typedef struct {
    Numbers blocks[REGISTERS];
} Leaves;

/* An inner node, as the trees are made of them. */
typedef struct {
    int32_t column, threshold;
    Effect effect;
} Split;

static void free_trees(Trees *trees)
{
    free(trees->first_thresholds);
    free(trees->thresholds);
    free(trees->effects);
    free(trees->values);
    free(trees);
}

static void free_trees_capsule(PyObject *capsule)
{
    Trees *trees = PyCapsule_GetPointer(capsule, TREES);
    if (trees != NULL)
        free_trees(trees);
}

static int by_feature(const void *one, const void *other)
{
    const Split *first = one, *second = other;
    if (first->column != second->column)
        return first->column < second->column ? -1 : 1;
    if (first->threshold != second->threshold)
        return first->threshold < second->threshold ? -1 : 1;
    return (first->effect.tree > second->effect.tree) - (first->effect.tree < second->effect.tree);
}

/* Return the bits of leaves from `first` on, `count` of them, which may be all. */
static uint32_t bits_of(int32_t first, int32_t count)
{
    return (uint32_t)(((UINT64_C(1) << count) - 1) << first);
}

/* Take the nodes of a tree, which lie between two indexes: its splits and its leaves, from left to right. `leaves` and
   `firsts` have room for a number a node. Return the number of splits; -1 if the nodes are no tree, each child behind
   its parent, or one with too many leaves. */
static int32_t take_tree(const Node *nodes, int32_t root, int32_t end, int32_t tree, Split *splits, int32_t *values,
                         int32_t *leaves, int32_t *firsts)
{
    for (int32_t index = end - 1; index >= root; index--) {
        const Node *node = &nodes[index];
        if (node->to_left < 0 || node->to_left >= end - index - (node->to_left != 0) || node->column < 0 ||
            node->column >= features_count() || (node->to_left == 0 && node->threshold != INT32_MAX))
            return -1;
        const int32_t *below = &leaves[index + node->to_left];
        leaves[index] = node->to_left == 0 ? 1 : below[0] + below[1];
        if (leaves[index] > MOST_LEAVES)
            return -1;
        firsts[index] = -1;
    }
    int32_t count = 0;
    firsts[root] = 0;
    for (int32_t index = root; index < end; index++) {
        const Node *node = &nodes[index];
        int32_t left = index + node->to_left;
        if (firsts[index] < 0)
            continue; /* no way leads here */
        if (left == index) {
            values[firsts[index]] = node->value;
            continue;
        }
        if (firsts[left] >= 0 || firsts[left + 1] >= 0)
            return -1;
        firsts[left] = firsts[index];
        firsts[left + 1] = firsts[index] + leaves[left];
        splits[count++] = (Split){node->column, node->threshold, {tree, (int32_t)~bits_of(firsts[left], leaves[left])}};
    }
    return count;
}

/* Put an end behind the thresholds of a feature; the next one's follow. */
static void end_feature(Trees *trees, int32_t feature, int32_t *threshold_count, int32_t effect_count)
{
    trees->thresholds[(*threshold_count)++] = (Threshold){INT32_MAX, effect_count};
    trees->first_thresholds[feature + 1] = *threshold_count;
}

/* Put what the nodes say in the order in which it is asked for. */
static void order_splits(Trees *trees, Split *splits, int32_t count)
{
    int32_t threshold_count = 0, column = 0;
    trees->first_thresholds[0] = 0;
    qsort(splits, (size_t)count, sizeof(Split), by_feature);
    for (int32_t index = 0; index < count; index++) {
        const Split *split = &splits[index];
        bool is_other = index == 0 || split->column != splits[index - 1].column ||
                        split->threshold != splits[index - 1].threshold;
        while (column < split->column)
            end_feature(trees, column++, &threshold_count, index);
        if (is_other)
            trees->thresholds[threshold_count++].threshold = split->threshold;
        trees->effects[index] = split->effect;
        trees->thresholds[threshold_count - 1].end = index + 1;
    }
    while (column < features_count())
        end_feature(trees, column++, &threshold_count, count);
}

/* Take trees from their nodes; false if they are none over the features, or if memory is short. */
static bool take_trees(Trees *trees, const Node *nodes, Py_ssize_t node_count, const int32_t *roots)
{
    size_t room = (size_t)node_count + 1;
    int32_t *leaves = malloc(sizeof(int32_t) * room), *firsts = malloc(sizeof(int32_t) * room), count = 0;
    Split *splits = malloc(sizeof(Split) * room);
    trees->first_thresholds = malloc(sizeof(int32_t) * (size_t)(features_count() + 1));
    trees->thresholds = malloc(sizeof(Threshold) * (room + (size_t)features_count()));
    trees->effects = malloc(sizeof(Effect) * room);
    trees->values = calloc((size_t)trees->tree_count * MOST_LEAVES + 1, sizeof(int32_t));
    bool is_sound = leaves && firsts && splits && trees->first_thresholds && trees->thresholds && trees->effects &&
                    trees->values;
    if (!is_sound)
        PyErr_NoMemory();
    for (int32_t tree = 0; is_sound && tree < trees->tree_count; tree++) {
        int32_t root = roots[tree], end = tree + 1 < trees->tree_count ? roots[tree + 1] : (int32_t)node_count;
        int32_t taken = -1;
        if (root >= 0 && root < end && end <= node_count)
            taken = take_tree(nodes, root, end, tree, splits + count, trees->values + tree * MOST_LEAVES, leaves,
                              firsts);
        is_sound = taken >= 0;
        count += taken;
    }
    if (is_sound)
        order_splits(trees, splits, count);
    free(leaves);
    free(firsts);
    free(splits);
    return is_sound;
}

/* load_trees(column, threshold, left, value, roots): arrays of int32, of which `value` and the like have one number a
   node. Raises ValueError if they are no trees over the features, or have too many leaves. */
PyObject *load_trees(PyObject *module, PyObject *arguments)
{
    const char *arrays[5];
    Py_ssize_t sizes[5];
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#y#y#y#y#", &arrays[0], &sizes[0], &arrays[1], &sizes[1], &arrays[2], &sizes[2],
                          &arrays[3], &sizes[3], &arrays[4], &sizes[4]))
        return NULL;
    size_t width = sizeof(int32_t);
    Py_ssize_t node_count = sizes[0] / (Py_ssize_t)width;
    Trees *trees = calloc(1, sizeof(Trees));
    Node *nodes = malloc(sizeof(Node) * (size_t)(node_count + 1));
    int32_t *roots = malloc((size_t)sizes[4] + 1);
    if (trees == NULL || nodes == NULL || roots == NULL) {
        free(trees);
        free(nodes);
        free(roots);
        return PyErr_NoMemory();
    }
    trees->tree_count = sizes[4] / (Py_ssize_t)width;
    bool is_sound = sizes[1] == sizes[0] && sizes[2] == sizes[0] && sizes[3] == sizes[0] &&
                    node_count < INT32_MAX;
    for (Py_ssize_t index = 0; is_sound && index < node_count; index++) {
        int32_t numbers[4];
        for (int array = 0; array < 4; array++)
            memcpy(&numbers[array], arrays[array] + width * (size_t)index, width);
        is_sound = numbers[2] >= 0 && numbers[2] < node_count;
        nodes[index] = (Node){numbers[0], numbers[1], numbers[2] - (int32_t)index, numbers[3]};
    }
    memcpy(roots, arrays[4], width * (size_t)trees->tree_count);
    is_sound = is_sound && take_trees(trees, nodes, node_count, roots);
    free(nodes);
    free(roots);
    PyObject *capsule = is_sound ? PyCapsule_New(trees, TREES, free_trees_capsule) : NULL;
    if (capsule == NULL)
        free_trees(trees);
    if (capsule == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "these arrays are no trees over the features of at most %d leaves", MOST_LEAVES);
    return capsule;
}

static Numbers equal_numbers(int32_t number)
{
    return (Numbers){number, number, number, number};
}

/* Rule out leaves by one feature, of whose thresholds the first is exceeded and the last is below `highest`. */
static void rule_out(const Trees *trees, const Threshold *threshold, int32_t highest, const Numbers *values,
                     Leaves *leaves)
{
    int32_t effect = threshold == trees->thresholds ? 0 : threshold[-1].end;
    for (; threshold->threshold < highest; threshold++) {
        Numbers stays[REGISTERS];
        for (int each = 0; each < REGISTERS; each++)
            stays[each] = values[each] <= equal_numbers(threshold->threshold);
        for (; effect < threshold->end; effect++) {
            Numbers *blocks = leaves[trees->effects[effect].tree].blocks;
            for (int each = 0; each < REGISTERS; each++)
                blocks[each] &= stays[each] | equal_numbers(trees->effects[effect].keeps);
        }
    }
}

/* Rule out leaves by all features of the blocks, of which each has a row. */
static void rule_out_by_rows(const Trees *trees, const int32_t *const *rows, Leaves *leaves)
{
    int32_t highest[MOST_FEATURES];
    Py_ssize_t features = features_count();
    memcpy(highest, rows[0], sizeof(int32_t) * (size_t)features);
    for (int side = 1; side < SIDE_BY_SIDE; side++)
        for (Py_ssize_t feature = 0; feature < features; feature++)
            highest[feature] = rows[side][feature] > highest[feature] ? rows[side][feature] : highest[feature];
    for (Py_ssize_t feature = 0; feature < features; feature++) {
        const Threshold *threshold = trees->thresholds + trees->first_thresholds[feature];
        /* Most features of most blocks exceed none. */
        if (threshold->threshold >= highest[feature])
            continue;
        Numbers values[REGISTERS];
        for (int each = 0; each < REGISTERS; each++) {
            const int32_t *const *four = rows + WIDTH * each;
            values[each] = (Numbers){four[0][feature], four[1][feature], four[2][feature], four[3][feature]};
        }
        rule_out(trees, threshold, highest[feature], values, leaves);
    }
}

/* Add what the first leaf adds that is left of a tree to the sum of each block. */
static void add_leaves(const Leaves *leaves, const int32_t *values, int64_t *sums)
{
    uint32_t bits[SIDE_BY_SIDE];
    memcpy(bits, leaves, sizeof(bits));
    for (int side = 0; side < SIDE_BY_SIDE; side++)
        sums[side] += values[__builtin_ctz(bits[side])];
}

/* sum_leaves(trees, table) -> int64 scores as bytes: one for each row of features. */
PyObject *sum_leaves(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    const char *bytes;
    Py_ssize_t size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Oy#", &capsule, &bytes, &size))
        return NULL;
    const Trees *trees = PyCapsule_GetPointer(capsule, TREES);
    if (trees == NULL)
        return NULL;
    Py_ssize_t features = features_count(), count = size / (features * (Py_ssize_t)sizeof(int32_t));
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int64_t));
    size_t room = sizeof(Leaves) * (size_t)trees->tree_count;
    Leaves *leaves = malloc(room + 1);
    if (result == NULL || leaves == NULL) {
        Py_XDECREF(result);
        free(leaves);
        return result == NULL ? NULL : PyErr_NoMemory();
    }
    /* The bytes of a Python object start where any number may. */
    const int32_t *table = (const int32_t *)(const void *)bytes;
    int64_t *scores = (int64_t *)(void *)PyBytes_AsString(result);
    for (Py_ssize_t start = 0; start < count; start += SIDE_BY_SIDE) {
        int together = count - start < SIDE_BY_SIDE ? (int)(count - start) : SIDE_BY_SIDE;
        int64_t sums[SIDE_BY_SIDE] = {0};
        const int32_t *rows[SIDE_BY_SIDE];
        for (int side = 0; side < SIDE_BY_SIDE; side++)
            rows[side] = table + features * (start + (side < together ? side : 0));
        memset(leaves, UINT8_MAX, room);
        rule_out_by_rows(trees, rows, leaves);
        for (Py_ssize_t tree = 0; tree < trees->tree_count; tree++)
            add_leaves(&leaves[tree], trees->values + tree * MOST_LEAVES, sums);
        memcpy(scores + start, sums, sizeof(int64_t) * (size_t)together);
    }
    free(leaves);
    return result;
}
