/* Lines of text that a page's markup makes. Twin of `lines_of` in page_lines.py, and of `text_of` in raw_markup.py. */

#include "core.h"

#define LONGEST_SUBTITLE 90
#define LONGEST_NAME 10

enum use { BREAKS_THE_LINE = 1, IS_SECTION = 2, IS_LINK = 4, IS_ASIDE = 8 };
static const struct {
    const char *name;
    int use;
} LINE_NAMES[] = {
    {"a", IS_LINK},
    {"address", BREAKS_THE_LINE},
    {"article", IS_SECTION},
    {"aside", IS_SECTION | IS_ASIDE},
    {"blockquote", BREAKS_THE_LINE},
    {"body", BREAKS_THE_LINE},
    {"br", BREAKS_THE_LINE},
    {"button", BREAKS_THE_LINE},
    {"caption", BREAKS_THE_LINE},
    {"dd", BREAKS_THE_LINE},
    {"div", IS_SECTION},
    {"dl", BREAKS_THE_LINE},
    {"dt", BREAKS_THE_LINE},
    {"fieldset", BREAKS_THE_LINE},
    {"figcaption", BREAKS_THE_LINE},
    {"figure", BREAKS_THE_LINE},
    {"footer", IS_SECTION},
    {"form", BREAKS_THE_LINE},
    {"h1", BREAKS_THE_LINE},
    {"h2", BREAKS_THE_LINE},
    {"h3", BREAKS_THE_LINE},
    {"h4", BREAKS_THE_LINE},
    {"h5", BREAKS_THE_LINE},
    {"h6", BREAKS_THE_LINE},
    {"header", BREAKS_THE_LINE},
    {"hr", BREAKS_THE_LINE},
    {"li", BREAKS_THE_LINE},
    {"main", BREAKS_THE_LINE},
    {"nav", IS_SECTION},
    {"ol", IS_SECTION},
    {"option", BREAKS_THE_LINE},
    {"p", BREAKS_THE_LINE},
    {"pre", BREAKS_THE_LINE},
    {"section", IS_SECTION},
    {"select", BREAKS_THE_LINE},
    {"table", BREAKS_THE_LINE},
    {"tbody", BREAKS_THE_LINE},
    {"td", BREAKS_THE_LINE},
    {"th", BREAKS_THE_LINE},
    {"tr", BREAKS_THE_LINE},
    {"ul", IS_SECTION},
};
#define LINE_NAME_COUNT ((int)(sizeof(LINE_NAMES) / sizeof(LINE_NAMES[0])))
/* Tags through which words go on. */
static const char *const NAMES_WITHIN_WORDS[] = {"a", "abbr",  "b",      "bdi", "em",  "font", "i",  "mark",
                                                 "s", "small", "strong", "sub", "sup", "u",    "wbr"};
#define WITHIN_COUNT ((int)(sizeof(NAMES_WITHIN_WORDS) / sizeof(NAMES_WITHIN_WORDS[0])))
static const char *const FOREIGN_WORDS[] = {"comment", "related", "teaser", "recommend", "sidebar", "more"};
#define FOREIGN_COUNT ((int)(sizeof(FOREIGN_WORDS) / sizeof(FOREIGN_WORDS[0])))

/* Read the name of a tag at a `<` in small letters, and return where it ends; NULL if there is none of this length. */
static const char *read_name(const char *position, const char *end, bool *is_closing, char *letters)
{
    const char *name = position + 1;
    *is_closing = name < end && *name == '/';
    name += *is_closing;
    int size = 0;
    while (name + size < end && size <= LONGEST_NAME && (is_letter(name[size]) || is_digit(name[size]))) {
        letters[size] = small_letter(name[size]);
        size++;
    }
    letters[size] = '\0';
    return size == 0 || size > LONGEST_NAME ? NULL : name + size;
}

/* Return the position behind a tag through which words go on; NULL if there is none. */
static const char *end_of_tag_within_word(const char *position, const char *end)
{
    char letters[LONGEST_NAME + 2];
    bool is_closing;
    const char *name_end = read_name(position, end, &is_closing, letters);
    if (name_end == NULL)
        return NULL;
    int name = 0;
    while (name < WITHIN_COUNT && strcmp(NAMES_WITHIN_WORDS[name], letters) != 0)
        name++;
    if (name == WITHIN_COUNT || (name_end < end && !(*name_end == '>' || *name_end == '/' || is_space(*name_end))))
        return NULL;
    const char *close = name_end < end ? memchr(name_end, '>', (size_t)(end - name_end)) : NULL;
    return close == NULL ? end : close + 1;
}

