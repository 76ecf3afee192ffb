/* The tags of a page that may declare something on its use. Twin of declaring_tags.py. */

#include "core.h"

#include <stdlib.h>

#define HEAD_WORDS "corpuskit.text.html._core.head_words"
#define MAX_DECLARING_HEAD (128 * 1024)
#define MAX_DECLARING_TAG 8000
#define MAX_TO_REL 2000
#define MOST_OF_SET 250
/* What the type of an element with a licence in RSL has. */
#define RSL "rsl+xml"

/* Words in small letters, and how a text is searched for them. */
typedef struct {
    Word words[MOST_OF_SET];
    WordSet set;
    Skips skips;
    Beginnings beginnings; /* which are looked for in less time, if they are few */
    PyObject *texts; /* whose bytes these are */
} WordList;

typedef struct {
    WordList marks, names;
} HeadWords;

static void free_head_words(HeadWords *words)
{
    Py_XDECREF(words->marks.texts);
    Py_XDECREF(words->names.texts);
    free(words);
}

static void free_head_capsule(PyObject *capsule)
{
    HeadWords *words = PyCapsule_GetPointer(capsule, HEAD_WORDS);
    if (words != NULL)
        free_head_words(words);
}

static bool is_plain_word(const char *word, Py_ssize_t size)
{
    for (Py_ssize_t index = 0; index < size; index++)
        if (word[index] <= ' ' || (unsigned char)word[index] >= 0x80 || small_letter(word[index]) != word[index])
            return false;
    return size >= 2;
}

/* Take sorted words; false if there are too many or one is not of small letters of ASCII. */
static bool take_words(PyObject *texts, WordList *list)
{
    Py_ssize_t count = PyTuple_Size(texts), size;
    if (count < 1 || count > MOST_OF_SET)
        return false;
    for (Py_ssize_t index = 0; index < count; index++) {
        const char *word = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(texts, index), &size);
        if (word == NULL || !is_plain_word(word, size) || strlen(word) != (size_t)size)
            return false;
        list->words[index] = (Word){word, 0};
    }
    list->texts = Py_NewRef(texts);
    index_words(&list->set, list->words, (int)count);
    index_skips(&list->skips, list->words, (int)count);
    index_beginnings(&list->beginnings, list->words, (int)count);
    return true;
}

/* load_head_words(marks, names): words for `declaring_tags`, sorted; None if one of them cannot be looked for here. */
PyObject *load_head_words(PyObject *module, PyObject *arguments)
{
    PyObject *marks, *names;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyTuple_Type, &marks, &PyTuple_Type, &names))
        return NULL;
    HeadWords *words = calloc(1, sizeof(HeadWords));
    if (words == NULL)
        return PyErr_NoMemory();
    if (!take_words(marks, &words->marks) || !take_words(names, &words->names)) {
        free_head_words(words);
        if (PyErr_Occurred())
            return NULL;
        Py_RETURN_NONE;
    }
    PyObject *capsule = PyCapsule_New(words, HEAD_WORDS, free_head_capsule);
    if (capsule == NULL)
        free_head_words(words);
    return capsule;
}

/* Whether a text has one of the words, whatever the case of letters. */
static bool has_word(const WordList *list, Span text)
{
    const char *position = text.start, *end = position + text.size;
    bool are_few = list->beginnings.count > 0;
    while ((position = are_few ? next_beginning(&list->beginnings, position, end)
                               : next_candidate(&list->skips, position, end)) < end) {
        const Word *word = words_at(&list->set, position, end);
        if (word != NULL && next_word_fits(&list->set, &word, position, end))
            return true;
        position++;
    }
    return false;
}

/* Return where a word is, whatever the case of its letters; NULL if there is none. */
static const char *find_word(const char *position, const char *end, const char *word)
{
    for (; (position = find_letters(position, end, word)) != NULL; position++)
        if (after_word(position, end, word) != NULL)
            return position;
    return NULL;
}

/* Whether a character of ASCII is a space to the patterns for bytes. */
static bool is_pattern_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r' && byte != '\v');
}

/* Return where a value without quotation marks ends. */
static const char *end_of_bare_value(const char *position, const char *end)
{
    while (position < end && !is_pattern_space(*position) && *position != '"' && *position != '\'' && *position != '>')
        position++;
    return position;
}

/* Return where the value at `position` ends, behind its quotation mark if it has one, and where it begins. */
static const char *end_of_pattern_value(const char **position, const char *end)
{
    if (*position == end || (**position != '"' && **position != '\''))
        return end_of_bare_value(*position, end);
    const char *close = memchr(*position + 1, **position, (size_t)(end - *position - 1));
    ++*position;
    return close == NULL ? end : close;
}

