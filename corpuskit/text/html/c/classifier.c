/* The trees: sums of leaves over tables of features. Twin of classifier.py. */

#include "core.h"

#include <stdlib.h>

#define TREES "corpuskit.text.html._core.trees"
/* Blocks that go down a tree side by side, so that the processor need not wait for one at a time. */
#define SIDE_BY_SIDE 16

/* Where the way goes on is so many nodes further; of a leaf 0, and no feature exceeds its threshold. Nodes are small,
   so that all of them fit into the cache. */
typedef struct {
    int32_t threshold;
    uint16_t column, to_left;
} Node;

typedef struct {
    Py_ssize_t node_count, tree_count;
    Node *nodes;
    int32_t *values; /* what each leaf adds */
    int32_t *roots, *depths;
} Trees;

static void free_trees(Trees *trees)
{
    free(trees->nodes);
    free(trees->values);
    free(trees->roots);
    free(trees->depths);
    free(trees);
}

static void free_capsule(PyObject *capsule)
{
    Trees *trees = PyCapsule_GetPointer(capsule, TREES);
    if (trees != NULL)
        free_trees(trees);
}

/* Return the level of the deepest node from `root` on; -1 if the nodes are no trees, each child behind its parent. */
static int32_t depth_of_tree(const Trees *trees, int32_t *levels, int32_t root, int32_t end)
{
    int32_t deepest = 0;
    levels[root] = 0;
    for (int32_t index = root; index < end; index++) {
        const Node *node = &trees->nodes[index];
        if (node->to_left == 0)
            continue;
        int32_t left = index + node->to_left;
        if (left + 1 >= end)
            return -1;
        levels[left] = levels[left + 1] = levels[index] + 1;
        if (levels[index] + 1 > deepest)
            deepest = levels[index] + 1;
    }
    return deepest;
}

/* Whether no way down a tree leads out of it or to a feature that is not there; fill in the depths. */
static bool are_sound(Trees *trees)
{
    int32_t *levels = malloc(sizeof(int32_t) * (size_t)(trees->node_count + 1));
    bool is_sound = levels != NULL;
    for (Py_ssize_t index = 0; is_sound && index < trees->node_count; index++) {
        const Node *node = &trees->nodes[index];
        is_sound = node->column < features_count() && (node->to_left != 0 || node->threshold == INT32_MAX);
    }
    for (Py_ssize_t tree = 0; is_sound && tree < trees->tree_count; tree++) {
        Py_ssize_t end = tree + 1 < trees->tree_count ? trees->roots[tree + 1] : trees->node_count;
        is_sound = trees->roots[tree] >= 0 && trees->roots[tree] < end && end <= trees->node_count;
        if (is_sound) {
            trees->depths[tree] = depth_of_tree(trees, levels, trees->roots[tree], (int32_t)end);
            is_sound = trees->depths[tree] >= 0;
        }
    }
    free(levels);
    return is_sound;
}

/* load_trees(column, threshold, left, value, roots): arrays of int32, of which `value` and the like have one number a
   node. Raises ValueError if they are no trees over the features. */
PyObject *load_trees(PyObject *module, PyObject *arguments)
{
    const char *arrays[5];
    Py_ssize_t sizes[5];
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#y#y#y#y#", &arrays[0], &sizes[0], &arrays[1], &sizes[1], &arrays[2], &sizes[2],
                          &arrays[3], &sizes[3], &arrays[4], &sizes[4]))
        return NULL;
    Trees *trees = calloc(1, sizeof(Trees));
    if (trees == NULL)
        return PyErr_NoMemory();
    size_t width = sizeof(int32_t);
    trees->node_count = sizes[0] / (Py_ssize_t)width;
    trees->tree_count = sizes[4] / (Py_ssize_t)width;
    trees->nodes = malloc(sizeof(Node) * (size_t)(trees->node_count + 1));
    trees->values = malloc(sizeof(int32_t) * (size_t)(trees->node_count + 1));
    trees->roots = malloc(width * (size_t)(trees->tree_count + 1));
    trees->depths = malloc(width * (size_t)(trees->tree_count + 1));
    if (!trees->nodes || !trees->values || !trees->roots || !trees->depths) {
        free_trees(trees);
        return PyErr_NoMemory();
    }
    bool is_even = sizes[1] == sizes[0] && sizes[2] == sizes[0] && sizes[3] == sizes[0];
    for (Py_ssize_t index = 0; is_even && index < trees->node_count; index++) {
        int32_t numbers[4];
        for (int array = 0; array < 4; array++)
            memcpy(&numbers[array], arrays[array] + width * (size_t)index, width);
        int64_t to_left = numbers[2] - (int64_t)index;
        is_even = numbers[0] >= 0 && numbers[0] <= UINT16_MAX && to_left >= 0 && to_left <= UINT16_MAX;
        trees->nodes[index] = (Node){numbers[1], (uint16_t)numbers[0], (uint16_t)to_left};
        trees->values[index] = numbers[3];
    }
    memcpy(trees->roots, arrays[4], width * (size_t)trees->tree_count);
    if (!is_even || !are_sound(trees)) {
        free_trees(trees);
        PyErr_SetString(PyExc_ValueError, "these arrays are no trees over the features");
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(trees, TREES, free_capsule);
    if (capsule == NULL)
        free_trees(trees);
    return capsule;
}

/* Add to each of `count` scores, at most SIDE_BY_SIDE, what the trees say of its block. */
static void add_leaves(const Trees *trees, const int32_t *table, Py_ssize_t columns, int count, int64_t *scores)
{
    const int32_t *rows[SIDE_BY_SIDE];
    for (int side = 0; side < SIDE_BY_SIDE; side++)
        rows[side] = table + columns * (side < count ? side : 0);
    int64_t sums[SIDE_BY_SIDE] = {0};
    for (Py_ssize_t tree = 0; tree < trees->tree_count; tree++) {
        int32_t reached[SIDE_BY_SIDE];
        for (int side = 0; side < SIDE_BY_SIDE; side++)
            reached[side] = trees->roots[tree];
        for (int32_t level = 0; level < trees->depths[tree]; level++)
            for (int side = 0; side < SIDE_BY_SIDE; side++) {
                const Node *node = &trees->nodes[reached[side]];
                reached[side] += node->to_left + (rows[side][node->column] > node->threshold);
            }
        for (int side = 0; side < SIDE_BY_SIDE; side++)
            sums[side] += trees->values[reached[side]];
    }
    for (int side = 0; side < count; side++)
        scores[side] = sums[side];
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
    Py_ssize_t columns = features_count(), count = size / (columns * (Py_ssize_t)sizeof(int32_t));
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int64_t));
    if (result == NULL)
        return NULL;
    /* The bytes of a Python object start where any number may. */
    const int32_t *table = (const int32_t *)(const void *)bytes;
    int64_t *scores = (int64_t *)(void *)PyBytes_AsString(result);
    for (Py_ssize_t start = 0; start < count; start += SIDE_BY_SIDE) {
        int together = count - start < SIDE_BY_SIDE ? (int)(count - start) : SIDE_BY_SIDE;
        add_leaves(trees, table + columns * start, columns, together, scores + start);
    }
    return result;
}
