/* Lines of text that a page's markup makes. Twin of page_lines.py, and of `text_of` in raw_markup.py. */

#include "core.h"

#include <stdlib.h>

#define LONGEST_SUBTITLE 90
#define LONGEST_LINE_NAME 10
/* Characters before a class or id, and in it before the word (`_COMMENTS`). */
#define MOST_BEFORE_NAMES 300
#define MOST_BEFORE_COMMENT 100
/* As `_first_section` has it. */
#define LAST_LEVEL_OF_SECTION '5'
#define MOST_NAMING_WORDS 100
#define MOST_TO_DATE 250
#define MOST_OF_DATED_LINE 80

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
/* What names sections of other pages, each with what it needs beside it; Python decides where these are met. Sorted. */
enum foreign { ANYWHERE, COMMENT, MORE, SIDE_BAR, TEASER };
static const Word FOREIGN_WORDS[] = {
    {"comment", COMMENT},  {"more", MORE},        {"recommend", ANYWHERE},
    {"related", ANYWHERE}, {"sidebar", SIDE_BAR}, {"teaser", TEASER},
};
static WordSet foreign_words;

/* Read the name of a tag at a `<` in small letters, and return where it ends; NULL if there is none of this length. */
static const char *read_name(const char *position, const char *end, bool *is_closing, char *letters)
{
    const char *name = position + 1;
    *is_closing = name < end && *name == '/';
    name += *is_closing;
    int size = 0;
    while (name + size < end && size <= LONGEST_LINE_NAME && (is_letter(name[size]) || is_digit(name[size]))) {
        letters[size] = small_letter(name[size]);
        size++;
    }
    letters[size] = '\0';
    return size == 0 || size > LONGEST_LINE_NAME ? NULL : name + size;
}

