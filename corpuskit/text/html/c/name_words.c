/* What the words in class names and ids say of the text inside. Twin of name_words.py. */

#include "core.h"

#include <stdlib.h>

#define NAME_WORDS "corpuskit.text.html._core.name_words"
#define LONGEST_WORD 43

typedef struct {
    int32_t value;
    uint8_t size; /* 0 if there is no word */
    char word[LONGEST_WORD];
} Entry;

struct NameWords {
    size_t slots;
    Entry *entries;
};

static void free_name_words(NameWords *words)
{
    free(words->entries);
    free(words);
}

static void free_words_capsule(PyObject *capsule)
{
    NameWords *words = PyCapsule_GetPointer(capsule, NAME_WORDS);
    if (words != NULL)
        free_name_words(words);
}

/* Return the entry of a word in small letters, or the empty one where it belongs. */
static Entry *entry_of(const NameWords *words, Span word)
{
    size_t slot = (size_t)hash_of(word.start, word.size) & (words->slots - 1);
    while (words->entries[slot].size > 0 && (words->entries[slot].size != word.size ||
                                             memcmp(words->entries[slot].word, word.start, (size_t)word.size) != 0))
        slot = (slot + 1) & (words->slots - 1);
    return &words->entries[slot];
}

/* load_name_words(words, values): the words in small letters, a line each, and an int32 for each.
   Raises ValueError if these do not fit. */
PyObject *load_name_words(PyObject *module, PyObject *arguments)
{
    const char *lines, *values;
    Py_ssize_t lines_size, values_size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#y#", &lines, &lines_size, &values, &values_size))
        return NULL;
    NameWords *words = calloc(1, sizeof(NameWords));
    if (words == NULL)
        return PyErr_NoMemory();
    Py_ssize_t count = values_size / (Py_ssize_t)sizeof(int32_t);
    for (words->slots = 16; words->slots < 2 * (size_t)count;)
        words->slots *= 2;
    words->entries = calloc(words->slots, sizeof(Entry));
    if (words->entries == NULL) {
        free_name_words(words);
        return PyErr_NoMemory();
    }
    const char *position = lines, *end = lines + lines_size;
    bool fits = true;
    for (Py_ssize_t index = 0; fits && index < count; index++) {
        const char *line_end = position < end ? memchr(position, '\n', (size_t)(end - position)) : NULL;
        fits = line_end != NULL && line_end > position && line_end - position <= LONGEST_WORD;
        if (!fits)
            break;
        Entry *entry = entry_of(words, (Span){position, line_end - position});
        entry->size = (uint8_t)(line_end - position);
        memcpy(entry->word, position, entry->size);
        memcpy(&entry->value, values + index * (Py_ssize_t)sizeof(int32_t), sizeof(int32_t));
        position = line_end + 1;
    }
    PyObject *capsule = NULL;
    if (!fits || position != end)
        PyErr_SetString(PyExc_ValueError, "these are no words with a value each");
    else
        capsule = PyCapsule_New(words, NAME_WORDS, free_words_capsule);
    if (capsule == NULL)
        free_name_words(words);
    return capsule;
}

/* Return the words of a capsule; NULL with an exception if it holds something else. */
const NameWords *name_words_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, NAME_WORDS);
}

/* The least and the greatest value of known words. */
typedef struct {
    int32_t low, high;
} Extremes;

/* Return the extremes of the known words among names; 0 and 0 if there are none. */
static Extremes extremes_of(const NameWords *words, Span names)
{
    const char *position = names.start, *end = names.start + names.size;
    Extremes extremes = {0, 0};
    bool is_first = true;
    while (position < end) {
        const char *start = position;
        while (position < end && *position >= 'A' && *position <= 'Z')
            position++;
        while (position < end && *position >= 'a' && *position <= 'z')
            position++;
        Py_ssize_t size = position - start;
        if (size == 0)
            position++;
        if (size == 0 || size > LONGEST_WORD)
            continue;
        char word[LONGEST_WORD];
        for (Py_ssize_t letter = 0; letter < size; letter++)
            word[letter] = small_letter(start[letter]);
        const Entry *entry = entry_of(words, (Span){word, size});
        if (entry->size == 0)
            continue;
        extremes.low = is_first || entry->value < extremes.low ? entry->value : extremes.low;
        extremes.high = is_first || entry->value > extremes.high ? entry->value : extremes.high;
        is_first = false;
    }
    return extremes;
}

/* Fill in the extremes of each element. Elements with one start tag share their names, which are looked up once. */
static int fill_extremes(const Elements *elements, const NameWords *words, Extremes *own, Arena *arena)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)elements->count)
        slots *= 2;
    int32_t *seen = TAKE(arena, int32_t, slots);
    if (seen == NULL)
        return -1;
    memset(seen, 0xFF, sizeof(int32_t) * slots);
    for (int32_t node = 0; node < elements->count; node++) {
        const char *start = elements->names[node].start;
        size_t slot = (size_t)hash_of((const char *)&start, sizeof(start)) & (slots - 1);
        while (seen[slot] >= 0 && elements->names[seen[slot]].start != start)
            slot = (slot + 1) & (slots - 1);
        if (seen[slot] < 0) {
            seen[slot] = node;
            own[node] = extremes_of(words, elements->names[node]);
        } else {
            own[node] = own[seen[slot]];
        }
    }
    return 0;
}

static int32_t lesser(int32_t one, int32_t other)
{
    return one < other ? one : other;
}

static int32_t greater(int32_t one, int32_t other)
{
    return one > other ? one : other;
}

/* Fill in the columns of `ROWS`, of which those of a block begin at `columns + index * stride`. */
int fill_name_columns(const PageBlocks *page, const NameWords *words, int32_t *columns, Py_ssize_t stride, Arena *arena)
{
    const Elements *elements = &page->elements;
    const int32_t *parents = elements->parents;
    Extremes *own = TAKE(arena, Extremes, elements->count), *path = TAKE(arena, Extremes, elements->count);
    int32_t *sums = TAKE(arena, int32_t, elements->count);
    if (own == NULL || path == NULL || sums == NULL || fill_extremes(elements, words, own, arena) < 0)
        return -1;
    for (int32_t node = 0; node < elements->count; node++) {
        path[node] = own[node];
        sums[node] = own[node].low + own[node].high;
        if (node > 0) {
            Extremes around = path[parents[node]];
            path[node] = (Extremes){lesser(own[node].low, around.low), greater(own[node].high, around.high)};
            sums[node] += sums[parents[node]];
        }
    }
    for (Py_ssize_t index = 0; index < page->block_count; index++) {
        int32_t *row = columns + index * stride, node = page->blocks[index].node;
        Extremes around = own[parents[node]], above = own[parents[parents[node]]];
        row[0] = own[node].low;
        row[1] = own[node].high;
        row[2] = path[node].low;
        row[3] = path[node].high;
        row[4] = sums[node];
        row[5] = lesser(own[node].low, lesser(around.low, above.low));
        row[6] = greater(own[node].high, greater(around.high, above.high));
    }
    return 0;
}
