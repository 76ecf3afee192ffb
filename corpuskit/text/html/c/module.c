/* The module `corpuskit.text.html._core`: what Python calls. */

#include "core.h"

/* Drawn anew in each process, so that nobody can make texts that share their hash. No result depends on it. */
static uint64_t hash_seed;

uint64_t hash_of(const char *start, Py_ssize_t size)
{
    uint64_t hash = hash_seed ^ (uint64_t)size;
    while (size > 0) {
        uint64_t word = 0;
        size_t part = size < 8 ? (size_t)size : 8;
        memcpy(&word, start, part);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32 ^ hash_seed;
        start += part;
        size -= (Py_ssize_t)part;
    }
    hash *= 0xD6E8FEB86659FD93u;
    return hash ^ hash >> 29;
}

/* Read the whole numbers of a list into an array of this width in bytes. */
static int numbers_of(PyObject *owner, const char *name, Py_ssize_t count, size_t width, void *array)
{
    PyObject *list = PyObject_GetAttrString(owner, name);
    int result = -1;
    if (list != NULL && PyList_Check(list) && PyList_Size(list) == count)
        result = 0;
    else if (list != NULL)
        PyErr_SetString(PyExc_ValueError, "the lists of a page's elements differ in length");
    for (Py_ssize_t index = 0; result == 0 && index < count; index++) {
        long long number = PyLong_AsLongLong(PyList_GetItem(list, index));
        if (number == -1 && PyErr_Occurred())
            result = -1;
        else if (width == sizeof(int32_t))
            ((int32_t *)array)[index] = (int32_t)number;
        else
            ((uint64_t *)array)[index] = (uint64_t)number;
    }
    Py_XDECREF(list);
    return result;
}

static int elements_of(PyObject *python_elements, Elements *elements, Arena *arena)
{
    PyObject *tags = PyObject_GetAttrString(python_elements, "tags");
    Py_ssize_t count = tags == NULL ? -1 : PyObject_Size(tags);
    Py_XDECREF(tags);
    if (count < 0)
        return -1;
    elements->count = count;
    struct {
        const char *name;
        int32_t **array;
    } lists[] = {{"parents", &elements->parents}, {"depths", &elements->depths}, {"ends", &elements->ends},
                 {"numbers", &elements->numbers}, {"containers", &elements->containers}};
    for (size_t list = 0; list < sizeof(lists) / sizeof(lists[0]); list++) {
        *lists[list].array = TAKE(arena, int32_t, count);
        if (*lists[list].array == NULL ||
            numbers_of(python_elements, lists[list].name, count, sizeof(int32_t), *lists[list].array) < 0)
            return -1;
        for (Py_ssize_t node = 0; node < count; node++)
            if ((*lists[list].array)[node] < 0 || (*lists[list].array)[node] > count) {
                PyErr_SetString(PyExc_ValueError, "an element is out of range");
                return -1;
            }
    }
    elements->own_bits = TAKE(arena, uint64_t, count);
    elements->path_bits = TAKE(arena, uint64_t, count);
    if (elements->own_bits == NULL || elements->path_bits == NULL)
        return -1;
    return numbers_of(python_elements, "own_bits", count, sizeof(uint64_t), elements->own_bits) |
           numbers_of(python_elements, "path_bits", count, sizeof(uint64_t), elements->path_bits);
}

static const char *const KIND_NAMES[KINDS] = {"heading", "line", "row", "item", "preformatted", "paragraph"};

/* Fill in a block from (text, kind, level, linked, characters, is marked, in block link, node, container). */
static int block_of(PyObject *tuple, Py_ssize_t element_count, Block *block)
{
    PyObject *text;
    const char *kind;
    long long level, linked, characters;
    int is_marked, in_block_link;
    long node, container;
    if (!PyArg_ParseTuple(tuple, "UsLLLppll", &text, &kind, &level, &linked, &characters, &is_marked, &in_block_link,
                          &node, &container))
        return -1;
    block->text.start = PyUnicode_AsUTF8AndSize(text, &block->text.size);
    if (block->text.start == NULL)
        return -1;
    int number = 0;
    while (number < KINDS && strcmp(KIND_NAMES[number], kind) != 0)
        number++;
    if (number == KINDS || node < 0 || node >= element_count || container < 0 || container >= element_count) {
        PyErr_SetString(PyExc_ValueError, "a block of no known kind, or of no element");
        return -1;
    }
    block->length = PyUnicode_GetLength(text);
    block->kind = (enum kind)number;
    block->level = level;
    block->linked = linked;
    block->characters = characters;
    block->is_marked = is_marked;
    block->in_block_link = in_block_link;
    block->node = (int32_t)node;
    block->container = (int32_t)container;
    return 0;
}

/* features(elements, blocks, folded_title) -> int32 features as bytes: one row a block.

   `blocks` is a list of tuples as `block_of` reads them. */
static PyObject *features(PyObject *module, PyObject *arguments)
{
    PyObject *python_elements, *list, *result = NULL;
    const char *title;
    Arena arena = {0};
    PageBlocks page = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO!s#", &python_elements, &PyList_Type, &list, &title, &page.title_size))
        return NULL;
    page.title = title;
    page.title_length = length_of(title, page.title_size);
    page.block_count = PyList_Size(list);
    page.blocks = TAKE(&arena, Block, page.block_count);
    if (page.blocks == NULL || elements_of(python_elements, &page.elements, &arena) < 0)
        goto end;
    for (Py_ssize_t index = 0; index < page.block_count; index++)
        if (block_of(PyList_GetItem(list, index), page.elements.count, &page.blocks[index]) < 0)
            goto end;
    result = PyBytes_FromStringAndSize(NULL, page.block_count * features_count() * (Py_ssize_t)sizeof(int32_t));
    if (result != NULL && fill_features(&page, (int32_t *)(void *)PyBytes_AsString(result), &arena) < 0)
        Py_CLEAR(result);
end:
    arena_free(&arena);
    return result;
}

static PyMethodDef methods[] = {
    {"features", features, METH_VARARGS, "Return the features of all blocks of a page."},
    {"load_trees", load_trees, METH_VARARGS, "Return trees for `sum_leaves`."},
    {"sum_leaves", sum_leaves, METH_VARARGS, "Return the sum of the leaves that each row of features leads to."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "corpuskit.text.html._core", "The compiled core of extraction.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyObject *word = PyUnicode_FromString("corpuskit");
    if (module == NULL || word == NULL || PyModule_AddIntConstant(module, "ALGORITHM", ALGORITHM) < 0) {
        Py_XDECREF(module);
        Py_XDECREF(word);
        return NULL;
    }
    hash_seed = (uint64_t)PyObject_Hash(word) * 0x9E3779B97F4A7C15u;
    Py_DECREF(word);
    return module;
}