/* Return the position behind a tag through which words go on; NULL if there is none. */
static const char *end_of_tag_within_word(const char *position, const char *end)
{
    char letters[LONGEST_LINE_NAME + 2];
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

void free_buffers(Buffers *buffers)
{
    buffer_free(&buffers->first);
    buffer_free(&buffers->second);
    buffer_free(&buffers->text);
    buffer_free(&buffers->line);
}

bool prepare_buffers(Buffers *buffers)
{
    return buffer_reserve(&buffers->first, 1) && buffer_reserve(&buffers->second, 1) &&
           buffer_reserve(&buffers->text, 1) && buffer_reserve(&buffers->line, 1);
}

bool have_failed(const Buffers *buffers)
{
    return buffers->first.failed || buffers->second.failed || buffers->text.failed || buffers->line.failed;
}

/* Fill in `text`: markup without tags, its references as characters, without soft hyphens. */
void read_text(Span markup, Buffers *buffers)
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

static bool holds_time(Span text)
{
    const char *position = text.start, *end = position + text.size;
    for (; position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL; position++)
        if (after_word(position, end, "<time") != NULL)
            return true;
    return false;
}

typedef struct {
    Span source;
    Py_ssize_t text_start, text_size; /* in the texts of the reader */
    bool is_timed;
} FoundLine;

/* What is open at this point of the part, and the lines before it. */
typedef struct {
    Buffers buffers;
    Buffer texts, lines, own_sections; /* bytes of texts; `FoundLine`s; starts of sections that hold the heading */
    Py_ssize_t longest_line;
    bool failed;
} LineReader;

static Py_ssize_t count_of_lines(const LineReader *reader)
{
    return reader->lines.size / (Py_ssize_t)sizeof(FoundLine);
}

static bool prepare_line_reader(LineReader *reader)
{
    return prepare_buffers(&reader->buffers) && buffer_reserve(&reader->texts, 1) &&
           buffer_reserve(&reader->lines, 1) && buffer_reserve(&reader->own_sections, 1);
}

static bool reader_has_failed(const LineReader *reader)
{
    return reader->failed || have_failed(&reader->buffers) || reader->texts.failed || reader->lines.failed ||
           reader->own_sections.failed;
}

static void free_line_reader(LineReader *reader)
{
    free_buffers(&reader->buffers);
    buffer_free(&reader->texts);
    buffer_free(&reader->lines);
    buffer_free(&reader->own_sections);
}

/* Add a line if it has text or a `time`. */
static void add_line(LineReader *reader, Span source)
{
    Buffer *line = &reader->buffers.line;
    line->size = 0;
    if (!is_all_space(source)) {
        read_text(source, &reader->buffers);
        collapse_spaces((Span){reader->buffers.text.start, reader->buffers.text.size}, line);
    }
    bool is_timed = holds_time(source);
    if (line->size == 0 && !is_timed)
        return;
    FoundLine found = {source, reader->texts.size, line->size, is_timed};
    buffer_add(&reader->texts, line->start, line->size);
    buffer_add(&reader->lines, (const char *)&found, (Py_ssize_t)sizeof(found));
    Py_ssize_t length = length_of(line->start, line->size);
    reader->longest_line = length > reader->longest_line ? length : reader->longest_line;
}

static const char *skip_byte(const char *position, const char *end, char byte)
{
    return position < end && small_letter(*position) == byte ? position + 1 : position;
}

static bool begins_with_any(const char *position, const char *end, const char *const *words, int count)
{
    for (int word = 0; word < count; word++)
        if (after_word(position, end, words[word]) != NULL)
            return true;
    return false;
}

static bool ends_with_any(const char *start, const char *position, const char *const *words, int count)
{
    for (int word = 0; word < count; word++) {
        Py_ssize_t size = (Py_ssize_t)strlen(words[word]);
        if (position - start >= size && after_word(position - size, position, words[word]) != NULL)
            return true;
    }
    return false;
}

/* Whether what a word of `_FOREIGN_SECTION` needs beside it may be there. */
static bool may_be_foreign(const Word *word, const char *start, const char *position, const char *end)
{
    static const char *const MARKS[] = {"link", "count", "number"}, *const OTHERS[] = {"news", "posts", "stories"};
    static const char *const LAYOUTS[] = {"lay-", "layout-", "has-", "with-", "no-"};
    const char *after = position + strlen(word->word);
    switch ((enum foreign)word->meaning) {
    case COMMENT:
        if (position > start && is_letter(position[-1]) && after_word(position - 1, end, "o") == NULL)
            return false;
        return !begins_with_any(skip_byte(skip_byte(after, end, 's'), end, '-'), end, MARKS, 3);
    case MORE:
        return begins_with_any(skip_byte(after, end, '-'), end, OTHERS, 3);
    case SIDE_BAR:
        return !ends_with_any(start, position, LAYOUTS, 5);
    case TEASER:
        return after_word(after, end, "text") == NULL && after_word(after, end, "-text") == NULL;
    default:
        return true;
    }
}

/* Whether the names in a start tag may be those of a section about other pages. */
static bool may_be_named_foreign(Span tag)
{
    const char *end = tag.start + tag.size;
    for (const char *position = tag.start; position < end; position++) {
        const Word *word = words_at(&foreign_words, position, end);
        for (; word != NULL && next_word_fits(&foreign_words, &word, position, end); word++)
            if (may_be_foreign(word, tag.start, position, end))
                return true;
    }
    return false;
}

/* Whether a section is about other pages; what starts before the heading and holds it is not, whatever it is called. */
static bool is_foreign(LineReader *reader, int use, Span tag)
{
    bool may_be_named = use & IS_ASIDE && reader->longest_line > LONGEST_SUBTITLE;
    if (!may_be_named) {
        int answer =
            may_be_named_foreign(tag) ? ask_python("page_lines.is_named_foreign", "(s#)", tag.start, tag.size) : 0;
        if (answer < 0)
            reader->failed = true;
        if (answer <= 0)
            return false;
    }
    const char *own_section;
    for (Py_ssize_t at = 0; at < reader->own_sections.size; at += (Py_ssize_t)sizeof(own_section)) {
        memcpy(&own_section, reader->own_sections.start + at, sizeof(own_section));
        if (own_section == tag.start)
            return false;
    }
    return true;
}

static void read_lines(LineReader *reader, Span markup, Py_ssize_t part_size, Py_ssize_t most)
{
    const char *start = markup.start, *end = start + markup.size, *part_end = start + part_size;
    const char *position = start;
    int64_t links = 0, links_before = 0, foreign_depth = 0;
    int foreign_name = -1;
    for (const char *next = start; next < end && (next = memchr(next, '<', (size_t)(end - next))) != NULL;) {
        char letters[LONGEST_LINE_NAME + 2];
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
            if (reader_has_failed(reader) || (most >= 0 && count_of_lines(reader) >= most))
                return;
        }
        position = next;
        links_before = links;
        if (foreign_depth) {
            foreign_depth += name != foreign_name ? 0 : is_closing ? -1 : 1;
        } else if (!is_closing && use & IS_SECTION) {
            if (is_foreign(reader, use, (Span){tag, next - tag})) {
                foreign_name = name;
                foreign_depth = 1;
            }
        }
    }
}