static bool has_reference(const char *start, const char *end)
{
    return end > start && memchr(start, '&', (size_t)(end - start)) != NULL;
}

/* Whether a `name` or a `type` has a reference in its value (`_naming`). */
static bool has_referring_name(Span text)
{
    const char *end = text.start + text.size, *bare_end = text.start;
    for (const char *position = text.start; position < end; position++) {
        const char first = *position | 0x20, *after = NULL;
        if (first == 'n' || first == 't')
            after = after_word(position, end, first == 'n' ? "name" : "type");
        if (after == NULL)
            continue;
        while (after < end && is_pattern_space(*after))
            after++;
        if (after == end || *after++ != '=')
            continue;
        while (after < end && is_pattern_space(*after))
            after++;
        /* What lies in a value that was looked at ends where that one does. */
        if (after < bare_end)
            continue;
        bool is_bare = after < end && *after != '"' && *after != '\'';
        const char *value_end = end_of_pattern_value(&after, end);
        if (has_reference(after, value_end))
            return true;
        bare_end = is_bare ? value_end : bare_end;
    }
    return false;
}

static bool is_license_value(const char *start, const char *end)
{
    if (has_reference(start, end))
        return true;
    for (; start < end; start++)
        if (after_word(start, end, "license") != NULL || after_word(start, end, "licence") != NULL)
            return true;
    return false;
}

/* Whether a part has a `rel` whose value may have the word `license` (`_REL`). */
static bool has_license_relation(const char *start, const char *end)
{
    const char *bare_end = start;
    for (const char *position = start; position < end; position++) {
        const char *after = (*position | 0x20) == 'r' ? after_word(position, end, "rel") : NULL;
        if (after == NULL || (position > start && is_word_byte(position[-1])))
            continue;
        while (after < end && (is_pattern_space(*after) || (unsigned char)*after >= 0x80))
            after++;
        if (after == end || *after++ != '=')
            continue;
        while (after < end && (is_pattern_space(*after) || (unsigned char)*after >= 0x80))
            after++;
        if (after < bare_end)
            continue;
        bool is_bare = after < end && *after != '"' && *after != '\'';
        const char *value_end = end_of_pattern_value(&after, end);
        if (is_license_value(after, value_end))
            return true;
        bare_end = is_bare ? value_end : bare_end;
    }
    return false;
}

/* Whether there may be a `rel` with the word `license` (`_has_license_tag`). */
static bool has_license_tag(const char *start, const char *end)
{
    const char *position = start;
    while (position < end && (position = find_word(position, end, "license")) != NULL) {
        const char *first = position - start > MAX_TO_REL ? position - MAX_TO_REL : start;
        const char *last = end - position > MAX_TO_REL ? position + MAX_TO_REL : end;
        if (has_license_relation(first, last))
            return true;
        position = end - position > MAX_TO_REL - 7 ? position + MAX_TO_REL - 7 : end;
    }
    return false;
}

/* Whether a character goes on with a word. */
static bool is_word_character(const char *position)
{
    if ((unsigned char)*position < 0x80)
        return is_word_byte(*position);
    return is_of_class(next_code(&position), "isalnum");
}

/* Return the position behind a word at `position` that ends there, in whatever case; NULL if there is none. */
static const char *after_whole_word(const char *position, const char *end, const char *word)
{
    const char *after = after_word(position, end, word);
    return after == NULL || (after < end && is_word_character(after)) ? NULL : after;
}

/* Return where the end of a head or the start of a body is; NULL if neither is in a part. */
static const char *find_head_end(const char *start, const char *end, const char **after)
{
    for (const char *next = start; (next = memchr(next, '<', (size_t)(end - next))) != NULL; next++) {
        *after = end - next > 1 && next[1] == '/' ? after_whole_word(next + 2, end, "head")
                                                  : after_whole_word(next + 1, end, "body");
        if (*after != NULL)
            return next;
    }
    return NULL;
}

/* Return the head of a page (`_head`). */
static Span head_of(const char *start, const char *end)
{
    /* Nearly all heads end within so many bytes, which are no more code points than allowed. */
    const char *limit = end - start > MAX_DECLARING_HEAD ? start + MAX_DECLARING_HEAD : end;
    const char *after, *close = find_head_end(start, limit, &after);
    if (close == NULL || after - start >= MAX_DECLARING_HEAD) {
        end = limit_of(start, end, MAX_DECLARING_HEAD);
        close = find_head_end(start, end, &after);
    }
    return (Span){start, (close == NULL ? end : close) - start};
}

