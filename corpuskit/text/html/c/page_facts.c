/* What the head of a page and its headings say. Twin of page_facts.py. */

#include "core.h"

#define MAX_HEAD (512 * 1024)
#define MAX_HEADINGS 200

/* Buffers of one call. */
typedef struct {
    Buffers texts;
    Buffer value, names;
} Scratch;

static Span attributes_of(const VisiblePage *page, const ListedTag *tag)
{
    return (Span){page->source.start + tag->name_end, tag->end - 1 - tag->name_end};
}

static bool is_attribute_word(Span name, const char *word)
{
    const char *end = name.start + name.size;
    return after_word(name.start, end, word) == end;
}

/* Find the first attribute of a name, and its value without references, which lies in the source or in `decoded`. */
bool value_of(Span attributes, const char *name, Span *value, Buffer *decoded)
{
    const char *position = attributes.start, *end = position + attributes.size;
    Span attribute;
    while (next_attribute(&position, end, &attribute, value)) {
        if (!is_attribute_word(attribute, name))
            continue;
        if (memchr(value->start, '&', (size_t)value->size) != NULL) {
            decoded->size = 0;
            decode_entities(*value, decoded);
            *value = (Span){decoded->start, decoded->size};
        }
        return true;
    }
    return false;
}

static bool is_ascii(Span text)
{
    unsigned char bits = 0;
    for (Py_ssize_t index = 0; index < text.size; index++)
        bits |= (unsigned char)text.start[index];
    return bits < 0x80;
}

/* Put a text in small letters in a buffer, as `str.lower` has them. */
void lower(Span text, Buffer *lowered)
{
    lowered->size = 0;
    if (is_ascii(text)) {
        if (!buffer_reserve(lowered, text.size))
            return;
        for (Py_ssize_t index = 0; index < text.size; index++)
            lowered->start[index] = small_letter(text.start[index]);
        lowered->size = text.size;
        return;
    }
    PyObject *string = PyUnicode_DecodeUTF8(text.start, text.size, "strict");
    PyObject *small = string == NULL ? NULL : PyObject_CallMethod(string, "lower", NULL);
    Py_ssize_t size;
    const char *bytes = small == NULL ? NULL : PyUnicode_AsUTF8AndSize(small, &size);
    if (bytes == NULL)
        lowered->failed = true;
    else
        buffer_add(lowered, bytes, size);
    Py_XDECREF(string);
    Py_XDECREF(small);
}

/* Return the next word of a text from `position` on; false if there is none. */
static bool next_word(const char **position, const char *end, Span *word)
{
    int size;
    while (*position < end && (size = space_size(*position)) > 0)
        *position += size;
    word->start = *position;
    while (*position < end && space_size(*position) == 0)
        ++*position;
    word->size = *position - word->start;
    return word->size > 0;
}

/* Whether an element of this name names one author of several (`_REPEATED`). */
static bool is_repeated(Span name)
{
    return is_attribute_word(name, "citation_author") || is_attribute_word(name, "dc.creator") || is_attribute_word(name, "dcterms.creator");
}

/* Take the content of an element by one of its names; the first of equal ones. */
static int add_value(PyObject *values, Span name, Span content)
{
    PyObject *key = PyUnicode_DecodeUTF8(name.start, name.size, "strict");
    PyObject *known = key == NULL ? NULL : PyDict_GetItemWithError(values, key), *value = NULL;
    int result = PyErr_Occurred() ? -1 : 0;
    if (known != NULL && is_repeated(name) && PyUnicode_GetLength(known) < MAX_LENGTH) {
        PyObject *text = PyUnicode_DecodeUTF8(content.start, content.size, "strict");
        value = text == NULL ? NULL : PyUnicode_FromFormat("%U, %U", known, text);
        Py_XDECREF(text);
        result = value == NULL ? -1 : PyDict_SetItem(values, key, value);
    } else if (result == 0 && known == NULL && without_spaces(content).size > 0) {
        value = PyUnicode_DecodeUTF8(content.start, content.size, "strict");
        result = value == NULL ? -1 : PyDict_SetItem(values, key, value);
    }
    Py_XDECREF(key);
    Py_XDECREF(value);
    return result;
}