/* Return (text, source, is timed) of a line. */
static PyObject *line_tuple(const LineReader *reader, Py_ssize_t index)
{
    FoundLine line;
    memcpy(&line, reader->lines.start + index * (Py_ssize_t)sizeof(line), sizeof(line));
    return Py_BuildValue("(s#s#N)", reader->texts.start + line.text_start, line.text_size, line.source.start,
                         line.source.size, PyBool_FromLong(line.is_timed));
}

/* Whether a text holds a digit; -1 with an exception. */
static int holds_digit(Span text)
{
    bool may_have_others = false;
    for (Py_ssize_t at = 0; at < text.size; at++) {
        unsigned char byte = (unsigned char)text.start[at];
        if (is_digit(text.start[at]))
            return 1;
        /* The digits of other scripts lie behind these: those of signs, of Chinese, Japanese and Korean are none. */
        may_have_others |= byte >= 0xD9 && !((byte >= 0xE2 && byte <= 0xE9) || (byte >= 0xEB && byte <= 0xEE));
    }
    return may_have_others ? ask_python("page_lines.has_digit", "(s#)", text.start, text.size) : 0;
}

/* Whether a line holds a `time` or a digit; -1 with an exception. */
static int may_be_dated(const LineReader *reader, Py_ssize_t index)
{
    FoundLine line;
    memcpy(&line, reader->lines.start + index * (Py_ssize_t)sizeof(line), sizeof(line));
    return line.is_timed ? 1 : holds_digit((Span){reader->texts.start + line.text_start, line.text_size});
}

/* Add an item to a list, which is given up if either is missing. */
static void append_item(PyObject **list, PyObject *item)
{
    if (item == NULL || PyList_Append(*list, item) < 0)
        Py_CLEAR(*list);
    Py_XDECREF(item);
}

static void add_dated_line(PyObject **lines, const LineReader *reader, Py_ssize_t index)
{
    int answer = may_be_dated(reader, index);
    if (answer < 0)
        Py_CLEAR(*lines);
    else if (answer > 0)
        append_item(lines, line_tuple(reader, index));
}

/* Copy a part, with a tag that ends its last line, and make room for what is read. */
static bool copy_part(LineReader *reader, Span part, Buffer *copy)
{
    buffer_add(copy, part.start, part.size);
    buffer_add(copy, "<br>", 4);
    return !copy->failed && prepare_line_reader(reader);
}