/* Return the position behind any tag, even one without an end; NULL if there is none. */
static const char *end_of_any_tag(const char *position, const char *end)
{
    const char *name = position + 1;
    if (name < end && *name == '/')
        name++;
    if (name == end || !is_letter(*name))
        return NULL;
    const char *close = memchr(name, '>', (size_t)(end - name));
    return close == NULL ? end : close + 1;
}

/* Buffers of one call. */
typedef struct {
    Buffer first, second, text, line;
} Buffers;

static void free_buffers(Buffers *buffers)
{
    buffer_free(&buffers->first);
    buffer_free(&buffers->second);
    buffer_free(&buffers->text);
    buffer_free(&buffers->line);
}

static bool prepare_buffers(Buffers *buffers)
{
    return buffer_reserve(&buffers->first, 1) && buffer_reserve(&buffers->second, 1) &&
           buffer_reserve(&buffers->text, 1) && buffer_reserve(&buffers->line, 1);
}

static bool have_failed(const Buffers *buffers)
{
    return buffers->first.failed || buffers->second.failed || buffers->text.failed || buffers->line.failed;
}

/* Fill in `text`: markup without tags, its references as characters, without soft hyphens. */
static void read_text(Span markup, Buffers *buffers)
{
    buffers->first.size = buffers->second.size = buffers->text.size = 0;
    if (memchr(markup.start, '<', (size_t)markup.size) != NULL) {
        replace_tags(markup, end_of_tag_within_word, "", &buffers->first);
        replace_tags((Span){buffers->first.start, buffers->first.size}, end_of_any_tag, " ", &buffers->second);
        markup = (Span){buffers->second.start, buffers->second.size};
    }
    decode_entities(markup, &buffers->text);
    Py_ssize_t size = 0;
    char *text = buffers->text.start;
    for (Py_ssize_t index = 0; index < buffers->text.size; index++) {
        if (text[index] == '\xC2' && index + 1 < buffers->text.size && text[index + 1] == '\xAD')
            index++;
        else
            text[size++] = text[index];
    }
    buffers->text.size = size;
}

/* text_of(markup) -> its text. */
PyObject *text_of_markup(PyObject *module, PyObject *markup)
{
    (void)module;
    Span span;
    Buffers buffers = {0};
    PyObject *result = NULL;
    span.start = PyUnicode_AsUTF8AndSize(markup, &span.size);
    if (span.start != NULL && prepare_buffers(&buffers)) {
        read_text(span, &buffers);
        if (!have_failed(&buffers))
            result = PyUnicode_DecodeUTF8(buffers.text.start, buffers.text.size, "strict");
    }
    free_buffers(&buffers);
    return result;
}

static int use_of_name(const char *letters, int *index)
{
    for (*index = 0; *index < LINE_NAME_COUNT; ++*index)
        if (LINE_NAMES[*index].name[0] == letters[0] && strcmp(LINE_NAMES[*index].name, letters) == 0)
            return LINE_NAMES[*index].use;
    return 0;
}

static bool holds_word(Span text, const char *word)
{
    for (const char *position = text.start, *end = position + text.size; position < end; position++)
        if (after_word(position, end, word) != NULL)
            return true;
    return false;
}

/* What is open at this point of the part. */
typedef struct {
    Buffers buffers;
    PyObject *lines, *own_sections;
    Py_ssize_t longest_line;
    bool failed;
} LineReader;

/* Add a line if it has text or a `time`. */
static void add_line(LineReader *reader, Span source)
{
    Buffer *line = &reader->buffers.line;
    line->size = 0;
    if (!is_all_space(source)) {
        read_text(source, &reader->buffers);
        collapse_spaces((Span){reader->buffers.text.start, reader->buffers.text.size}, line);
    }
    bool is_timed = holds_word(source, "<time");
    if (line->size == 0 && !is_timed)
        return;
    PyObject *tuple =
        Py_BuildValue("(s#s#N)", line->start, line->size, source.start, source.size, PyBool_FromLong(is_timed));
    if (tuple == NULL || PyList_Append(reader->lines, tuple) < 0)
        reader->failed = true;
    Py_XDECREF(tuple);
    Py_ssize_t length = length_of(line->start, line->size);
    reader->longest_line = length > reader->longest_line ? length : reader->longest_line;
}

