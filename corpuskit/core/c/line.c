/* The module `corpuskit.core._line`: the text of a line of JSON, found and read in one pass, or written in one.

   Its twin is orjson, which document.py asks wherever this gives no answer; both give the same texts and lines. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Return the position behind a word; NULL if it does not stand there. */
static const char *after(const char *position, const char *end, const char *word)
{
    size_t size = strlen(word);
    return position != NULL && (size_t)(end - position) >= size && memcmp(position, word, size) == 0 ? position + size
                                                                                                     : NULL;
}

/* Return the position behind the one space that many programs write behind a sign. */
static const char *after_space(const char *position, const char *end)
{
    return position != NULL && position < end && *position == ' ' ? position + 1 : position;
}

/* Return the position behind a string without escapes or a whole number; NULL if there is none. */
static const char *after_identifier(const char *position, const char *end)
{
    if (position == NULL || position == end)
        return NULL;
    if (*position != '"') {
        while (position < end && *position >= '0' && *position <= '9')
            position++;
        return position;
    }
    const char *close = memchr(position + 1, '"', (size_t)(end - position - 1));
    return close == NULL || memchr(position, '\\', (size_t)(close - position)) != NULL ? NULL : close + 1;
}

/* Return the start of the value of `text`, if it is the first key of a line or comes behind `id`; else NULL. */
static const char *start_of_text(const char *line, const char *end)
{
    const char *key = after(line, end, "{"), *position = after(key, end, "\"id\":");
    if (position != NULL) {
        position = after(after_identifier(after_space(position, end), end), end, ",");
        key = after_space(position, end);
    }
    position = after_space(after(key, end, "\"text\":"), end);
    return position != NULL && position < end && *position == '"' ? position : NULL;
}

/* Return the next byte that does not stand for itself alone: a quotation mark, a backslash, a control character or
   one beyond ASCII. What is passed over is copied; there is room for eight bytes more. */
static const char *next_special(const char *position, const char *end, char **text)
{
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - position >= 8) {
        uint64_t bytes;
        memcpy(&bytes, position, 8);
        uint64_t quotes = bytes ^ EACH_BYTE('"'), backslashes = bytes ^ EACH_BYTE('\\');
        /* The lowest bit that is set is that of the first such byte; higher ones may be set for others. */
        uint64_t special = (((quotes - EACH_BYTE(1)) & ~quotes) | ((backslashes - EACH_BYTE(1)) & ~backslashes) |
                            ((bytes - EACH_BYTE(0x20)) & ~bytes) | bytes) &
                           EACH_BYTE(0x80);
        memcpy(*text, position, 8);
        if (special != 0) {
            int passed = __builtin_ctzll(special) / 8;
            *text += passed;
            return position + passed;
        }
        *text += 8;
        position += 8;
    }
#endif
    while (position < end && *position != '"' && *position != '\\' && (unsigned char)*position >= 0x20 &&
           (unsigned char)*position < 0x80)
        *(*text)++ = *position++;
    return position;
}

/* Read an escape as every canonical line has it, at a backslash; NULL for any other. */
static const char *read_escape(const char *position, const char *end, char **text)
{
    static const char MEANINGS[128] = {['"'] = '"',  ['\\'] = '\\', ['b'] = '\b', ['f'] = '\f',
                                       ['n'] = '\n', ['r'] = '\r',  ['t'] = '\t'};
    if (end - position < 2)
        return NULL;
    char meaning = (unsigned char)position[1] < 0x80 ? MEANINGS[(unsigned char)position[1]] : '\0';
    if (meaning != '\0') {
        *(*text)++ = meaning;
        return position + 2;
    }
    /* A control character that has no letter. */
    if (end - position < 6 || memcmp(position, "\\u00", 4) != 0 || (position[4] != '0' && position[4] != '1'))
        return NULL;
    static const char DIGITS[] = "0123456789abcdef";
    const char *digit = position[5] == '\0' ? NULL : strchr(DIGITS, position[5]);
    if (digit == NULL)
        return NULL;
    char code = (char)((position[4] - '0') * 16 + (digit - DIGITS));
    if (code >= '\b' && code <= '\r' && code != '\v')
        return NULL;
    *(*text)++ = code;
    return position + 6;
}

static bool are_continuations(const char *position, int count)
{
    for (int index = 0; index < count; index++)
        if ((position[index] & 0xC0) != 0x80)
            return false;
    return true;
}

/* Copy a character beyond ASCII; NULL if the bytes are no UTF-8 (RFC 3629, section 4). */
static const char *read_character(const char *position, const char *end, char **text)
{
    unsigned char first = (unsigned char)position[0];
    int size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || end - position < size || !are_continuations(position + 1, size - 1))
        return NULL;
    unsigned char second = (unsigned char)position[1];
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F))
        return NULL;
    memcpy(*text, position, (size_t)size);
    *text += size;
    return position + size;
}

/* Fill in the text whose opening quotation mark is at `position`; return where its literal ends, or NULL if it is no
   canonical one. */
static const char *read_literal(const char *position, const char *end, char **text)
{
    for (position++; position != NULL && position < end;) {
        position = next_special(position, end, text);
        if (position == end)
            return NULL;
        if (*position == '"')
            return position + 1;
        if (*position == '\\')
            position = read_escape(position, end, text);
        else
            position = (unsigned char)*position < 0x80 ? NULL : read_character(position, end, text);
    }
    return NULL;
}

/* Return the text of a line in UTF-8, to be freed, and where its literal starts and ends; NULL, without an exception
   but for lack of memory, if this cannot be told here. */