/* lines_of(part, most) -> (text, source, is timed) of each line, of so many at most; -1 for all. */
PyObject *lines_of_part(PyObject *module, PyObject *arguments)
{
    Span part;
    Py_ssize_t most;
    LineReader reader = {0};
    Buffer copy = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "s#n", &part.start, &part.size, &most))
        return NULL;
    PyObject *lines = PyList_New(0);
    if (lines != NULL && copy_part(&reader, part, &copy) && most != 0)
        read_lines(&reader, (Span){copy.start, copy.size}, part.size, most);
    for (Py_ssize_t index = 0; lines != NULL && index < count_of_lines(&reader); index++)
        append_item(&lines, line_tuple(&reader, index));
    if (copy.failed || reader_has_failed(&reader))
        Py_CLEAR(lines);
    buffer_free(&copy);
    free_line_reader(&reader);
    return lines;
}

/* Return the part before the second heading (`first_section`). */
static Span first_section(Span part)
{
    const char *position = part.start, *end = position + part.size;
    bool had_heading = false;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        if (is_heading_start(position, end, LAST_LEVEL_OF_SECTION)) {
            if (had_heading)
                return (Span){part.start, position - part.start};
            had_heading = true;
        }
        position++;
    }
    return part;
}

/* Return the part from the last heading on (`last_section`). */
static Span last_section(Span part)
{
    const char *end = part.start + part.size;
    for (const char *position = end; position > part.start;)
        if (*--position == '<' && is_heading_start(position, end, '6'))
            return (Span){position, end - position};
    return part;
}

/* Return the part behind the last `</title`. */
static Span behind_title(Span part)
{
    static const char end_tag[] = "</title";
    Py_ssize_t size = (Py_ssize_t)sizeof(end_tag) - 1;
    for (Py_ssize_t at = part.size - size; at >= 0; at--)
        if (part.start[at] == '<' && memcmp(part.start + at, end_tag, (size_t)size) == 0)
            return (Span){part.start + at + size, part.size - at - size};
    return part;
}

/* Return the position behind the tag of a section (`_SECTION_TAG`) at a `<`; NULL if there is none. */
static const char *end_of_section_tag(const char *position, const char *end, bool *is_closing, int *name)
{
    char letters[LONGEST_LINE_NAME + 2];
    const char *name_end = read_name(position, end, is_closing, letters);
    if (name_end == NULL || name_end == end || !(*name_end == '>' || space_size(name_end) > 0) ||
        !(use_of_name(letters, name) & IS_SECTION))
        return NULL;
    while (name_end < end && *name_end != '<' && *name_end != '>')
        name_end++;
    return name_end < end && *name_end == '>' ? name_end + 1 : NULL;
}

/* Fill in where the sections start that do not end in a part (`open_sections`). */
static void find_open_sections(Span part, Buffer *sections)
{
    typedef struct {
        const char *start;
        int name;
    } Section;
    Buffer open = {0};
    const char *position = part.start, *end = position + part.size;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        Section section = {position, 0};
        bool is_closing;
        const char *after = end_of_section_tag(position, end, &is_closing, &section.name);
        position = after == NULL ? position + 1 : after;
        if (after == NULL)
            continue;
        if (!is_closing) {
            buffer_add(&open, (const char *)&section, (Py_ssize_t)sizeof(section));
            continue;
        }
        /* It ends the latest of its name. */
        for (Py_ssize_t at = open.size - (Py_ssize_t)sizeof(section); at >= 0; at -= (Py_ssize_t)sizeof(section)) {
            Section latest;
            memcpy(&latest, open.start + at, sizeof(latest));
            if (latest.name != section.name)
                continue;
            Py_ssize_t next = at + (Py_ssize_t)sizeof(section);
            memmove(open.start + at, open.start + next, (size_t)(open.size - next));
            open.size -= (Py_ssize_t)sizeof(section);
            break;
        }
    }
    for (Py_ssize_t at = 0; at < open.size; at += (Py_ssize_t)sizeof(Section)) {
        Section section;
        memcpy(&section, open.start + at, sizeof(section));
        buffer_add(sections, (const char *)&section.start, (Py_ssize_t)sizeof(section.start));
    }
    sections->failed |= open.failed;
    buffer_free(&open);
}

