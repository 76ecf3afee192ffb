/* The twin of `layout.py`: where white space parts tokens and lines, and which spans come again in their text. */

/* What a byte begins. */
enum { ORDINARY, SPACE, LINE_END, LINE_FEED, CARRIAGE_RETURN, WIDE };
static const unsigned char BEGINS[256] = {
    ['\t'] = SPACE, [0x1F] = SPACE,    [' '] = SPACE,     ['\v'] = LINE_END, ['\f'] = LINE_END,
    [0x1C] = LINE_END, [0x1D] = LINE_END, [0x1E] = LINE_END, ['\n'] = LINE_FEED, ['\r'] = CARRIAGE_RETURN,
    [0xC2] = WIDE,  [0xE1] = WIDE,     [0xE2] = WIDE,     [0xE3] = WIDE,
};

/* Whether the Ethiopic mark between words, U+1361, stands at an offset. */
static bool is_word_mark(const unsigned char *data, int64_t offset, int64_t size)
{
    return offset >= 0 && offset + 2 < size && data[offset] == 0xE1 && data[offset + 1] == 0x8D &&
           data[offset + 2] == 0xA1;
}

/* Return the bytes of the white space beyond ASCII at an offset, 0 if there is none; say whether it ends a line. */
static int wide_whitespace(const unsigned char *data, int64_t offset, int64_t size, bool parts_at_marks, bool *ends_line)
{
    *ends_line = false;
    if (data[offset] == 0xC2) {
        unsigned char second = offset + 1 < size ? data[offset + 1] : 0;
        *ends_line = second == 0x85;
        return second == 0x85 || second == 0xA0 ? 2 : 0;
    }
    if (offset + 2 >= size)
        return 0;
    unsigned int value = (unsigned int)data[offset] << 16 | (unsigned int)data[offset + 1] << 8 | data[offset + 2];
    *ends_line = value == 0xE280A8 || value == 0xE280A9;
    if (*ends_line || (value >= 0xE28080 && value <= 0xE2808A) || value == 0xE280AF || value == 0xE2819F ||
        value == 0xE19A80 || value == 0xE38080)
        return 3;
    /* Two of them together end a sentence, and stay. */
    bool alone = parts_at_marks && value == 0xE18DA1 && !is_word_mark(data, offset - 3, size) &&
                 !is_word_mark(data, offset + 3, size);
    return alone ? 3 : 0;
}

typedef struct {
    Growing token_starts, token_ends, line_ends, line_feeds;
} Layout;

/* Find the tokens and lines of texts, each of which a line feed ends; false for lack of memory. */
static bool lay_out_bytes(const unsigned char *data, int64_t size, bool parts_at_marks, Layout *layout)
{
    int64_t start = 0, offset = 0;
    while (offset < size) {
        int kind = BEGINS[data[offset]], width = 1;
        bool ends_line = kind == LINE_END || kind == LINE_FEED;
        if (kind == ORDINARY) {
            offset++;
            continue;
        }
        if (kind == WIDE) {
            width = wide_whitespace(data, offset, size, parts_at_marks, &ends_line);
            if (width == 0) {
                offset++;
                continue;
            }
        }
        if (kind == CARRIAGE_RETURN)
            ends_line = offset + 1 == size || data[offset + 1] != '\n';
        if (offset > start && (!append(&layout->token_starts, start) || !append(&layout->token_ends, offset)))
            return false;
        offset += width;
        start = offset;
        if ((ends_line && !append(&layout->line_ends, offset - 1)) ||
            (kind == LINE_FEED && !append(&layout->line_feeds, offset - 1)))
            return false;
    }
    return true;
}

/* lay_out(data, parts_at_marks) -> token starts, token ends, line ends and line feeds, as the bytes of arrays. */
static PyObject *lay_out(PyObject *module, PyObject *arguments)
{
    const char *data;
    Py_ssize_t size;
    int parts_at_marks;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#p", &data, &size, &parts_at_marks))
        return NULL;
    Layout layout = {0};
    PyObject *result = NULL;
    if (lay_out_bytes((const unsigned char *)data, size, parts_at_marks, &layout))
        result = Py_BuildValue("(NNNN)", as_bytes(&layout.token_starts), as_bytes(&layout.token_ends),
                               as_bytes(&layout.line_ends), as_bytes(&layout.line_feeds));
    else
        PyErr_NoMemory();
    free(layout.token_starts.items);
    free(layout.token_ends.items);
    free(layout.line_ends.items);
    free(layout.line_feeds.items);
    return result;
}

/* Return a hash of some bytes of a text. */
static uint64_t hash_of_content(const unsigned char *bytes, int64_t size, int64_t text)
{
    uint64_t hash = ((uint64_t)text * LONG + (uint64_t)size) * LENGTH;
    for (int64_t done = 0; done < size; done += 8) {
        hash = (hash ^ block_at(bytes + done, size - done)) * SHORT;
        hash ^= hash >> 32;
    }
    return hash * LAST;
}

/* Set a flag for each span that equals an earlier one of its text; `slots` are so many, a power of two, all 0. */
static void mark_repeated(const unsigned char *data, const Array *arrays, Py_ssize_t count, uint32_t *slots,
                          size_t slot_count)
{
    const int64_t *starts = integers(&arrays[1]), *ends = integers(&arrays[2]), *texts = integers(&arrays[3]);
    unsigned char *is_repeat = arrays[4].buffer.buf;
    for (Py_ssize_t index = 0; index < count; index++) {
        int64_t size = ends[index] - starts[index];
        size_t slot = (size_t)(hash_of_content(data + starts[index], size, texts[index]) >> 20) & (slot_count - 1);
        for (; slots[slot] != 0; slot = (slot + 1) & (slot_count - 1)) {
            uint32_t other = slots[slot] - 1;
            if (texts[other] == texts[index] && ends[other] - starts[other] == size &&
                memcmp(data + starts[other], data + starts[index], (size_t)size) == 0)
                break;
        }
        is_repeat[index] = slots[slot] != 0;
        if (slots[slot] == 0)
            slots[slot] = (uint32_t)index + 1;
    }
}

/* mark_repeats(data, starts, ends, texts, is_repeat): say which spans equal an earlier one of their text. */
static PyObject *mark_repeats(PyObject *module, PyObject *arguments)
{
    Array arrays[5];
    (void)module;
    if (!take_arrays(arguments, "rrrrw", arrays))
        return NULL;
    Py_ssize_t count = count_of(&arrays[1]);
    bool fits = count_of(&arrays[2]) == count && count_of(&arrays[3]) == count && arrays[4].buffer.len == count &&
                count < UINT32_MAX &&
                are_within(integers(&arrays[1]), integers(&arrays[2]), count, arrays[0].buffer.len);
    size_t slot_count = slots_for((size_t)count);
    uint32_t *slots = demand(fits, "spans lie within the bytes") ? calloc(slot_count, sizeof *slots) : NULL;
    if (slots != NULL)
        mark_repeated(arrays[0].buffer.buf, arrays, count, slots, slot_count);
    else if (fits)
        PyErr_NoMemory();
    release_all(arrays, 5);
    bool done = slots != NULL;
    free(slots);
    return done ? Py_NewRef(Py_None) : NULL;
}
