/* The visible source of a page: parts of it by offsets in code points, as Python counts. Twin of page_source.py. */

#include "core.h"

#include <stdlib.h>

#define VISIBLE_PAGE "corpuskit.text.html._core.visible_page"
/* Bytes between two places whose offset in code points is kept. */
#define STRIDE 1024

static void free_visible_page(PyObject *capsule)
{
    VisiblePage *page = PyCapsule_GetPointer(capsule, VISIBLE_PAGE);
    if (page == NULL)
        return;
    for (int kind = 0; kind < LISTED_KINDS; kind++)
        free(page->tags[kind].tags);
    buffer_free(&page->source);
    free(page->lengths);
    Py_XDECREF(page->json_ld);
    free(page);
}

static int index_lengths(VisiblePage *page)
{
    Py_ssize_t size = page->source.size, count = size / STRIDE + 1;
    page->lengths = malloc(sizeof(Py_ssize_t) * (size_t)(count + 1));
    if (page->lengths == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    page->lengths[0] = 0;
    for (Py_ssize_t index = 0; index < count; index++) {
        Py_ssize_t first = index * STRIDE, bytes = size - first < STRIDE ? size - first : STRIDE;
        page->lengths[index + 1] = page->lengths[index] + length_of(page->source.start + first, bytes);
    }
    page->length = page->lengths[count];
    return 0;
}

/* Return a capsule with the visible source of a page. */
PyObject *new_visible_page(PyObject *markup)
{
    Py_ssize_t size;
    const char *start = utf8_of(markup, &size);
    VisiblePage *page = start == NULL ? NULL : calloc(1, sizeof(VisiblePage));
    if (page == NULL)
        return start == NULL ? NULL : PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(page, VISIBLE_PAGE, free_visible_page);
    if (capsule == NULL) {
        free(page);
        return NULL;
    }
    page->json_ld = PyList_New(0);
    if (page->json_ld == NULL || read_landmarks(start, size, page) < 0 || index_lengths(page) < 0)
        Py_CLEAR(capsule);
    return capsule;
}

VisiblePage *visible_page_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, VISIBLE_PAGE);
}

/* Return where an offset in code points lies, which is taken for the nearest one that the page has. */
const char *position_of(const VisiblePage *page, Py_ssize_t offset)
{
    const char *start = page->source.start, *end = start + page->source.size;
    if (offset <= 0)
        return start;
    if (offset >= page->length)
        return end;
    if (page->length == page->source.size)
        return start + offset;
    /* No code point takes more than four bytes. */
    Py_ssize_t first = offset / STRIDE, last = page->source.size / STRIDE;
    while (first < last) {
        Py_ssize_t middle = (first + last + 1) / 2;
        if (page->lengths[middle] <= offset)
            first = middle;
        else
            last = middle - 1;
    }
    const char *position = start + first * STRIDE;
    Py_ssize_t passed = page->lengths[first];
    /* A character may begin before this place and end behind it; it is counted already. */
    while (position < end && is_continuation(*position))
        position++;
    while (position < end && passed < offset) {
        position++;
        while (position < end && is_continuation(*position))
            position++;
        passed++;
    }
    return position;
}

/* Return the offset of a position in code points. */
Py_ssize_t offset_of(const VisiblePage *page, const char *position)
{
    Py_ssize_t bytes = position - page->source.start, index = bytes / STRIDE;
    return page->lengths[index] + length_of(page->source.start + index * STRIDE, bytes - index * STRIDE);
}

/* Return what lies between two offsets in code points; those beyond the page are its ends. */
Span visible_part(const VisiblePage *page, Py_ssize_t start, Py_ssize_t end)
{
    const char *first = position_of(page, start), *last = position_of(page, end);
    return (Span){first, last > first ? last - first : 0};
}

/* Return (name, attributes, start, end, marks) of a start tag. */
PyObject *start_tag(const VisiblePage *page, const char *start, const char *name_end, const char *end, Span marks)
{
    Buffer name = {0};
    PyObject *tag = NULL;
    buffer_add(&name, start + 1, name_end - start - 1);
    for (Py_ssize_t index = 0; index < name.size; index++)
        name.start[index] = small_letter(name.start[index]);
    if (!name.failed)
        tag = Py_BuildValue("(s#s#nns#)", name.start, name.size, name_end, end - 1 - name_end, offset_of(page, start),
                            offset_of(page, end), marks.start, marks.size);
    buffer_free(&name);
    return tag;
}

static PyObject *text_from(Span span)
{
    return PyUnicode_DecodeUTF8(span.start, span.size, "strict");
}

/* part_of(page, start, end) -> the source between two offsets. */
PyObject *part_of(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onn", &capsule, &start, &end))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    return page == NULL ? NULL : text_from(visible_part(page, start, end));
}

/* Whether a heading of a level, up to `last_level`, begins at a `<` (`HEADING`). */
bool is_heading_start(const char *position, const char *end, char last_level)
{
    return end - position >= 4 && small_letter(position[1]) == 'h' && position[2] >= '1' && position[2] <= last_level &&
           (position[3] == '>' || space_size(position + 3) > 0);
}

/* Return the end tag of any heading between two positions (`HEADING_END`); NULL if there is none. */
const char *find_heading_end(const char *position, const char *end)
{
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        if (end - position >= 4 && position[1] == '/' && small_letter(position[2]) == 'h' && position[3] >= '1' &&
            position[3] <= '6')
            return position;
        position++;
    }
    return NULL;
}

/* heading_end(page, start, end) -> where the text ends of the heading whose start tag lies between these offsets. */
PyObject *heading_end(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onn", &capsule, &start, &end))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    if (page == NULL)
        return NULL;
    const char *source_end = page->source.start + page->source.size, *first = position_of(page, start);
    const char *last = position_of(page, end), *close = NULL;
    if (first < source_end && *first == '<' && is_heading_start(first, source_end, '6'))
        close = find_heading_end(last, limit_of(last, source_end, MAX_INNER));
    return PyLong_FromSsize_t(close == NULL ? end : offset_of(page, close));
}

/* inside_heading(page, end) -> the source from the end of a heading's start tag to the end tag of any; empty if there
   is none. */
PyObject *inside_heading(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t end;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "On", &capsule, &end))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    if (page == NULL)
        return NULL;
    const char *start = position_of(page, end);
    const char *close = find_heading_end(start, page->source.start + page->source.size);
    return text_from((Span){start, close == NULL ? 0 : close - start});
}

/* has_time(page, start, end): whether a `time` element begins between two offsets (`TIME`). */
PyObject *has_time(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onn", &capsule, &start, &end))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    if (page == NULL)
        return NULL;
    Span part = visible_part(page, start, end);
    const char *position = part.start, *part_end = position + part.size;
    while (position < part_end && (position = memchr(position, '<', (size_t)(part_end - position))) != NULL) {
        const char *after = after_word(position + 1, part_end, "time");
        if (after != NULL && after < part_end && (*after == '>' || space_size(after) > 0))
            return PyBool_FromLong(1);
        position++;
    }
    return PyBool_FromLong(0);
}
