/* The source of a page without what no reader sees, for what it says about itself, and tags in it. Twin of
   raw_markup.py. */

#include "core.h"

#include <stdlib.h>

#define MAX_TAG (8 * 1024)
#define MAX_BROKEN 200
#define MAX_SCRIPTS 20
#define MAX_TAGS 400
#define MAX_WORDS 2000
#define MAX_LOOK_BACK 2000

/* What a name at a `<` means here, and as which kind its tags are listed. */
enum role { LISTED, LISTED_LINK, RAW_ELEMENT, DRAWING };
static const struct {
    const char *name;
    enum role role;
    enum listed kind;
} ROLES[] = {
    {"body", LISTED, BODY_TAGS},
    {"h1", LISTED, HEADING_TAGS},
    {"h2", LISTED, HEADING_TAGS},
    {"h3", LISTED, HEADING_TAGS},
    {"h4", LISTED, HEADING_TAGS},
    {"h5", LISTED, HEADING_TAGS},
    {"h6", LISTED, HEADING_TAGS},
    {"html", LISTED, HTML_TAGS},
    {"iframe", RAW_ELEMENT, LISTED_KINDS},
    {"link", LISTED_LINK, LINK_TAGS},
    {"math", DRAWING, LISTED_KINDS},
    {"meta", LISTED, META_TAGS},
    {"noembed", RAW_ELEMENT, LISTED_KINDS},
    {"noframes", RAW_ELEMENT, LISTED_KINDS},
    {"script", RAW_ELEMENT, LISTED_KINDS},
    {"style", RAW_ELEMENT, LISTED_KINDS},
    {"svg", DRAWING, LISTED_KINDS},
    {"template", DRAWING, LISTED_KINDS},
    {"textarea", RAW_ELEMENT, LISTED_KINDS},
    {"title", LISTED, TITLE_TAGS},
    {"xmp", RAW_ELEMENT, LISTED_KINDS},
};
#define ROLE_COUNT ((int)(sizeof(ROLES) / sizeof(ROLES[0])))

typedef struct {
    const char *start, *end;
    VisiblePage *page;
    const char *copied;
    Py_ssize_t removed; /* bytes before `copied` that are not visible */
    bool is_unclosed[ROLE_COUNT];
    bool failed;
} Landmarks;

/* Whether the start of a link's tag says that it is to the page's own address (`_CANONICAL_LINK`). */
static bool is_canonical(const char *position, const char *end)
{
    if (position == end || !is_space(*position))
        return false;
    for (; position < end && *position != '<' && *position != '>'; position++)
        if ((*position == 'c' || *position == 'C') && end - position >= 9 &&
            (position[1] == 'a' || position[1] == 'A') && memcmp(position + 2, "nonical", 7) == 0)
            return true;
    return false;
}

/* Where the names of each letter begin in `ROLES`. */
static uint8_t first_role[27];

void prepare_raw_markup(void)
{
    for (int letter = 0, index = 0; letter <= 26; letter++) {
        while (index < ROLE_COUNT && ROLES[index].name[0] < 'a' + letter)
            index++;
        first_role[letter] = (uint8_t)index;
    }
}

/* Return the index in `ROLES` of the name at `name`, and where it ends; -1 if no name there means anything. */
static int role_of(const char *name, const char *end, const char **name_end)
{
    int letter = small_letter(*name) - 'a';
    if (letter < 0 || letter >= 26)
        return -1;
    for (int index = first_role[letter]; index < first_role[letter + 1]; index++) {
        const char *after = after_word(name, end, ROLES[index].name);
        if (after == NULL || after == end || !(is_space(*after) || *after == '/' || *after == '>'))
            continue;
        *name_end = after;
        return ROLES[index].role == LISTED_LINK && !is_canonical(after, end) ? -1 : index;
    }
    return -1;
}

/* Return the position `characters` code points behind another, or the end. */
const char *limit_of(const char *position, const char *end, Py_ssize_t characters)
{
    if (end - position <= characters)
        return end;
    const char *limit = position + characters;
    Py_ssize_t passed = length_of(position, characters);
    while (limit < end && (passed < characters || is_continuation(*limit))) {
        passed += !is_continuation(*limit);
        limit++;
    }
    return limit;
}