/* Whether a section is about other pages; what starts before the heading and holds it is not, whatever it is called. */
static bool is_foreign(LineReader *reader, int use, Span tag, Py_ssize_t start)
{
    bool may_be_named = use & IS_ASIDE && reader->longest_line > LONGEST_SUBTITLE;
    if (!may_be_named) {
        int word = 0;
        while (word < FOREIGN_COUNT && !holds_word(tag, FOREIGN_WORDS[word]))
            word++;
        int answer = word < FOREIGN_COUNT ? ask_python("page_lines.is_named_foreign", "(s#)", tag.start, tag.size) : 0;
        if (answer < 0)
            reader->failed = true;
        if (answer <= 0)
            return false;
    }
    PyObject *offset = PyLong_FromSsize_t(start);
    int is_own = offset == NULL ? -1 : PySequence_Contains(reader->own_sections, offset);
    Py_XDECREF(offset);
    if (is_own < 0)
        reader->failed = true;
    return is_own == 0;
}

static void read_lines(LineReader *reader, Span markup, Py_ssize_t part_size, Py_ssize_t most)
{
    const char *start = markup.start, *end = start + markup.size, *part_end = start + part_size, *counted = start;
    const char *position = start;
    int64_t links = 0, links_before = 0, foreign_depth = 0;
    int foreign_name = -1;
    Py_ssize_t length = 0;
    for (const char *next = start; next < end && (next = memchr(next, '<', (size_t)(end - next))) != NULL;) {
        char letters[LONGEST_NAME + 2];
        bool is_closing;
        int name, use = 0;
        const char *name_end = read_name(next, end, &is_closing, letters), *close = NULL;
        if (name_end != NULL && name_end < end && (*name_end == '>' || *name_end == '/' || is_space(*name_end)) &&
            (use = use_of_name(letters, &name)) != 0)
            close = memchr(name_end, '>', (size_t)(end - name_end));
        if (close == NULL) {
            next++;
            continue;
        }
        const char *tag = next;
        next = close + 1;
        if (use & IS_LINK) {
            links = is_closing ? (links > 0 ? links - 1 : 0) : links + 1;
            continue;
        }
        if (!links_before && !links && !foreign_depth) {
            const char *source_end = tag < part_end ? tag : part_end;
            add_line(reader, (Span){position, source_end > position ? source_end - position : 0});
            if (reader->failed || (most >= 0 && PyList_Size(reader->lines) >= most))
                return;
        }
        position = next;
        links_before = links;
        if (foreign_depth) {
            foreign_depth += name != foreign_name ? 0 : is_closing ? -1 : 1;
        } else if (!is_closing && use & IS_SECTION) {
            length += length_of(counted, tag - counted);
            counted = tag;
            if (is_foreign(reader, use, (Span){tag, next - tag}, length)) {
                foreign_name = name;
                foreign_depth = 1;
            }
        }
    }
}

/* lines_of(part, own_sections, most) -> (text, source, is timed) of each line, of so many at most; -1 for all. */
PyObject *lines_of_part(PyObject *module, PyObject *arguments)
{
    const char *part;
    Py_ssize_t size, most;
    LineReader reader = {0};
    Buffer markup = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "s#On", &part, &size, &reader.own_sections, &most))
        return NULL;
    reader.lines = PyList_New(0);
    buffer_add(&markup, part, size);
    buffer_add(&markup, "<br>", 4);
    if (reader.lines != NULL && !markup.failed && prepare_buffers(&reader.buffers) && most != 0)
        read_lines(&reader, (Span){markup.start, markup.size}, size, most);
    if (reader.failed || markup.failed || have_failed(&reader.buffers))
        Py_CLEAR(reader.lines);
    buffer_free(&markup);
    free_buffers(&reader.buffers);
    return reader.lines;
}