enum tag_kind { NO_TAG, META, LINK_TAG, ANCHOR_TAG, SCRIPT_TAG, NOSCRIPT_TAG, OTHER_RAW };
static const struct {
    const char *name;
    enum tag_kind kind;
} TAG_NAMES[] = {
    {"meta", META},         {"link", LINK_TAG},      {"a", ANCHOR_TAG},    {"script", SCRIPT_TAG},
    {"style", OTHER_RAW},   {"template", OTHER_RAW}, {"title", OTHER_RAW}, {"textarea", OTHER_RAW},
    {"xmp", OTHER_RAW},     {"iframe", OTHER_RAW},   {"noscript", NOSCRIPT_TAG},
};
#define TAG_NAME_COUNT ((int)(sizeof(TAG_NAMES) / sizeof(TAG_NAMES[0])))

/* Return the index of the name at `position` and where it ends; -1 if no name there is read (`_START`). */
static int tag_name_at(const char *position, const char *end, const char **name_end)
{
    for (int index = 0; index < TAG_NAME_COUNT; index++) {
        if (position == end || small_letter(*position) != TAG_NAMES[index].name[0])
            continue;
        const char *after = after_word(position, end, TAG_NAMES[index].name);
        if (after == NULL)
            continue;
        *name_end = after;
        if (TAG_NAMES[index].kind >= SCRIPT_TAG ? after == end || !is_word_character(after)
                                                : after < end && (*after == '/' || space_size(after) > 0))
            return index;
    }
    return -1;
}

/* Return where the `>` of a tag is, outside quotes; of a tag that does not end soon, an early guess (`_tag_end`). */
static const char *end_of_declaring_tag(const char *position, const char *end)
{
    /* Nearly all tags end within so many bytes, which are no more code points than allowed. */
    const char *limit = end - position > MAX_DECLARING_TAG ? position + MAX_DECLARING_TAG : end;
    const char *first_end = memchr(position, '>', (size_t)(limit - position));
    if (first_end == NULL) {
        limit = limit_of(position, end, MAX_DECLARING_TAG);
        first_end = memchr(position, '>', (size_t)(limit - position));
    }
    if (first_end == NULL)
        return limit;
    int quotes = 0;
    for (const char *next = position; next < first_end; next++)
        quotes += *next == '\'' ? 2 * MAX_DECLARING_TAG : *next == '"';
    if (quotes < 2 * MAX_DECLARING_TAG && quotes % 2 == 0)
        return first_end;
    char quote = '\0';
    bool is_limit_known = false;
    for (const char *next = position; true; next++) {
        if (next == limit && !is_limit_known) {
            /* Where so many code points end takes longer to tell than where most tags do. */
            limit = limit_of(position, end, MAX_DECLARING_TAG);
            is_limit_known = true;
        }
        if (next == limit)
            return first_end;
        if (quote != '\0')
            quote = *next == quote ? '\0' : quote;
        else if (*next == '>')
            return next;
        else if (*next == '"' || *next == '\'')
            quote = *next;
    }
}

/* Return where the content of an element ends that is no markup (`_raw_end`). */
static const char *end_of_content(const char *position, const char *end, const char *name)
{
    for (; position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL; position++)
        if (end - position > 2 && position[1] == '/' && after_word(position + 2, end, name) != NULL)
            return position;
    return end;
}

static bool has_letters(Span text, const char *word)
{
    const char *end = text.start + text.size;
    return find_word(text.start, end, word) != NULL;
}

/* Whether a character before `position` belongs to a word. */
static bool is_behind_word(const char *start, const char *position)
{
    if (position == start)
        return false;
    for (position--; position > start && is_continuation(*position);)
        position--;
    return is_word_character(position);
}

/* Return the value of what may be a `name` that ends at `position`, without spaces at its ends (`_NAME`). */
static bool value_of_name(const char *position, const char *end, Span *value)
{
    int size;
    while (position < end && (size = space_size(position)) > 0)
        position += size;
    if (position == end || *position++ != '=')
        return false;
    while (position < end && (size = space_size(position)) > 0)
        position += size;
    if (position < end && (*position == '"' || *position == '\'')) {
        const char *close = memchr(position + 1, *position, (size_t)(end - position - 1));
        *value = without_spaces((Span){position + 1, close == NULL ? 0 : close - position - 1});
        return close != NULL;
    }
    const char *last = position;
    while (last < end && *last != '"' && *last != '\'' && *last != '>' && space_size(last) == 0)
        last++;
    *value = (Span){position, last - position};
    return last > position;
}

