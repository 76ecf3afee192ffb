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

/* Write the letters and digits of a title in small letters, with a space between words; there is room for all of its
   bytes. Returns the end, or NULL unless all of it is ASCII. */
static char *compare_words(Span title, char *words)
{
    char *last = words;
    bool is_behind_word = false;
    for (Py_ssize_t index = 0; index < title.size; index++) {
        if ((unsigned char)title.start[index] >= 0x80)
            return NULL;
        if (is_letter(title.start[index]) || is_digit(title.start[index])) {
            /* There is room: the space stands for another character of the title. */
            if (!is_behind_word && last > words)
                *last++ = ' ';
            *last++ = small_letter(title.start[index]);
            is_behind_word = true;
        } else {
            is_behind_word = false;
        }
    }
    return last;
}

/* Take the bytes of a text, which stay with it; whether it has any in UTF-8, as one with surrogates has not. -1 with an
   exception. */
static int take_utf8(PyObject *text, Span *bytes)
{
    bytes->start = PyUnicode_AsUTF8AndSize(text, &bytes->size);
    if (bytes->start != NULL)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return -1;
    PyErr_Clear();
    return 0;
}

/* comparable_title(title) -> its letters and digits in lower case, with a space between words; None unless all of it is
   ASCII. */
PyObject *comparable_title(PyObject *module, PyObject *title)
{
    Span text;
    (void)module;
    int answer = take_utf8(title, &text);
    if (answer <= 0)
        return answer < 0 ? NULL : Py_NewRef(Py_None);
    char few[MOST_OF_TITLE], *words = text.size <= MOST_OF_TITLE ? few : malloc((size_t)text.size);
    if (words == NULL)
        return PyErr_NoMemory();
    const char *last = compare_words(text, words);
    PyObject *result = last == NULL ? Py_NewRef(Py_None) : PyUnicode_FromStringAndSize(words, last - words);
    if (words != few)
        free(words);
    return result;
}

/* Whether the words of a heading, whose text is its second value, may lie within those of a title or hold them. Those
   of other letters than ASCII, and of so many that a search takes long, may. -1 with an exception. */
static int may_agree(PyObject *heading, PyObject *titles)
{
    char words[MOST_OF_TITLE + 1];
    PyObject *item = PyTuple_GetItem(heading, 1);
    Span text, title;
    int answer = item == NULL ? -1 : take_utf8(item, &text);
    char *last = answer <= 0 || text.size > MOST_OF_TITLE ? NULL : compare_words(text, words);
    if (last == NULL || last == words)
        return answer < 0 ? -1 : 1;
    *last = '\0';
    Span own = {words, last - words};
    for (Py_ssize_t index = 0; index < PyTuple_Size(titles); index++) {
        answer = take_utf8(PyTuple_GetItem(titles, index), &title);
        if (answer <= 0 || title.size > MOST_OF_TITLE)
            return answer < 0 ? -1 : 1;
        if (own.size <= title.size ? contains(title, words) : contains(own, title.start))
            return 1;
    }
    return 0;
}

/* related_headings(headings, titles) -> those of the headings that may agree with one of the titles, which are given
   as `comparable_title` does. */
PyObject *related_headings(PyObject *module, PyObject *arguments)
{
    PyObject *headings, *titles;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyTuple_Type, &headings, &PyTuple_Type, &titles))
        return NULL;
    PyObject *related = PyList_New(0);
    for (Py_ssize_t index = 0; related != NULL && index < PyTuple_Size(headings); index++) {
        PyObject *heading = PyTuple_GetItem(headings, index);
        int answer = may_agree(heading, titles);
        if (answer < 0 || (answer > 0 && PyList_Append(related, heading) < 0))
            Py_CLEAR(related);
    }
    return related;
}
