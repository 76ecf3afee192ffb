/* Text that any encoder takes. Twin of `clean` in extract.py. */

#include "core.h"

/* Whether a code point is none that a text may hold (`_NOT_TEXT`). */
static bool is_no_text(uint32_t code)
{
    if (code < 0xAD)
        return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code <= 0x9F);
    return code == 0xAD || code == 0x200B || code == 0x2060 || code == 0xFEFF || (code >= 0xFDD0 && code <= 0xFDEF) ||
           code == 0xFFFE || code == 0xFFFF;
}

/* Leave out the spaces at the end of a text, from `line_start` on. */
static void trim_line(Buffer *text, Py_ssize_t line_start)
{
    while (text->size > line_start && (text->start[text->size - 1] == ' ' || text->start[text->size - 1] == '\t'))
        text->size--;
}

/* clean(text) -> the text without control characters and spaces at the ends of lines; None if it has surrogates. */
PyObject *clean(PyObject *module, PyObject *text)
{
    Py_ssize_t size;
    (void)module;
    const char *position = PyUnicode_AsUTF8AndSize(text, &size), *end = position + size;
    if (position == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    Buffer cleaned = {0};
    Py_ssize_t line_start = 0;
    if (!buffer_reserve(&cleaned, size))
        return NULL;
    while (position < end) {
        const char *start = position;
        if ((unsigned char)*position >= ' ' && (unsigned char)*position < 0x7F) {
            cleaned.start[cleaned.size++] = *position++;
            continue;
        }
        uint32_t code = next_code(&position);
        if (code == '\n' || code == '\r') {
            if (code == '\r' && position < end && *position == '\n')
                position++;
            trim_line(&cleaned, line_start);
            if (cleaned.size > 0)
                cleaned.start[cleaned.size++] = '\n';
            line_start = cleaned.size;
        } else if (!is_no_text(code)) {
            memcpy(cleaned.start + cleaned.size, start, (size_t)(position - start));
            cleaned.size += position - start;
        }
    }
    trim_line(&cleaned, line_start);
    while (cleaned.size > 0 && cleaned.start[cleaned.size - 1] == '\n')
        cleaned.size--;
    PyObject *result = PyUnicode_DecodeUTF8(cleaned.start, cleaned.size, "strict");
    buffer_free(&cleaned);
    return result;
}