/* Whether a section is about other pages, by its name or by those in its tag; -1 with an exception. */
static int begins_foreign_section(Span tag, int name)
{
    if (LINE_NAMES[name].use & IS_ASIDE)
        return 1;
    return may_be_named_foreign(tag) ? ask_python("page_lines.is_named_foreign", "(s#)", tag.start, tag.size) : 0;
}

/* foreign_sections(page) -> (start, end) of the sections about other pages, in code points. */
PyObject *foreign_sections(PyObject *module, PyObject *capsule)
{
    (void)module;
    const VisiblePage *page = visible_page_of(capsule);
    PyObject *sections = page == NULL ? NULL : PyList_New(0);
    if (sections == NULL)
        return NULL;
    const char *position = page->source.start, *end = position + page->source.size, *start = position, *after;
    int open_name = -1, name;
    int64_t depth = 0;
    for (; sections != NULL && position < end; position = after) {
        bool is_closing;
        if ((position = memchr(position, '<', (size_t)(end - position))) == NULL)
            break;
        after = end_of_section_tag(position, end, &is_closing, &name);
        if (after == NULL) {
            after = position + 1;
        } else if (depth > 0) {
            depth += name != open_name ? 0 : is_closing ? -1 : 1;
            if (depth == 0)
                append_item(&sections, Py_BuildValue("(nn)", offset_of(page, start), offset_of(page, after)));
        } else if (!is_closing) {
            int answer = begins_foreign_section((Span){position, after - position}, name);
            if (answer < 0)
                Py_CLEAR(sections);
            if (answer > 0) {
                start = position;
                open_name = name;
                depth = 1;
            }
        }
    }
    return sections;
}

/* Whether an attribute begins at `position` that names an element after comments. */
static bool names_comments(const char *position, const char *end)
{
    const char *value = after_word(position, end, "id=");
    value = value == NULL ? after_word(position, end, "class=") : value;
    if (value == NULL)
        return false;
    value += value < end && (*value == '"' || *value == '\'');
    for (int passed = 0; after_word(value, end, "comment") == NULL; passed++) {
        if (passed == MOST_BEFORE_COMMENT || value >= end || *value == '"' || *value == '\'' || *value == '>')
            return false;
        next_code(&value);
    }
    return true;
}

/* Whether the attributes that begin at `position` have such a one among their first characters. */
static bool have_comments(const char *position, const char *end)
{
    if (position == end || !is_space(*position++))
        return false;
    for (int passed = 0; !names_comments(position, end); passed++) {
        if (passed == MOST_BEFORE_NAMES || position >= end || *position == '>')
            return false;
        next_code(&position);
    }
    return true;
}

/* Whether comments or a footer begin at a `<` (`_COMMENTS`). */
static bool is_comments_start(const char *position, const char *end)
{
    static const char *const NAMES_OF_COMMENTS[] = {"section", "div", "ol", "ul"};
    const char *after = after_word(position + 1, end, "footer");
    if (after != NULL)
        return after < end && (*after == '>' || is_space(*after));
    for (size_t index = 0; index < sizeof(NAMES_OF_COMMENTS) / sizeof(NAMES_OF_COMMENTS[0]); index++) {
        after = after_word(position + 1, end, NAMES_OF_COMMENTS[index]);
        if (after != NULL)
            return have_comments(after, end);
    }
    return false;
}

/* comments_start(part) -> where comments or a footer begin in a part, or its length. */
PyObject *comments_start(PyObject *module, PyObject *part)
{
    Py_ssize_t size;
    (void)module;
    const char *start = PyUnicode_AsUTF8AndSize(part, &size), *end = start + size, *position = start;
    if (start == NULL)
        return NULL;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        if (is_comments_start(position, end))
            break;
        position++;
    }
    return PyLong_FromSsize_t(length_of(start, position == NULL ? size : position - start));
}

