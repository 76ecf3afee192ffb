/* The twin of `_marks_in_rows` in `measured_lines.py`. */

static const unsigned char IS_MARK_OF_CODE[256] = {['='] = 1, ['{'] = 1, ['}'] = 1,  ['<'] = 1, ['>'] = 1,
                                                   [';'] = 1, ['_'] = 1, ['\\'] = 1, ['|'] = 1, ['$'] = 1,
                                                   ['('] = 1, [0xE2] = 1};

/* Whether a byte of those that may be a mark of code is one. */
static bool is_mark_of_code(const unsigned char *data, int64_t offset, int64_t size)
{
    unsigned char next = offset + 1 < size ? data[offset + 1] : 0;
    if (data[offset] == '$')
        /* A price is no code. */
        return next < '0' || next > '9';
    if (data[offset] == '(')
        return offset > 0 && data[offset - 1] > ' ';
    /* The lines of tables that are drawn, U+2500 to U+257F, are E2 94 and E2 95. */
    return data[offset] != 0xE2 || next == 0x94 || next == 0x95;
}

/* marks_in_rows(data, starts, ends, counts): count the marks of code in each span. */
static PyObject *marks_in_rows(PyObject *module, PyObject *arguments)
{
    Array arrays[4];
    (void)module;
    if (!take_arrays(arguments, "rrrw", arrays))
        return NULL;
    const unsigned char *data = arrays[0].buffer.buf;
    const int64_t *starts = integers(&arrays[1]), *ends = integers(&arrays[2]);
    int64_t *counts = integers(&arrays[3]), size = arrays[0].buffer.len;
    Py_ssize_t count = count_of(&arrays[1]);
    bool fits = count_of(&arrays[2]) == count && count_of(&arrays[3]) == count && are_within(starts, ends, count, size);
    if (demand(fits, "rows lie within the bytes"))
        for (Py_ssize_t row = 0; row < count; row++) {
            counts[row] = 0;
            for (int64_t offset = starts[row]; offset < ends[row]; offset++)
                counts[row] += IS_MARK_OF_CODE[data[offset]] && is_mark_of_code(data, offset, size);
        }
    release_all(arrays, 4);
    return fits ? Py_NewRef(Py_None) : NULL;
}
