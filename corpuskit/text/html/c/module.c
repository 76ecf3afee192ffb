/* The module `corpuskit.text.html._core`: what Python calls. */

#include "core.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t hash_seed;

const char *utf8_of(PyObject *text, Py_ssize_t *size)
{
    char *bytes;
    if (!PyBytes_Check(text))
        return PyUnicode_AsUTF8AndSize(text, size);
    return PyBytes_AsStringAndSize(text, &bytes, size) < 0 ? NULL : bytes;
}

#define MAX_INDENT 32
#define MOST_OF_MARKER 32
#define PAGE "corpuskit.text.html._core.page"

static const char *const KIND_NAMES[KINDS] = {"heading", "line", "row", "item", "preformatted", "paragraph"};

static void free_page(PyObject *capsule)
{
    PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    if (page != NULL) {
        arena_free(&page->arena);
        free(page->blocks);
        free(page);
    }
}

/* read(markup, is_xml) -> a page for the functions below. Raises Reject `too-many-nodes`. */
static PyObject *read_markup(PyObject *module, PyObject *arguments)
{
    PyObject *markup;
    int is_xml;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Op", &markup, &is_xml))
        return NULL;
    PageBlocks *page = calloc(1, sizeof(PageBlocks));
    if (page == NULL)
        return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(page, PAGE, free_page);
    if (capsule == NULL) {
        free(page);
        return NULL;
    }
    if (read_page(markup, is_xml, page) < 0)
        Py_CLEAR(capsule);
    return capsule;
}

/* Put a list of whole numbers in a tuple. */
static int add_list(PyObject *tuple, Py_ssize_t index, const void *array, size_t width, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    if (list == NULL || PyTuple_SetItem(tuple, index, list) < 0)
        return -1;
    for (Py_ssize_t node = 0; node < count; node++) {
        PyObject *number = width == sizeof(int32_t) ? PyLong_FromLong(((const int32_t *)array)[node])
                                                    : PyLong_FromUnsignedLongLong(((const uint64_t *)array)[node]);
        if (number == NULL || PyList_SetItem(list, node, number) < 0)
            return -1;
    }
    return 0;
}

/* elements(page) -> a list for each property of `Elements`, in its order. */
static PyObject *page_elements(PyObject *module, PyObject *capsule)
{
    (void)module;
    const PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    PyObject *tuple = page == NULL ? NULL : PyTuple_New(10);
    if (tuple == NULL)
        return NULL;
    const Elements *elements = &page->elements;
    PyObject *tags = PyList_New(elements->count), *have_classes = PyList_New(elements->count);
    PyObject *names = PyList_New(elements->count);
    if (tags == NULL || have_classes == NULL || names == NULL || PyTuple_SetItem(tuple, 0, tags) < 0 ||
        PyTuple_SetItem(tuple, 7, have_classes) < 0 || PyTuple_SetItem(tuple, 9, names) < 0) {
        Py_DECREF(tuple);
        return NULL;
    }
    int result = 0;
    for (Py_ssize_t node = 0; result == 0 && node < elements->count; node++) {
        PyObject *tag = PyUnicode_FromString(elements->tags[node]);
        PyObject *own_names = PyUnicode_DecodeUTF8(elements->names[node].start, elements->names[node].size, "strict");
        result = tag == NULL || PyList_SetItem(tags, node, tag) < 0 || own_names == NULL ||
                 PyList_SetItem(names, node, own_names) < 0 ||
                 PyList_SetItem(have_classes, node, PyBool_FromLong(elements->has_classes[node])) < 0;
    }
    if (result || add_list(tuple, 1, elements->parents, sizeof(int32_t), elements->count) < 0 ||
        add_list(tuple, 2, elements->depths, sizeof(int32_t), elements->count) < 0 ||
        add_list(tuple, 3, elements->own_bits, sizeof(uint64_t), elements->count) < 0 ||
        add_list(tuple, 4, elements->path_bits, sizeof(uint64_t), elements->count) < 0 ||
        add_list(tuple, 5, elements->ends, sizeof(int32_t), elements->count) < 0 ||
        add_list(tuple, 6, elements->numbers, sizeof(int32_t), elements->count) < 0 ||
        add_list(tuple, 8, elements->containers, sizeof(int32_t), elements->count) < 0)
        Py_CLEAR(tuple);
    return tuple;
}

