/* The twins of `KnownTokens.words` in `vocabulary.py`, and of `_ngram_words` in `signals.py`. */

#define WORD_FLAG_BITS 5

/* words_of(spans, entries, words, lengths, flags): fill in the last three, one item for each word of each token. */
static PyObject *words_of(PyObject *module, PyObject *arguments)
{
    Array arrays[5];
    (void)module;
    if (!take_arrays(arguments, "rrwww", arrays))
        return NULL;
    const int64_t *spans = integers(&arrays[0]), *entries = integers(&arrays[1]);
    int64_t *words = integers(&arrays[2]), *lengths = integers(&arrays[3]), *flags = integers(&arrays[4]);
    Py_ssize_t tokens = count_of(&arrays[0]), known = count_of(&arrays[1]), room = count_of(&arrays[2]), filled = 0;
    bool fits = count_of(&arrays[3]) == room && count_of(&arrays[4]) == room;
    for (Py_ssize_t token = 0; fits && token < tokens; token++) {
        int64_t first = spans[token] >> 32, count = spans[token] & UINT32_MAX;
        fits = first >= 0 && first + count <= known && filled + count <= room;
        for (int64_t index = first; fits && index < first + count; index++) {
            int64_t entry = entries[index];
            words[filled] = entry >> 32;
            lengths[filled] = (entry & UINT32_MAX) >> WORD_FLAG_BITS;
            flags[filled++] = entry & ((1 << WORD_FLAG_BITS) - 1);
        }
    }
    fits = demand(fits && filled == room, "each token has its words among the entries");
    release_all(arrays, 5);
    return fits ? Py_NewRef(Py_None) : NULL;
}

/* Whether each token has its words among the entries. */
static bool have_words(const int64_t *spans, Py_ssize_t tokens, Py_ssize_t known)
{
    for (Py_ssize_t token = 0; token < tokens; token++) {
        int64_t first = spans[token] >> 32;
        if (first < 0 || first + (spans[token] & UINT32_MAX) > known)
            return false;
    }
    return true;
}

/* ngram_words(spans, entries, chosen, token bounds, words, lengths, counts, flags) -> how many words the chosen tokens
   have with any of some flags; they are filled in, and the number of those of each text. */
static PyObject *ngram_words(PyObject *module, PyObject *arguments)
{
    Array arrays[7];
    (void)module;
    if (!take_arrays(arguments, "rrrrwww", arrays))
        return NULL;
    PyObject *flag_bits = PyTuple_GetItem(arguments, 7);
    long flags = flag_bits == NULL ? -1 : PyLong_AsLong(flag_bits);
    const int64_t *spans = integers(&arrays[0]), *entries = integers(&arrays[1]), *bounds = integers(&arrays[3]);
    const unsigned char *chosen = arrays[2].buffer.buf;
    int64_t *words = integers(&arrays[4]), *lengths = integers(&arrays[5]), *counts = integers(&arrays[6]);
    Py_ssize_t tokens = count_of(&arrays[0]), texts = count_of(&arrays[6]), room = count_of(&arrays[4]), filled = 0;
    bool fits = !PyErr_Occurred() && arrays[2].buffer.len == tokens && count_of(&arrays[3]) == texts + 1 &&
                count_of(&arrays[5]) == room && have_words(spans, tokens, count_of(&arrays[1])) &&
                are_within(bounds, bounds + 1, texts, tokens);
    for (Py_ssize_t text = 0; fits && text < texts; text++) {
        Py_ssize_t before = filled;
        for (int64_t token = bounds[text]; fits && token < bounds[text + 1]; token++) {
            int64_t first = spans[token] >> 32, count = chosen[token] ? spans[token] & UINT32_MAX : 0;
            fits = filled + count <= room;
            for (int64_t index = first; fits && index < first + count; index++)
                if (entries[index] & flags) {
                    words[filled] = entries[index] >> 32;
                    lengths[filled++] = (entries[index] & UINT32_MAX) >> WORD_FLAG_BITS;
                }
        }
        counts[text] = filled - before;
    }
    if (!fits && !PyErr_Occurred())
        demand(false, "each token has its words among the entries");
    release_all(arrays, 7);
    return fits ? PyLong_FromSsize_t(filled) : NULL;
}