/* Whether a value is one of the names; the type that is among the words is none. */
static bool is_one_of(const WordList *names, Span value)
{
    const char *end = value.start + value.size;
    for (int index = 0; index < names->set.count; index++)
        if (after_word(value.start, end, names->words[index].word) == end &&
            strcmp(names->words[index].word, RSL) != 0)
            return true;
    return false;
}

/* Whether a `meta` may have a name that is read (`_may_be_named`). */
static bool may_be_named(Span tag, const WordList *names)
{
    const char *end = tag.start + tag.size;
    for (const char *position = tag.start; position < end; position++) {
        Span value;
        const char *after = (*position | 0x20) == 'n' ? after_word(position, end, "name") : NULL;
        if (after == NULL || is_behind_word(tag.start, position) || !value_of_name(after, end, &value))
            continue;
        if (has_reference(value.start, value.start + value.size) || is_one_of(names, value))
            return true;
    }
    return false;
}

/* Whether a tag is to be returned. */
static bool is_wanted(enum tag_kind kind, Span tag, const WordList *names)
{
    if (names == NULL)
        return (kind == LINK_TAG || kind == ANCHOR_TAG) && (has_letters(tag, "license") || has_letters(tag, "licence"));
    if (kind == META)
        return may_be_named(tag, names);
    return (kind == LINK_TAG || kind == SCRIPT_TAG) &&
           (has_reference(tag.start, tag.start + tag.size) || has_letters(tag, RSL));
}

/* Add the tags of a part that are wanted: those of a head by their `names`, or of any part with a licence; false with
   an exception. */
static bool add_tags(Span part, const WordList *names, PyObject *tags)
{
    const char *position = part.start, *end = position + part.size, *name_end;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        if (starts_with(position, end, "<!--")) {
            position = find_bytes(position + 4, end, "-->");
            if (position == NULL)
                break;
            position += 3;
            continue;
        }
        int index = tag_name_at(position + 1, end, &name_end);
        if (index < 0) {
            position++;
            continue;
        }
        enum tag_kind kind = TAG_NAMES[index].kind;
        const char *tag_end = end_of_declaring_tag(name_end, end), *content = tag_end;
        position = tag_end;
        if (kind == SCRIPT_TAG || kind == OTHER_RAW)
            position = end_of_content(tag_end, end, TAG_NAMES[index].name);
        if (!is_wanted(kind, (Span){name_end, tag_end - name_end}, names))
            continue;
        if (kind == SCRIPT_TAG && content < position)
            next_code(&content);
        PyObject *tag = Py_BuildValue("(ss#s#)", TAG_NAMES[index].name, name_end, tag_end - name_end, content,
                                      kind == SCRIPT_TAG ? position - content : 0);
        if (tag == NULL || PyList_Append(tags, tag) < 0) {
            Py_XDECREF(tag);
            return false;
        }
        Py_DECREF(tag);
    }
    return true;
}

/* declaring_tags(markup, words) -> the tags of its head and those with a licence, each a list of (name, attributes,
   content); None if the markup has surrogates. */
PyObject *declaring_tags(PyObject *module, PyObject *arguments)
{
    PyObject *markup, *capsule;
    Py_ssize_t size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO", &markup, &capsule))
        return NULL;
    const HeadWords *words = PyCapsule_GetPointer(capsule, HEAD_WORDS);
    if (words == NULL)
        return NULL;
    const char *start = utf8_of(markup, &size);
    if (start == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    Span head = head_of(start, start + size);
    PyObject *of_head = PyList_New(0), *licensing = PyList_New(0);
    bool is_sound = of_head != NULL && licensing != NULL && add_tags(head, &words->names, of_head);
    /* Few heads have such a tag, and looking for words in a whole head takes longer. */
    if (is_sound && PyList_Size(of_head) > 0 &&
        !(has_word(&words->marks, head) && (has_word(&words->names, head) || has_referring_name(head))))
        is_sound = PyList_SetSlice(of_head, 0, PyList_Size(of_head), NULL) == 0;
    if (is_sound && has_license_tag(start, start + size))
        is_sound = add_tags((Span){start, size}, NULL, licensing);
    PyObject *tags = is_sound ? PyTuple_Pack(2, of_head, licensing) : NULL;
    Py_XDECREF(of_head);
    Py_XDECREF(licensing);
    return tags;
}