/* Return the position behind the start tag whose name ends at `position`; NULL if it does not end soon. */
const char *end_of_tag(const char *position, const char *end)
{
    /* Nearly all tags end within so many bytes, which are no more code points than allowed; and a quotation mark that
       nothing closes within four times as many is not closed within so many code points either. */
    const char *close = end_of_attributes(position, end - position > 4 * MAX_TAG ? position + 4 * MAX_TAG : end);
    if (close == NULL || close - position >= MAX_TAG)
        close = end_of_attributes(position, limit_of(position, end, MAX_TAG));
    return close == NULL ? NULL : close + 1;
}

static void list_tag(Landmarks *landmarks, int role, const char *start, const char *name_end, const char *tag_end)
{
    TagList *list = &landmarks->page->tags[ROLES[role].kind];
    if (list->count >= MAX_TAGS)
        return;
    if (list->tags == NULL && (list->tags = malloc(sizeof(ListedTag) * MAX_TAGS)) == NULL) {
        PyErr_NoMemory();
        landmarks->failed = true;
        return;
    }
    const char *origin = landmarks->start + landmarks->removed;
    list->tags[list->count++] = (ListedTag){start - origin, name_end - origin, tag_end - origin, ROLES[role].name};
}

/* Return the position behind the end tag of a drawing; NULL if it has none. */
static const char *end_of_drawing(Landmarks *page, int role, const char *position)
{
    const char *after, *end = page->is_unclosed[role] ? page->end : NULL;
    if (end == NULL)
        end = end_of_raw_text(position, page->end, ROLES[role].name, &after);
    /* An end tag without a `>` is none. */
    if (end == page->end || after[-1] != '>' || after <= end) {
        page->is_unclosed[role] = true;
        return NULL;
    }
    return after;
}

/* Whether the attributes of a script say that it is JSON-LD. */
static bool is_json_ld(Span attributes)
{
    static const char type[] = "application/ld+json";
    Py_ssize_t size = (Py_ssize_t)sizeof(type) - 1;
    for (Py_ssize_t offset = 0; offset + size <= attributes.size; offset++) {
        Py_ssize_t index = 0;
        while (index < size && small_letter(attributes.start[offset + index]) == type[index])
            index++;
        if (index == size)
            return true;
    }
    return false;
}

static const char *end_of_raw_element(Landmarks *page, int role, const char *name_end, const char *tag_end)
{
    const char *after, *text_end = end_of_raw_text(tag_end, page->end, ROLES[role].name, &after);
    bool is_data = strcmp(ROLES[role].name, "script") == 0 && text_end < page->end &&
                   PyList_Size(page->page->json_ld) < MAX_SCRIPTS && is_json_ld((Span){name_end, tag_end - name_end});
    if (is_data) {
        PyObject *text = PyUnicode_DecodeUTF8(tag_end, text_end - tag_end, "strict");
        if (text == NULL || PyList_Append(page->page->json_ld, text) < 0)
            page->failed = true;
        Py_XDECREF(text);
    }
    return after;
}

/* Leave out what lies from `start` to `end`. */
static void cut_out(Landmarks *page, const char *start, const char *end)
{
    buffer_add(&page->page->source, page->copied, start - page->copied);
    page->copied = end;
    page->removed += end - start;
}