/* lines_below(page, start, end, most) -> (text, source, is timed) of those of the first lines from a heading's end on
   that may hold a day. */
PyObject *lines_below(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end, most;
    LineReader reader = {0};
    Buffer copy = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onnn", &capsule, &start, &end, &most))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    PyObject *lines = page == NULL ? NULL : PyList_New(0);
    if (lines == NULL)
        return NULL;
    Span part = first_section(visible_part(page, start, end));
    if (copy_part(&reader, part, &copy))
        read_lines(&reader, (Span){copy.start, copy.size}, part.size, most);
    for (Py_ssize_t index = 0; lines != NULL && index < count_of_lines(&reader); index++)
        add_dated_line(&lines, &reader, index);
    if (copy.failed || reader_has_failed(&reader))
        Py_CLEAR(lines);
    buffer_free(&copy);
    free_line_reader(&reader);
    return lines;
}

/* lines_above(page, start, end, most) -> (text, source, is timed) of those of the last lines before a heading's start
   that may hold a day, the last one first. */
PyObject *lines_above(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end, most;
    LineReader reader = {0};
    Buffer copy = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onnn", &capsule, &start, &end, &most))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    PyObject *lines = page == NULL ? NULL : PyList_New(0);
    if (lines == NULL)
        return NULL;
    Span part = last_section(behind_title(visible_part(page, start, end)));
    if (copy_part(&reader, part, &copy)) {
        find_open_sections((Span){copy.start, part.size}, &reader.own_sections);
        read_lines(&reader, (Span){copy.start, copy.size}, part.size, -1);
    }
    Py_ssize_t count = count_of_lines(&reader);
    for (Py_ssize_t index = count - 1; lines != NULL && index >= 0 && count - index <= most; index--)
        add_dated_line(&lines, &reader, index);
    if (copy.failed || reader_has_failed(&reader))
        Py_CLEAR(lines);
    buffer_free(&copy);
    free_line_reader(&reader);
    return lines;
}

/* Words that call a day that of publication or of a change (`_NAMING_WORD`), sorted; those of other scripts below. */
static const Word NAMING_WORDS[] = {
    {"actualizad", 0}, {"aggiornat", 0}, {"aktualisiert", 0}, {"atualizad", 0}, {"bijgewerkt", 0},
    {"erschienen", 0}, {"erstellt", 0},  {"ffentlich", 0},    {"geplaatst", 0}, {"gewijzigd", 0},
    {"mise ", 0},      {"modified", 0},  {"nderung", 0},      {"posted", 0},    {"publi", 0},
    {"stand:", 0},     {"ubblicat", 0},  {"updated", 0},      {"zaktualiz", 0},
};
static WordSet naming_words;
static Skips naming_skips;
static const char *const OTHER_NAMING_WORDS[] = {
    "опубликован", "размещен", "обновл", "измен", "更新", "修改", "发布", "發布", "公開", "掲載",
};

void prepare_page_lines(void)
{
    index_words(&foreign_words, FOREIGN_WORDS, (int)(sizeof(FOREIGN_WORDS) / sizeof(FOREIGN_WORDS[0])));
    index_words(&naming_words, NAMING_WORDS, (int)(sizeof(NAMING_WORDS) / sizeof(NAMING_WORDS[0])));
    index_skips(&naming_skips, NAMING_WORDS, (int)(sizeof(NAMING_WORDS) / sizeof(NAMING_WORDS[0])));
}

/* Return a code point with capitals of Cyrillic made small; no other word has capitals. */
static uint32_t small_code(uint32_t code)
{
    return code >= 0x410 && code <= 0x42F ? code + 0x20 : code;
}

static bool begins_with_other(const char **position, const char *end, const char *word)
{
    const char *next = *position;
    while (*word != '\0')
        if (next >= end || small_code(next_code(&next)) != next_code(&word))
            return false;
    *position = next;
    return true;
}

