/* The twin of `KnownTokens.words` in `vocabulary.py`. */

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
