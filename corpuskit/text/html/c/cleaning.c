/* Text that any encoder takes, and titles to be compared. Twins of `clean` in extract.py and `comparable_title` in
   json_ld.py. */

#include "core.h"

#include <stdlib.h>

/* Bytes of a title that need no memory of their own. */
#define MOST_OF_TITLE 512

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

/* comparable_title(title) -> its letters and digits in lower case, with a space between words; None unless all of it is
   ASCII. */
PyObject *comparable_title(PyObject *module, PyObject *title)
{
    Py_ssize_t size;
    (void)module;
    const char *bytes = PyUnicode_AsUTF8AndSize(title, &size);
    if (bytes == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    char few[MOST_OF_TITLE], *words = size <= MOST_OF_TITLE ? few : malloc((size_t)size), *last = words;
    if (words == NULL)
        return PyErr_NoMemory();
    bool is_ascii = true, is_behind_word = false;
    for (Py_ssize_t index = 0; is_ascii && index < size; index++) {
        is_ascii = (unsigned char)bytes[index] < 0x80;
        if (is_letter(bytes[index]) || is_digit(bytes[index])) {
            /* There is room: the space stands for another character of the title. */
            if (!is_behind_word && last > words)
                *last++ = ' ';
            *last++ = small_letter(bytes[index]);
            is_behind_word = true;
        } else {
            is_behind_word = false;
        }
    }
    PyObject *result = is_ascii ? PyUnicode_FromStringAndSize(words, last - words) : Py_NewRef(Py_None);
    if (words != few)
        free(words);
    return result;
}
