/* The twin of `breaks_in_lines` in `sentence_breaks.py`. */

#define PUNCTUATION 8

/* breaks_in_lines(spans, entries, last tokens, counts, stop flags): count the full stops in each line that a word
   follows, from the last token of each line. */
static PyObject *breaks_in_lines(PyObject *module, PyObject *arguments)
{
    Array arrays[4];
    (void)module;
    if (!take_arrays(arguments, "rrrw", arrays))
        return NULL;
    PyObject *flag_bits = PyTuple_GetItem(arguments, 4);
    long stop_flags = flag_bits == NULL ? -1 : PyLong_AsLong(flag_bits);
    const int64_t *spans = integers(&arrays[0]), *entries = integers(&arrays[1]), *last = integers(&arrays[2]);
    int64_t *counts = integers(&arrays[3]), token = 0;
    Py_ssize_t tokens = count_of(&arrays[0]), rows = count_of(&arrays[2]);
    bool fits = !PyErr_Occurred() && count_of(&arrays[3]) == rows && have_words(spans, tokens, count_of(&arrays[1]));
    for (Py_ssize_t row = 0; fits && row < rows; row++)
        fits = last[row] < tokens;
    for (Py_ssize_t row = 0; fits && row < rows; row++) {
        bool after_stop = false;
        counts[row] = 0;
        for (; token <= last[row]; token++) {
            int64_t first = spans[token] >> 32, count = spans[token] & UINT32_MAX;
            for (int64_t index = first; index < first + count; index++) {
                /* Punctuation that ends no sentence is looked past. */
                if ((entries[index] & (stop_flags | PUNCTUATION)) == PUNCTUATION)
                    continue;
                bool stop = (entries[index] & stop_flags) != 0;
                counts[row] += after_stop && !stop;
                after_stop = stop;
            }
        }
    }
    if (!fits && !PyErr_Occurred())
        demand(false, "each token has its words among the entries");
    release_all(arrays, 4);
    return fits ? Py_NewRef(Py_None) : NULL;
}