/* Spell what stands before an item, `3.`, `c.`, `-` or nothing (`_marker`); returns the bytes that it takes. */
static Py_ssize_t spell_marker(Marker marker, char *spelled)
{
    if (marker.kind == NO_MARKER)
        return 0;
    if (marker.kind == BULLET)
        return snprintf(spelled, MOST_OF_MARKER, "-");
    if ((marker.style == 'a' || marker.style == 'A') && marker.number >= 1 && marker.number <= 26)
        return snprintf(spelled, MOST_OF_MARKER, "%c.", marker.style + (int)marker.number - 1);
    return snprintf(spelled, MOST_OF_MARKER, "%lld.", (long long)marker.number);
}

/* Return a block as (kind, text, level, marker, linked, characters, list number, node, container, cell or None, is link
   run, in block link, signature, is reply). */
static PyObject *block_tuple(const Elements *elements, const Block *block)
{
    char spelled[MOST_OF_MARKER];
    Py_ssize_t marker_size = spell_marker(block->marker, spelled);
    PyObject *cell = block->cell.table == 0
                         ? (Py_INCREF(Py_None), Py_None)
                         : Py_BuildValue("(iii)", block->cell.table, block->cell.row, block->cell.column);
    PyObject *tuple = NULL;
    int32_t container = block->container;
    int like_parent = elements->has_classes[container] ? -1 : elements->numbers[elements->parents[container]];
    if (cell != NULL)
        tuple = Py_BuildValue("(ss#Ls#LLiiiONN(ii)N)", KIND_NAMES[block->kind], block->text.start, block->text.size,
                              (long long)block->level, spelled, marker_size, (long long)block->linked,
                              (long long)block->characters, block->list_number, block->node, container, cell,
                              PyBool_FromLong(block->is_link_run), PyBool_FromLong(block->in_block_link),
                              elements->numbers[container], like_parent,
                              PyBool_FromLong(elements->path_bits[container] >> COMMENT_BIT & 1));
    Py_XDECREF(cell);
    return tuple;
}

/* blocks(page, kept) -> a list of tuples, as `block_tuple` makes them, of the blocks whose byte of `kept` is not 0; of
   all if there are no such bytes. */