/* Return the contents of `meta` elements by each of their names. */
static PyObject *meta_values(const VisiblePage *page, Scratch *scratch)
{
    static const char *const NAMING[] = {"property", "name", "http-equiv", "itemprop"};
    const TagList *metas = &page->tags[META_TAGS], *bodies = &page->tags[BODY_TAGS];
    Py_ssize_t body_start = bodies->count ? bodies->tags[0].start : page->source.size;
    PyObject *values = PyDict_New();
    for (int index = 0; values != NULL && index < metas->count; index++) {
        const ListedTag *tag = &metas->tags[index];
        if (tag->start > MAX_HEAD && offset_of(page, page->source.start + tag->start) > MAX_HEAD)
            break;
        Span attributes = attributes_of(page, tag), content = {"", 0}, naming, name;
        if (!value_of(attributes, "content", &content, &scratch->value))
            content = (Span){"", 0};
        /* What the body's microdata is about, this page or another, depends on where it stands. */
        int count = tag->start < body_start ? 4 : 3;
        for (int way = 0; way < count && values != NULL; way++) {
            if (!value_of(attributes, NAMING[way], &naming, &scratch->texts.text) || naming.size == 0)
                continue;
            lower(naming, &scratch->names);
            const char *position = scratch->names.start, *end = position + scratch->names.size;
            while (values != NULL && next_word(&position, end, &name))
                if (add_value(values, name, content) < 0)
                    Py_CLEAR(values);
        }
    }
    return values;
}

/* Return the language that the page's root states, or an empty string. */
static PyObject *stated_language(const VisiblePage *page, Scratch *scratch)
{
    Span language = {"", 0};
    if (page->tags[HTML_TAGS].count > 0) {
        Span attributes = attributes_of(page, &page->tags[HTML_TAGS].tags[0]);
        if ((!value_of(attributes, "lang", &language, &scratch->value) || language.size == 0) &&
            !value_of(attributes, "xml:lang", &language, &scratch->value))
            language = (Span){"", 0};
    }
    return PyUnicode_DecodeUTF8(language.start, language.size, "strict");
}

/* Return the address that the page calls its own in a `link`, or an empty string. */
static PyObject *canonical_address(const VisiblePage *page, Scratch *scratch)
{
    const TagList *links = &page->tags[LINK_TAGS];
    for (int index = 0; index < links->count; index++) {
        Span attributes = attributes_of(page, &links->tags[index]), relation, word, address;
        if (!value_of(attributes, "rel", &relation, &scratch->value))
            continue;
        const char *position = relation.start, *end = position + relation.size;
        bool is_canonical = false;
        while (!is_canonical && next_word(&position, end, &word))
            is_canonical = is_attribute_word(word, "canonical");
        if (!is_canonical)
            continue;
        if (!value_of(attributes, "href", &address, &scratch->value))
            address = (Span){"", 0};
        return PyUnicode_DecodeUTF8(address.start, address.size, "strict");
    }
    return PyUnicode_FromStringAndSize("", 0);
}

/* Fill in `line`: the text of the element that a tag opens; empty if it does not end soon or has too much text. */
static void inner_text(const VisiblePage *page, const ListedTag *tag, Buffers *buffers)
{
    const char *start = page->source.start + tag->end, *source_end = page->source.start + page->source.size;
    /* No code point takes more than four bytes. */
    const char *end = source_end - start > 4 * MAX_INNER ? start + 4 * MAX_INNER : source_end, *close = start;
    const char *after = NULL;
    buffers->line.size = 0;
    for (; (close = memchr(close, '<', (size_t)(end - close))) != NULL; close++)
        if (end - close > 2 && close[1] == '/' && (after = after_word(close + 2, end, tag->name)) != NULL)
            break;
    if (close == NULL || (after - start > MAX_INNER && length_of(start, after - start) > MAX_INNER))
        return;
    read_text((Span){start, close - start}, buffers);
    if (length_of(buffers->text.start, buffers->text.size) > 4 * MAX_LENGTH)
        return;
    collapse_spaces((Span){buffers->text.start, buffers->text.size}, &buffers->line);
    if (length_of(buffers->line.start, buffers->line.size) > MAX_LENGTH)
        buffers->line.size = 0;
}

/* Return the text of the first `title` that has one, or an empty string. */
static PyObject *title_text(const VisiblePage *page, Scratch *scratch)
{
    const TagList *titles = &page->tags[TITLE_TAGS];
    scratch->texts.line.size = 0;
    for (int index = 0; index < titles->count && scratch->texts.line.size == 0; index++)
        inner_text(page, &titles->tags[index], &scratch->texts);
    return PyUnicode_DecodeUTF8(scratch->texts.line.start, scratch->texts.line.size, "strict");
}