/* Return where to search on after the `<` at `start`; NULL to end the search. */
static const char *read_landmark(Landmarks *page, const char *start, int *broken)
{
    const char *end = page->end, *name = start + 1, *name_end, *after;
    if (name == end)
        return end;
    if (*name == '!' || *name == '?' || (*name == '/' && name + 1 < end && !is_letter(name[1]))) {
        if (starts_with(name, end, "!--")) {
            after = end_of_comment(name + 1, end);
        } else {
            after = memchr(name + 1, '>', (size_t)(end - name - 1));
            after = after == NULL ? NULL : after + 1;
        }
        after = after == NULL ? end : after;
        cut_out(page, start, after);
        return after;
    }
    int role = role_of(name, end, &name_end);
    if (role < 0)
        return name;
    const char *tag_end = end_of_tag(name_end, end);
    if (tag_end == NULL)
        return ++*broken > MAX_BROKEN ? NULL : name_end;
    if (ROLES[role].role == LISTED || ROLES[role].role == LISTED_LINK) {
        list_tag(page, role, start, name_end, tag_end);
        if (strcmp(ROLES[role].name, "title") != 0)
            return tag_end;
        end_of_raw_text(tag_end, end, "title", &after);
        return after;
    }
    after = ROLES[role].role == DRAWING ? end_of_drawing(page, role, tag_end)
                                        : end_of_raw_element(page, role, name_end, tag_end);
    if (after == NULL)
        return tag_end;
    cut_out(page, start, after);
    return after;
}

/* Fill in the visible source of a page, its JSON-LD, and its tags. */
int read_landmarks(const char *markup, Py_ssize_t size, VisiblePage *page)
{
    Landmarks landmarks = {.start = markup, .end = markup + size, .page = page, .copied = markup};
    int broken = 0;
    if (!buffer_reserve(&page->source, size))
        return -1;
    for (const char *position = markup; position != NULL && position < landmarks.end && !landmarks.failed;) {
        position = memchr(position, '<', (size_t)(landmarks.end - position));
        if (position != NULL)
            position = read_landmark(&landmarks, position, &broken);
    }
    buffer_add(&page->source, landmarks.copied, landmarks.end - landmarks.copied);
    return landmarks.failed || page->source.failed ? -1 : 0;
}

static inline bool is_any_space(const char *position)
{
    return (unsigned char)*position <= ' ' || (unsigned char)*position >= 0xC2 ? space_size(position) > 0 : false;
}

/* Whether a byte belongs to no name of an attribute. */
static inline bool ends_name(char byte)
{
    switch (byte) {
    case '"':
    case '\'':
    case '<':
    case '>':
    case '/':
    case '=':
        return true;
    default:
        return is_space(byte);
    }
}

/* Return the next attribute from `position` on (`_ATTRIBUTE`); false if there is none. */
bool next_attribute(const char **position, const char *end, Span *name, Span *value)
{
    const char *start = *position;
    while (start < end && ends_name(*start))
        start++;
    if (start == end)
        return false;
    const char *name_end = start + 1;
    while (name_end < end && !ends_name(*name_end))
        name_end++;
    *name = (Span){start, name_end - start};
    *value = (Span){name_end, 0};
    *position = name_end;
    const char *next = skip_spaces(name_end, end);
    if (next == end || *next != '=')
        return true;
    next = skip_spaces(next + 1, end);
    if (next == end)
        return true;
    if (*next == '"' || *next == '\'') {
        const char *close = memchr(next + 1, *next, (size_t)(end - next - 1));
        if (close != NULL) {
            *value = (Span){next + 1, close - next - 1};
            *position = close + 1;
        }
        return true;
    }
    const char *last = next;
    while (last < end && *last != '>' && *last != '"' && *last != '\'' && !is_space(*last))
        last++;
    if (last > next) {
        *value = (Span){next, last - next};
        *position = last;
    }
    return true;
}

/* Return the position behind the name of a start tag at `position` (`_OPENER`); NULL if there is none. */
static const char *end_of_opener(const char *position, const char *end)
{
    if (position == end || *position != '<' || position + 1 == end || !is_letter(position[1]))
        return NULL;
    const char *next = position + 2;
    while (next < end && (is_letter(*next) || is_digit(*next)))
        next++;
    return next < end && (*next == '/' || *next == '>' || is_any_space(next)) ? next : NULL;
}

/* Return the `<` before a word, no more than `MAX_LOOK_BACK` code points before it and not before `start`. */
static const char *opening_before(const char *word, const char *start)
{
    int passed = 0;
    for (const char *position = word; position > start;) {
        position--;
        if (!is_continuation(*position) && ++passed > MAX_LOOK_BACK)
            return NULL;
        if (*position == '<')
            return position;
    }
    return NULL;
}

