/* The twin of `offsets_of_clues` in `notice_clues.py`. */

#define MOST_CLUES 64

static int in_lower_case(int byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

/* Whether a word in small letters, which a line feed ends, stands at the start of some bytes in any letter case. */
static bool begins_with(const unsigned char *bytes, Py_ssize_t size, const unsigned char *word)
{
    Py_ssize_t index = 0;
    while (word[index] != '\n' && index < size && in_lower_case(bytes[index]) == word[index])
        index++;
    return word[index] == '\n';
}

/* Words to be sought, each of which a line feed ends. */
typedef struct {
    const unsigned char *words[MOST_CLUES];
    int count;
    /* Whether two bytes begin one of them: letters of other scripts have few first bytes, so one says little. */
    bool begin[256][256];
} Clues;

/* Part words at their line feeds; false if there are too many, or the last one has no end. */
static bool take_clues(const unsigned char *words, Py_ssize_t size, Clues *clues)
{
    memset(clues, 0, sizeof *clues);
    for (Py_ssize_t index = 0; index < size; index++) {
        if (index > 0 && words[index - 1] != '\n')
            continue;
        if (clues->count == MOST_CLUES)
            return false;
        const unsigned char *word = clues->words[clues->count++] = words + index;
        for (int byte = 0; byte < 256; byte++)
            for (int next = 0; in_lower_case(byte) == word[0] && next < 256; next++)
                clues->begin[byte][next] |= word[1] == '\n' || in_lower_case(next) == word[1];
    }
    return size > 0 && words[size - 1] == '\n';
}

/* Whether one of the words stands at the start of some bytes. */
static bool begins_with_any(const unsigned char *bytes, Py_ssize_t size, const Clues *clues)
{
    for (int index = 0; index < clues->count; index++)
        if (clues->words[index][0] == in_lower_case(bytes[0]) && begins_with(bytes, size, clues->words[index]))
            return true;
    return false;
}

/* offsets_of(data, words) -> where one of some words begins in any letter case, as the bytes of an array; they are in
   small letters, and a line feed ends each. */
static PyObject *offsets_of(PyObject *module, PyObject *arguments)
{
    const char *data, *words;
    Py_ssize_t size, size_of_words;
    Clues clues;
    Growing offsets = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#y#", &data, &size, &words, &size_of_words) ||
        !demand(take_clues((const unsigned char *)words, size_of_words, &clues), "a line feed ends each of some words"))
        return NULL;
    const unsigned char *bytes = (const unsigned char *)data;
    bool done = true;
    for (Py_ssize_t offset = 0; done && offset < size; offset++) {
        unsigned char next = offset + 1 < size ? bytes[offset + 1] : 0;
        if (clues.begin[bytes[offset]][next] && begins_with_any(bytes + offset, size - offset, &clues))
            done = append(&offsets, offset);
    }
    PyObject *result = done ? as_bytes(&offsets) : PyErr_NoMemory();
    free(offsets.items);
    return result;
}