/* Whether a title may have a part that `tidy_title` leaves out: a sign for a link to it, or a space in a name. */
static bool may_be_untidy(Span title)
{
    static const char *const SIGNS[] = {":: ", "\xC2\xB6", "\xE2\x9A\x93", "\xF0\x9F\x94\x97", "\xEF\x83\x81"};
    for (size_t index = 0; index < sizeof(SIGNS) / sizeof(SIGNS[0]); index++)
        if (contains(title, SIGNS[index]))
            return true;
    return false;
}

/* Return the text of a heading. */
static PyObject *heading_text(const VisiblePage *page, const ListedTag *tag, Scratch *scratch)
{
    inner_text(page, tag, &scratch->texts);
    Span line = {scratch->texts.line.start, scratch->texts.line.size};
    const char *start = page->source.start + tag->end, *end = page->source.start + page->source.size;
    bool has_more = line.size > 0 && line.start[line.size - 1] == '#';
    if (line.size > 0 && !has_more) {
        const char *button = find_bytes(start, end - start > 4 * MAX_LENGTH ? start + 4 * MAX_LENGTH : end, "<button");
        has_more = button != NULL && length_of(start, button + 7 - start) <= MAX_LENGTH;
        /* A button behind the end tag of the heading's own level changes nothing. */
        const char *close = has_more ? find_heading_end(start, end) : NULL;
        has_more &= close == NULL || button < close || close[3] != tag->name[1];
    }
    if (has_more) {
        const char *close = find_heading_end(start, end);
        if (close != NULL)
            return call_python("page_facts.own_text", "(s#)", start, close - start);
    } else if (may_be_untidy(line)) {
        return call_python("page_facts.tidy_title", "(s#)", line.start, line.size);
    }
    return PyUnicode_DecodeUTF8(line.start, line.size, "strict");
}

/* Return (level, text, start, end) of each heading that has a text. */
static PyObject *headings(const VisiblePage *page, Scratch *scratch)
{
    const TagList *tags = &page->tags[HEADING_TAGS];
    PyObject *found = PyList_New(0);
    for (int index = 0; found != NULL && index < tags->count && index < MAX_HEADINGS; index++) {
        const ListedTag *tag = &tags->tags[index];
        PyObject *text = heading_text(page, tag, scratch), *heading = NULL;
        if (text != NULL && PyUnicode_GetLength(text) == 0) {
            Py_DECREF(text);
            continue;
        }
        if (text != NULL)
            heading =
                Py_BuildValue("(iNnn)", tag->name[1] - '0', text, offset_of(page, page->source.start + tag->start),
                              offset_of(page, page->source.start + tag->end));
        if (heading == NULL || PyList_Append(found, heading) < 0)
            Py_CLEAR(found);
        Py_XDECREF(heading);
    }
    return found;
}

/* page_facts(markup) -> visible page, JSON-LD, contents of `meta` by name, language, canonical address, title,
 * headings.
 */
PyObject *page_facts(PyObject *module, PyObject *markup)
{
    (void)module;
    Scratch scratch = {0};
    PyObject *capsule = new_visible_page(markup), *result = NULL;
    if (capsule != NULL && prepare_buffers(&scratch.texts) && buffer_reserve(&scratch.value, 1) &&
        buffer_reserve(&scratch.names, 1)) {
        const VisiblePage *page = visible_page_of(capsule);
        PyObject *values = meta_values(page, &scratch);
        PyObject *language = values == NULL ? NULL : stated_language(page, &scratch);
        PyObject *address = language == NULL ? NULL : canonical_address(page, &scratch);
        PyObject *title = address == NULL ? NULL : title_text(page, &scratch);
        PyObject *found = title == NULL ? NULL : headings(page, &scratch);
        if (found != NULL && !have_failed(&scratch.texts) && !scratch.value.failed && !scratch.names.failed)
            result = PyTuple_Pack(7, capsule, page->json_ld, values, language, address, title, found);
        Py_XDECREF(values);
        Py_XDECREF(language);
        Py_XDECREF(address);
        Py_XDECREF(title);
        Py_XDECREF(found);
    }
    Py_XDECREF(capsule);
    free_buffers(&scratch.texts);
    buffer_free(&scratch.value);
    buffer_free(&scratch.names);
    return result;
}