/* Return the position behind one of these words at `position`; NULL if there is none. */
static const char *after_naming_word(const char *position, const char *end)
{
    unsigned char byte = (unsigned char)*position;
    if (byte < 0x80) {
        const Word *word = words_at(&naming_words, position, end);
        bool fits = word != NULL && next_word_fits(&naming_words, &word, position, end);
        return fits ? position + strlen(word->word) : NULL;
    }
    bool may_begin = byte == 0xD0 || byte == 0xD1 || (byte >= 0xE4 && byte <= 0xE7);
    for (size_t word = 0; may_begin && word < sizeof(OTHER_NAMING_WORDS) / sizeof(OTHER_NAMING_WORDS[0]); word++)
        if (begins_with_other(&position, end, OTHER_NAMING_WORDS[word]))
            return position;
    return NULL;
}

/* Whether a letter begins that is another one's form in some case, whatever the pattern's flag says of cases. */
static bool is_rare_letter(const char *position, const char *end)
{
    return starts_with(position, end, "\xC5\xBF") || starts_with(position, end, "\xE2\x84\xAA") ||
           starts_with(position, end, "\xE1\xB2");
}

/* Whether only naming words of ASCII can be in a text: no other begins in it, and no rare letter. A compiler makes a
   few instructions of many bytes. */
static bool has_plain_words_only(Span text)
{
    unsigned char other = 0;
    const unsigned char *bytes = (const unsigned char *)text.start;
    for (Py_ssize_t index = 0; index < text.size - 1; index++) {
        unsigned char byte = bytes[index], next = bytes[index + 1];
        other |= (unsigned char)((byte == 0xD0) | (byte == 0xD1) | ((unsigned char)(byte - 0xE4) <= 3) |
                                 ((byte == 0xC5) & (next == 0xBF)) | ((byte == 0xE2) & (next == 0x84)) |
                                 ((byte == 0xE1) & (next == 0xB2)));
    }
    return other == 0;
}

/* named_texts(page, start, end) -> those of the texts behind naming words that hold a digit; None if a letter is too
   rare to be known here. */
PyObject *named_texts(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t start, end;
    Buffers buffers = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onn", &capsule, &start, &end))
        return NULL;
    const VisiblePage *page = visible_page_of(capsule);
    PyObject *texts = page == NULL ? NULL : PyList_New(0);
    if (texts == NULL || !prepare_buffers(&buffers)) {
        Py_XDECREF(texts);
        free_buffers(&buffers);
        return NULL;
    }
    Span part = visible_part(page, start, end);
    const char *position = part.start, *part_end = position + part.size;
    bool skips = has_plain_words_only(part);
    for (int words = 0; texts != NULL && position < part_end && words < MOST_NAMING_WORDS;) {
        if (skips && (position = next_candidate(&naming_skips, position, part_end)) == part_end)
            break;
        if ((unsigned char)*position >= 0xC5 && is_rare_letter(position, part_end)) {
            Py_DECREF(texts);
            free_buffers(&buffers);
            Py_RETURN_NONE;
        }
        const char *after = after_naming_word(position, part_end);
        if (after != NULL) {
            words++;
            read_text((Span){position, limit_of(position, part_end, MOST_TO_DATE) - position}, &buffers);
            Span text = {buffers.text.start, buffers.text.size};
            text.size = limit_of(text.start, text.start + text.size, MOST_OF_DATED_LINE) - text.start;
            int answer = have_failed(&buffers) ? -1 : holds_digit(text);
            if (answer < 0)
                Py_CLEAR(texts);
            else if (answer > 0)
                append_item(&texts, PyUnicode_DecodeUTF8(text.start, text.size, "strict"));
        }
        position = after == NULL ? position + 1 : after;
    }
    free_buffers(&buffers);
    return texts;
}