static PyObject *page_blocks(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    const char *kept = NULL;
    Py_ssize_t size = 0;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O|y#", &capsule, &kept, &size))
        return NULL;
    const PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    PyObject *list = page == NULL ? NULL : PyList_New(0);
    for (Py_ssize_t index = 0; list != NULL && index < page->block_count; index++) {
        if (kept != NULL && (index >= size || kept[index] == 0))
            continue;
        PyObject *tuple = block_tuple(&page->elements, &page->blocks[index]);
        if (tuple == NULL || PyList_Append(list, tuple) < 0)
            Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
    return list;
}

/* Add an item of a list (`_plain_text`). */
static void write_item(const Block *block, Span marker, Span item, Buffer *text)
{
    int64_t level = block->level < MAX_INDENT ? block->level : MAX_INDENT;
    for (int64_t depth = 1; depth < level; depth++)
        buffer_add(text, "  ", 2);
    buffer_add(text, marker.start, marker.size);
    buffer_add(text, "  ", marker.size > 0 ? 1 : 2);
    buffer_add(text, item.start, item.size);
}

/* Add the items of a run of links, one a line (`PlacedBlock.blocks`). */
static void write_link_run(const Block *block, Span marker, Buffer *text)
{
    const char *position = block->text.start, *end = position + block->text.size;
    char spelled[MOST_OF_MARKER];
    int64_t number;
    if (!whole_number(marker, &number))
        number = 0;
    for (int64_t offset = 0; position <= end; offset++) {
        const char *line_end = position < end ? memchr(position, '\n', (size_t)(end - position)) : NULL;
        line_end = line_end == NULL ? end : line_end;
        if (number != 0) {
            Marker next = {NUMBER, number + offset, 0};
            marker = (Span){spelled, spell_marker(next, spelled)};
        }
        if (offset > 0)
            buffer_add(text, "\n", 1);
        write_item(block, marker, (Span){position, line_end - position}, text);
        position = line_end + 1;
    }
}

/* as_text(page, kept) -> the text of the blocks whose byte of `kept` is not 0 (`as_text` of blocks.py). */
static PyObject *as_text(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    const char *kept;
    Py_ssize_t size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Oy#", &capsule, &kept, &size))
        return NULL;
    const PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    if (page == NULL)
        return NULL;
    Buffer text = {0};
    const Block *before = NULL;
    for (Py_ssize_t index = 0; index < page->block_count && index < size; index++) {
        const Block *block = &page->blocks[index];
        if (kept[index] == 0)
            continue;
        bool goes_on = before != NULL && (block->kind == ITEM || block->kind == ROW || block->kind == LINE) &&
                       block->kind == before->kind && block->list_number == before->list_number;
        if (before != NULL)
            buffer_add(&text, "\n\n", goes_on ? 1 : 2);
        char spelled[MOST_OF_MARKER];
        Span marker = {spelled, spell_marker(block->marker, spelled)};
        if (block->is_link_run)
            write_link_run(block, marker, &text);
        else if (block->kind == ITEM)
            write_item(block, marker, block->text, &text);
        else
            buffer_add(&text, block->text.start, block->text.size);
        before = block;
    }
    PyObject *result =
        text.failed ? NULL : PyUnicode_DecodeUTF8(text.start == NULL ? "" : text.start, text.size, "strict");
    buffer_free(&text);
    return result;
}

/* block_count(page) */
static PyObject *block_count(PyObject *module, PyObject *capsule)
{
    (void)module;
    const PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    return page == NULL ? NULL : PyLong_FromSsize_t(page->block_count);
}

/* features(page, folded_title, name_words) -> int32 features as bytes: one row a block. */
static PyObject *features(PyObject *module, PyObject *arguments)
{
    PyObject *capsule, *name_words;
    const char *title;
    Py_ssize_t title_size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Os#O", &capsule, &title, &title_size, &name_words))
        return NULL;
    PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    const NameWords *words = page == NULL ? NULL : name_words_of(name_words);
    if (words == NULL)
        return NULL;
    page->title = title;
    page->title_size = title_size;
    page->title_length = length_of(title, title_size);
    PyObject *result =
        PyBytes_FromStringAndSize(NULL, page->block_count * features_count() * (Py_ssize_t)sizeof(int32_t));
    Arena arena = {0};
    if (result != NULL && fill_features(page, words, (int32_t *)(void *)PyBytes_AsString(result), &arena) < 0)
        Py_CLEAR(result);
    arena_free(&arena);
    page->title = NULL;
    return result;
}

/* choose(page, features, scores, probabilities) -> as `choice_of` says. */
static PyObject *choose(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    const char *table, *scores, *probabilities;
    Py_ssize_t table_size, scores_size, probabilities_size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Oy#y#y#", &capsule, &table, &table_size, &scores, &scores_size, &probabilities,
                          &probabilities_size))
        return NULL;
    const PageBlocks *page = PyCapsule_GetPointer(capsule, PAGE);
    if (page == NULL)
        return NULL;
    if (table_size != page->block_count * features_count() * (Py_ssize_t)sizeof(int32_t) ||
        scores_size != page->block_count * (Py_ssize_t)sizeof(int64_t) || page->block_count == 0 ||
        probabilities_size != 1601 * (Py_ssize_t)sizeof(int32_t)) {
        PyErr_SetString(PyExc_ValueError, "features, scores or probabilities do not fit the page");
        return NULL;
    }
    /* The bytes of a Python object start where any number may. */
    return choice_of(page, (const int32_t *)(const void *)table, (const int64_t *)(const void *)scores,
                     (const int32_t *)(const void *)probabilities);
}

