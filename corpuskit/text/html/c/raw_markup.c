/* The source of a page without what no reader sees, for what it says about itself. Twin of `visible_markup` in
   raw_markup.py. */

#include "core.h"

#include <stdlib.h>

#define MAX_TAG (8 * 1024)
#define MAX_BROKEN 200
#define MAX_SCRIPTS 20
#define MAX_TAGS 400
#define LONGEST_NAME 8

/* What a name at a `<` means here. */
enum role { NO_ROLE, LISTED, LISTED_LINK, RAW_ELEMENT, DRAWING };
static const struct {
    const char *name;
    enum role role;
} ROLES[] = {
    {"body", LISTED},
    {"h1", LISTED},
    {"h2", LISTED},
    {"h3", LISTED},
    {"h4", LISTED},
    {"h5", LISTED},
    {"h6", LISTED},
    {"html", LISTED},
    {"iframe", RAW_ELEMENT},
    {"link", LISTED_LINK},
    {"math", DRAWING},
    {"meta", LISTED},
    {"noembed", RAW_ELEMENT},
    {"noframes", RAW_ELEMENT},
    {"script", RAW_ELEMENT},
    {"style", RAW_ELEMENT},
    {"svg", DRAWING},
    {"template", DRAWING},
    {"textarea", RAW_ELEMENT},
    {"title", LISTED},
    {"xmp", RAW_ELEMENT},
};
#define ROLE_COUNT ((int)(sizeof(ROLES) / sizeof(ROLES[0])))

typedef struct {
    const char *start, *end;
    Buffer source;
    Py_ssize_t length; /* code points of `source` and of what is yet to be copied to it, up to `counted` */
    const char *copied, *counted;
    PyObject *tags, *json_ld;
    int tag_counts[ROLE_COUNT]; /* of each name; headings are counted together */
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

/* Return the index in `ROLES` of the name at `name`, and where it ends; -1 if no name there means anything. */
static int role_of(const char *name, const char *end, const char **name_end)
{
    char letters[LONGEST_NAME + 1];
    int size = 0;
    while (size < LONGEST_NAME && name + size < end && (is_letter(name[size]) || is_digit(name[size]))) {
        letters[size] = small_letter(name[size]);
        size++;
    }
    letters[size] = '\0';
    *name_end = name + size;
    if (size == 0 || *name_end == end || !(is_space(**name_end) || **name_end == '/' || **name_end == '>'))
        return -1;
    for (int index = 0; index < ROLE_COUNT; index++)
        if (ROLES[index].name[0] == letters[0] && strcmp(ROLES[index].name, letters) == 0)
            return ROLES[index].role == LISTED_LINK && !is_canonical(*name_end, end) ? -1 : index;
    return -1;
}

/* Return the position `characters` code points behind another, or the end. */
static const char *limit_of(const char *position, const char *end, Py_ssize_t characters)
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
static const char *end_of_tag(const char *position, const char *end)
{
    /* Nearly all tags end within so many bytes, which are no more code points than allowed; and a quotation mark that
       nothing closes within four times as many is not closed within so many code points either. */
    const char *close = end_of_attributes(position, end - position > 4 * MAX_TAG ? position + 4 * MAX_TAG : end);
    if (close == NULL || close - position >= MAX_TAG)
        close = end_of_attributes(position, limit_of(position, end, MAX_TAG));
    return close == NULL ? NULL : close + 1;
}

/* Return how many code points of the visible source lie before `position`. */
static Py_ssize_t visible_length(Landmarks *page, const char *position)
{
    page->length += length_of(page->counted, position - page->counted);
    page->counted = position;
    return page->length;
}

static void list_tag(Landmarks *page, int role, const char *start, const char *name_end, const char *tag_end)
{
    bool is_heading = ROLES[role].name[0] == 'h' && is_digit(ROLES[role].name[1]);
    int kind = is_heading ? 1 : role;
    if (page->tag_counts[kind]++ >= MAX_TAGS)
        return;
    Py_ssize_t first = visible_length(page, start), last = visible_length(page, tag_end);
    PyObject *tag = Py_BuildValue("(ss#nn)", ROLES[role].name, name_end, tag_end - 1 - name_end, first, last);
    if (tag == NULL || PyList_Append(page->tags, tag) < 0)
        page->failed = true;
    Py_XDECREF(tag);
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
                   PyList_Size(page->json_ld) < MAX_SCRIPTS && is_json_ld((Span){name_end, tag_end - name_end});
    if (is_data) {
        PyObject *text = PyUnicode_DecodeUTF8(tag_end, text_end - tag_end, "strict");
        if (text == NULL || PyList_Append(page->json_ld, text) < 0)
            page->failed = true;
        Py_XDECREF(text);
    }
    return after;
}

/* Leave out what lies from `start` to `end`. */
static void cut_out(Landmarks *page, const char *start, const char *end)
{
    visible_length(page, start);
    buffer_add(&page->source, page->copied, start - page->copied);
    page->copied = page->counted = end;
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
    /* Most tags begin with another letter than these. */
    bool may_mean = is_letter(*name) && strchr("bhilmnstx", small_letter(*name)) != NULL;
    int role = may_mean ? role_of(name, end, &name_end) : -1;
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

/* visible_markup(markup) -> the visible source, the JSON-LD, and (name, attributes, start, end) of each listed tag. */
PyObject *visible_markup(PyObject *module, PyObject *markup)
{
    (void)module;
    Py_ssize_t size;
    const char *start = PyUnicode_AsUTF8AndSize(markup, &size);
    if (start == NULL)
        return NULL;
    Landmarks page = {.start = start, .end = start + size, .copied = start, .counted = start};
    page.tags = PyList_New(0);
    page.json_ld = PyList_New(0);
    page.failed = page.tags == NULL || page.json_ld == NULL;
    int broken = 0;
    for (const char *position = start; position != NULL && position < page.end && !page.failed;) {
        position = memchr(position, '<', (size_t)(page.end - position));
        if (position != NULL)
            position = read_landmark(&page, position, &broken);
    }
    buffer_add(&page.source, page.copied, page.end - page.copied);
    PyObject *source = NULL, *result = NULL;
    if (!page.failed && !page.source.failed)
        source = PyUnicode_DecodeUTF8(page.source.start == NULL ? "" : page.source.start, page.source.size, "strict");
    if (source != NULL)
        result = PyTuple_Pack(3, source, page.json_ld, page.tags);
    Py_XDECREF(source);
    Py_XDECREF(page.tags);
    Py_XDECREF(page.json_ld);
    buffer_free(&page.source);
    return result;
}
