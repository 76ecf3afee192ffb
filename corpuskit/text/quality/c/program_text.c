/* The twin of `_marks_and_line_feeds` in `program_text.py`. */

static const unsigned char IS_MARK_OF_PROGRAMS[256] = {['='] = 1,  ['{'] = 1, [';'] = 1, ['['] = 1, ['<'] = 1,
                                                       ['$'] = 1, ['\\'] = 1, ['#'] = 1, ['('] = 1};

/* marks_and_line_feeds(text) -> how many of each the bytes of a text have. */
static PyObject *marks_and_line_feeds(PyObject *module, PyObject *text)
{
    char *bytes;
    Py_ssize_t size, marks = 0, line_feeds = 0, last_slashes = -1;
    (void)module;
    if (PyBytes_AsStringAndSize(text, &bytes, &size) < 0)
        return NULL;
    for (Py_ssize_t offset = 0; offset < size; offset++) {
        char byte = bytes[offset], before = offset > 0 ? bytes[offset - 1] : '\0';
        marks += IS_MARK_OF_PROGRAMS[(unsigned char)byte];
        if (byte == ' ')
            marks += before == ':';
        else if (byte == '\n') {
            marks += before == ':' || before == ',' || before == '"';
            line_feeds++;
        } else if (byte == '/' && before == '/' && last_slashes != offset - 1) {
            marks++;
            last_slashes = offset;
        }
    }
    return Py_BuildValue("(nn)", marks, line_feeds);
}