/* size_in_bytes(text): in UTF-8, which stays with the text. Raises UnicodeEncodeError for surrogates. */
static PyObject *size_in_bytes(PyObject *module, PyObject *text)
{
    Py_ssize_t size;
    (void)module;
    return PyUnicode_AsUTF8AndSize(text, &size) == NULL ? NULL : PyLong_FromSsize_t(size);
}

static PyMethodDef methods[] = {
    {"size_in_bytes", size_in_bytes, METH_O, "Return the size of a text in UTF-8."},
    {"read", read_markup, METH_VARARGS, "Return a page that was read."},
    {"elements", page_elements, METH_O, "Return the elements of a page."},
    {"blocks", page_blocks, METH_VARARGS, "Return the blocks of a page, or those that are kept."},
    {"as_text", as_text, METH_VARARGS, "Return the text of the blocks that are kept."},
    {"block_count", block_count, METH_O, "Return the number of blocks of a page."},
    {"choose", choose, METH_VARARGS, "Return which blocks of a page are kept."},
    {"features", features, METH_VARARGS, "Return the features of all blocks of a page."},
    {"load_name_words", load_name_words, METH_VARARGS, "Return words for `features`."},
    {"load_head_words", load_head_words, METH_VARARGS, "Return words for `declaring_tags`."},
    {"declaring_tags", declaring_tags, METH_VARARGS, "Return the tags that may declare something on a page's use."},
    {"load_trees", load_trees, METH_VARARGS, "Return trees for `sum_leaves`."},
    {"sum_leaves", sum_leaves, METH_VARARGS, "Return the sum of the leaves that each row of features leads to."},
    {"page_facts", page_facts, METH_O, "Return what the head and the headings of a page say."},
    {"part_of", part_of, METH_VARARGS, "Return a part of a page's visible source."},
    {"marked_tags", marked_tags, METH_VARARGS, "Return the start tags whose marks hold a word."},
    {"heading_end", heading_end, METH_VARARGS, "Return where the text of a heading ends."},
    {"inside_heading", inside_heading, METH_VARARGS, "Return the source of a heading's content."},
    {"has_time", has_time, METH_VARARGS, "Return whether a part holds a `time` element."},
    {"comments_start", comments_start, METH_O, "Return where comments or a footer begin."},
    {"lines_below", lines_below, METH_VARARGS, "Return the lines after a heading that may hold a day."},
    {"foreign_sections", foreign_sections, METH_O, "Return where the sections about other pages start and end."},
    {"lines_above", lines_above, METH_VARARGS, "Return the lines before a heading that may hold a day."},
    {"named_texts", named_texts, METH_VARARGS, "Return the texts behind words that name days."},
    {"clean", clean, METH_O, "Return a text without control characters and spaces at the ends of lines."},
    {"comparable_title", comparable_title, METH_O, "Return the words of a title in ASCII."},
    {"related_headings", related_headings, METH_VARARGS, "Return the headings that may agree with a title."},
    {"text_of", text_of_markup, METH_O, "Return the text of markup."},
    {"lines_of", lines_of_part, METH_VARARGS, "Return the lines that block elements make of markup."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "corpuskit.text.html._core",
    "The compiled core of extraction.",
    -1,
    methods,
    NULL,
    NULL,
    NULL,
    NULL,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyObject *word = PyUnicode_FromString("corpuskit");
    if (module == NULL || word == NULL || PyModule_AddIntConstant(module, "ALGORITHM", ALGORITHM) < 0 ||
        PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0) {
        Py_XDECREF(module);
        Py_XDECREF(word);
        return NULL;
    }
    prepare_markup();
    prepare_raw_markup();
    prepare_page_lines();
    prepare_known_tags();
    prepare_elements();
    prepare_inline();
    prepare_unseen();
    prepare_reader();
    prepare_features();
    hash_seed = (uint64_t)PyObject_Hash(word) * 0x9E3779B97F4A7C15u;
    Py_DECREF(word);
    return module;
}