static char *text_of_line(PyObject *line, Py_ssize_t *size, Py_ssize_t *start, Py_ssize_t *end)
{
    char *bytes;
    Py_ssize_t line_size;
    if (PyBytes_AsStringAndSize(line, &bytes, &line_size) < 0)
        return NULL;
    const char *line_end = bytes + line_size, *literal = start_of_text(bytes, line_end);
    if (literal == NULL)
        return NULL;
    char *text = malloc((size_t)(line_end - literal) + 8), *text_end = text;
    if (text == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    const char *literal_end = read_literal(literal, line_end, &text_end);
    const char *behind = after_space(literal_end, line_end);
    if (behind == NULL || behind == line_end || (*behind != ',' && *behind != '}')) {
        free(text);
        return NULL;
    }
    *size = text_end - text;
    *start = literal - bytes;
    *end = literal_end - bytes;
    return text;
}

/* split_text(line) -> the text, its bytes in UTF-8, and where its literal starts and ends; None if orjson is to be
   asked. */
static PyObject *split_text(PyObject *module, PyObject *line)
{
    Py_ssize_t size, start, end;
    (void)module;
    char *text = text_of_line(line, &size, &start, &end);
    if (text == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    PyObject *result = Py_BuildValue("(s#y#nn)", text, size, text, size, start, end);
    free(text);
    return result;
}

/* Bytes as compilers have them for registers of any processor. */
#define BYTES 16
typedef uint8_t Bytes __attribute__((vector_size(BYTES)));

/* Return 0xFF for each byte that cannot stand for itself in a string, else 0. */
static Bytes escaped(Bytes bytes)
{
    return (Bytes)(bytes < 0x20) | (Bytes)(bytes == '"') | (Bytes)(bytes == '\\');
}

/* Return 0xFF for each control character that has no letter, so that its escape is four bytes longer. */
static Bytes without_letter(Bytes bytes)
{
    return (Bytes)(bytes < '\b') | (Bytes)(bytes == '\v') | ((Bytes)(bytes > '\r') & (Bytes)(bytes < 0x20));
}

/* Return how many bytes longer a text gets by its escapes. */
static Py_ssize_t growth_by_escapes(const char *position, Py_ssize_t size)
{
    enum { MOST_ADDED = UINT8_MAX / 5 };
    const char *end = position + size;
    Py_ssize_t growth = 0;
    while (position < end) {
        Bytes added = {0};
        for (int count = 0; count < MOST_ADDED && position < end; count++, position += BYTES) {
            Bytes bytes = {0};
            if (end - position >= BYTES) {
                memcpy(&bytes, position, BYTES);
            } else {
                memset(&bytes, ' ', BYTES);
                memcpy(&bytes, position, (size_t)(end - position));
            }
            added += (escaped(bytes) & 1) + (without_letter(bytes) & 4);
        }
        for (int index = 0; index < BYTES; index++)
            growth += added[index];
    }
    return growth;
}

/* Write a character that cannot stand for itself, as every canonical line has it. */
static char *write_escape(char *next, unsigned char character)
{
    static const char LETTERS[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                      ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    next[0] = '\\';
    next[1] = LETTERS[character];
    if (next[1] != '\0')
        return next + 2;
    memcpy(next + 1, character < 0x10 ? "u000" : "u001", 4);
    next[5] = "0123456789abcdef"[character & 0xF];
    return next + 6;
}

/* Copy `BYTES` bytes; return how many of them stand before the first that cannot stand for itself. */
static int copy_plain(char *next, const char *position)
{
    Bytes bytes;
    uint64_t halves[2];
    memcpy(&bytes, position, BYTES);
    memcpy(next, &bytes, BYTES);
    Bytes special = escaped(bytes);
    memcpy(halves, &special, BYTES);
    if ((halves[0] | halves[1]) == 0)
        return BYTES;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return halves[0] != 0 ? __builtin_ctzll(halves[0]) / 8 : 8 + __builtin_ctzll(halves[1]) / 8;
#else
    int count = 0;
    while (special[count] == 0)
        count++;
    return count;
#endif
}

/* Write a text in UTF-8 with its escapes, for which there is room. */
static void write_text(char *next, const char *position, Py_ssize_t size)
{
    const char *end = position + size;
    /* What is copied too far is written over: what is left of the text takes at least that much. */
    while (end - position >= BYTES) {
        int count = copy_plain(next, position);
        position += count;
        next += count;
        if (count < BYTES)
            next = write_escape(next, (unsigned char)*position++);
    }
    for (; position < end; position++) {
        unsigned char character = (unsigned char)*position;
        if (character < 0x20 || character == '"' || character == '\\')
            next = write_escape(next, character);
        else
            *next++ = (char)character;
    }
}

/* join_text(before, text, behind) -> the line that has these bytes before and behind the literal of a text, which is
   given in UTF-8. */
static PyObject *join_text(PyObject *module, PyObject *arguments)
{
    const char *before, *text, *behind;
    Py_ssize_t before_size, size, behind_size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y#y#y#", &before, &before_size, &text, &size, &behind, &behind_size))
        return NULL;
    Py_ssize_t literal_size = size + growth_by_escapes(text, size) + 2;
    PyObject *line = PyBytes_FromStringAndSize(NULL, before_size + literal_size + behind_size);
    if (line == NULL)
        return NULL;
    char *literal = PyBytes_AsString(line) + before_size;
    memcpy(literal - before_size, before, (size_t)before_size);
    *literal = '"';
    write_text(literal + 1, text, size);
    literal[literal_size - 1] = '"';
    memcpy(literal + literal_size, behind, (size_t)behind_size);
    return line;
}

static PyMethodDef methods[] = {
    {"split_text", split_text, METH_O, "Return the text of a line, in UTF-8 too, and its literal."},
    {"join_text", join_text, METH_VARARGS, "Return a line with the literal of a text in UTF-8."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_line", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit__line(void)
{
    return PyModule_Create(&module);
}