/* Buffers of one call: values without references, and marks as they stand and in small letters. */
typedef struct {
    Buffer decoded, joined, marks;
} MarkBuffers;

/* Return an element's class, id and roles in small letters (`StartTag.marks`). */
static Span marks_of(Span attributes, MarkBuffers *buffers)
{
    static const char *const MARKS[] = {"class", "id", "itemprop", "rel", "property"};
    buffers->joined.size = 0;
    for (size_t index = 0; index < sizeof(MARKS) / sizeof(MARKS[0]); index++) {
        Span value;
        if (!value_of(attributes, MARKS[index], &value, &buffers->decoded) || value.size == 0)
            continue;
        if (buffers->joined.size > 0)
            buffer_add(&buffers->joined, " ", 1);
        buffer_add(&buffers->joined, value.start, value.size);
    }
    lower((Span){buffers->joined.start, buffers->joined.size}, &buffers->marks);
    return (Span){buffers->marks.start, buffers->marks.size};
}

/* Whether a tag holds one of the words in its marks, or has the attribute of a date (`is_marked`). */
static bool is_marked(Span attributes, Span marks, const char *const *words, int count, Buffer *decoded)
{
    Span value;
    for (int word = 0; word < count; word++)
        if (contains(marks, words[word]))
            return true;
    return value_of(attributes, "pubdate", &value, decoded);
}

/* marked_tags(page, words, start, end, most) -> (name, attributes, start, end, marks), in code points, of those of the
   first start tags with one of the words that are marked with it. */
PyObject *marked_tags(PyObject *module, PyObject *arguments)
{
    PyObject *capsule, *words;
    Py_ssize_t start, end, most;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO!nnn", &capsule, &PyTuple_Type, &words, &start, &end, &most))
        return NULL;
    VisiblePage *page = visible_page_of(capsule);
    const char *texts[MOST_WORDS];
    int count = (int)PyTuple_Size(words);
    if (page == NULL || count > MOST_WORDS)
        return NULL;
    for (int index = 0; index < count; index++)
        if ((texts[index] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(words, index), NULL)) == NULL)
            return NULL;
    Span part = visible_part(page, start, end);
    const char *source_end = page->source.start + page->source.size, *part_end = part.start + part.size;
    const char *position = part.start, *next = part.start;
    MarkBuffers buffers = {0};
    PyObject *tags = PyList_New(0);
    if (!buffer_reserve(&buffers.decoded, 1) || !buffer_reserve(&buffers.joined, 1) ||
        !buffer_reserve(&buffers.marks, 1))
        Py_CLEAR(tags);
    for (int hits = 0, tags_seen = 0; tags != NULL && hits < MAX_WORDS && tags_seen < most; next++) {
        next = find_any_word(next, part_end, texts, count);
        if (next == NULL)
            break;
        hits++;
        if (next < position)
            continue;
        const char *opening = opening_before(next, part.start);
        opening = opening == NULL ? page->source.start : opening;
        const char *name_end = end_of_opener(opening, source_end);
        const char *tag_end = name_end == NULL ? NULL : end_of_tag(name_end, source_end);
        if (tag_end == NULL || tag_end <= next)
            continue;
        position = tag_end;
        tags_seen++;
        Span attributes = {name_end, tag_end - 1 - name_end}, marks = marks_of(attributes, &buffers);
        bool is_wanted = is_marked(attributes, marks, texts, count, &buffers.decoded);
        bool has_failed = buffers.decoded.failed || buffers.joined.failed || buffers.marks.failed;
        PyObject *tag = is_wanted && !has_failed ? start_tag(page, opening, name_end, tag_end, marks) : NULL;
        if (has_failed || (is_wanted && (tag == NULL || PyList_Append(tags, tag) < 0)))
            Py_CLEAR(tags);
        Py_XDECREF(tag);
    }
    buffer_free(&buffers.decoded);
    buffer_free(&buffers.joined);
    buffer_free(&buffers.marks);
    return tags;
}
