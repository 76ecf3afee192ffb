/* The raw source of a page. Twin of markup.py, whose patterns are scans here. */

#include "core.h"

#include <stdlib.h>

/* Names of the tags that end no block (`_INLINE_NAMES`). */
static const char *const INLINE_NAMES[] = {
    "abbr",   "acronym", "b",   "bdi",   "bdo",  "big", "cite", "code",  "del",    "dfn",  "em",
    "font",   "i",       "img", "input", "ins",  "kbd", "link", "mark",  "meta",   "nobr", "picture",
    "q",      "rb",      "rp",  "rt",    "ruby", "s",   "samp", "small", "source", "span", "strike",
    "strong", "sub",     "sup", "time",  "tt",   "u",   "var",  "wbr",
};
#define INLINE_COUNT ((int)(sizeof(INLINE_NAMES) / sizeof(INLINE_NAMES[0])))
#define LONGEST_INLINE 7
#define LEAST_ITEMS 3
#define MOST_ENTITY 32
/* Bytes from which on it is quicker to look for both ends of a part. */
#define WORTH_PAIRS 256
#define MOST_DIGITS 9

/* Each inline name as a number, from the first of its first letter on. */
static uint64_t inline_words[INLINE_COUNT];
static uint8_t inline_first[27];

static uint64_t word_number(const char *start, Py_ssize_t size)
{
    uint64_t number = 0;
    for (Py_ssize_t index = 0; index < size; index++)
        number = number << 8 | (unsigned char)start[index];
    return number;
}

void prepare_markup(void)
{
    for (int index = 0; index < INLINE_COUNT; index++)
        inline_words[index] = word_number(INLINE_NAMES[index], (Py_ssize_t)strlen(INLINE_NAMES[index]));
    for (int letter = 0, index = 0; letter <= 26; letter++) {
        while (index < INLINE_COUNT && INLINE_NAMES[index][0] < 'a' + letter)
            index++;
        inline_first[letter] = (uint8_t)index;
    }
}

static bool is_inline_name(const char *start, Py_ssize_t size)
{
    if (size < 1 || size > LONGEST_INLINE || start[0] < 'a' || start[0] > 'z')
        return false;
    uint64_t number = word_number(start, size);
    int letter = start[0] - 'a';
    for (int index = inline_first[letter]; index < inline_first[letter + 1]; index++)
        if (inline_words[index] == number)
            return true;
    return false;
}

const char *find_bytes(const char *position, const char *end, const char *part)
{
    size_t size = strlen(part);
    if (size > 1 && end - position > WORTH_PAIRS)
        return find_any_word(position, end, &part, 1);
    while ((size_t)(end - position) >= size) {
        position = memchr(position, part[0], (size_t)(end - position) - size + 1);
        if (position == NULL || memcmp(position, part, size) == 0)
            return position;
        position++;
    }
    return NULL;
}

const char *skip_spaces(const char *position, const char *end)
{
    while (position < end && is_space(*position))
        position++;
    return position;
}

/* Return where the value begins that follows an equals sign at `position`, behind its opening quotation mark; NULL
 * without the sign.
 */
const char *start_of_value(const char *position, const char *end)
{
    position = skip_spaces(position, end);
    if (position == end || *position != '=')
        return NULL;
    position = skip_spaces(position + 1, end);
    return position < end && (*position == '"' || *position == '\'') ? position + 1 : position;
}

/* Return the `>` that ends a tag (`_ATTRIBUTES`); NULL if none does. Quotation marks count after an equals sign only.
 */
const char *end_of_attributes(const char *position, const char *end)
{
    while (position < end) {
        if (*position == '>')
            return position;
        if (*position++ != '=')
            continue;
        position = skip_spaces(position, end);
        if (position < end && (*position == '"' || *position == '\'')) {
            const char *close = memchr(position + 1, *position, (size_t)(end - position - 1));
            if (close != NULL)
                position = close + 1;
        }
    }
    return NULL;
}

/* Return the position behind an inline tag (`_INLINE`); NULL if there is none at `position`. */
const char *end_of_inline_tag(const char *position, const char *end)
{
    const char *name = position + 1;
    if (name < end && *name == '/')
        name++;
    const char *name_end = name;
    while (name_end < end && *name_end >= 'a' && *name_end <= 'z' && name_end - name <= LONGEST_INLINE)
        name_end++;
    if (name_end == end || !(*name_end == '>' || *name_end == '/' || is_space(*name_end)))
        return NULL;
    if (!is_inline_name(name, name_end - name))
        return NULL;
    const char *close = end_of_attributes(name_end, end);
    return close == NULL ? NULL : close + 1;
}

static bool is_anchor(const char *name, const char *end)
{
    return end - name >= 2 && name[0] == 'a' && (name[1] == '>' || is_space(name[1]));
}

/* Return the position behind an inline tag or the tag of a link (`INLINE_TAG`); NULL if there is none. */
static const char *end_of_line_tag(const char *position, const char *end)
{
    const char *name = position + 1;
    if (name < end && *name == '/')
        name++;
    if (!is_anchor(name, end))
        return end_of_inline_tag(position, end);
    const char *close = end_of_attributes(name + 1, end);
    return close == NULL ? NULL : close + 1;
}

/* Return the position behind a whole link (`_LINK`) and its content; NULL if there is none. */
const char *end_of_link(const char *position, const char *end, Span *content)
{
    if (!is_anchor(position + 1, end))
        return NULL;
    const char *close = end_of_attributes(position + 2, end);
    if (close == NULL)
        return NULL;
    content->start = close + 1;
    for (const char *next = close + 1; next < end;) {
        next = memchr(next, '<', (size_t)(end - next));
        if (next == NULL)
            return NULL;
        const char *tag_end = end_of_inline_tag(next, end);
        if (tag_end == NULL) {
            content->size = next - content->start;
            return starts_with(next, end, "</a>") ? next + 4 : NULL;
        }
        next = tag_end;
    }
    return NULL;
}

/* Return where text with its inline tags and whole links ends. */
const char *end_of_text(const char *position, const char *end)
{
    Span content;
    while (position < end) {
        position = memchr(position, '<', (size_t)(end - position));
        if (position == NULL)
            return end;
        const char *tag_end = end_of_inline_tag(position, end);
        if (tag_end == NULL)
            tag_end = end_of_link(position, end, &content);
        if (tag_end == NULL)
            return position;
        position = tag_end;
    }
    return end;
}

/* Return the position behind a list item that is nothing but a link (`_ITEM`), with the space after it. */
static const char *end_of_link_item(const char *position, const char *end)
{
    Span content;
    if (!starts_with(position, end, "<li") || end - position < 4 || !(position[3] == '>' || is_space(position[3])))
        return NULL;
    const char *close = end_of_attributes(position + 3, end);
    if (close == NULL)
        return NULL;
    position = skip_spaces(close + 1, end);
    if (position == end || *position != '<' || (position = end_of_link(position, end, &content)) == NULL)
        return NULL;
    position = skip_spaces(position, end);
    return starts_with(position, end, "</li>") ? skip_spaces(position + 5, end) : NULL;
}

/* Return the position behind three or more such items; NULL if there are fewer. */
const char *end_of_link_items(const char *position, const char *end)
{
    int items = 0;
    const char *next = end_of_link_item(position, end);
    while (next != NULL) {
        items += items < LEAST_ITEMS;
        position = next;
        next = position < end ? end_of_link_item(position, end) : NULL;
    }
    return items >= LEAST_ITEMS ? position : NULL;
}

/* Return the position behind the comment whose `<!` ends at `position`; NULL if nothing ends it. */
const char *end_of_comment(const char *position, const char *end)
{
    for (const char *next = position; next < end; next++) {
        next = memchr(next, '>', (size_t)(end - next));
        if (next == NULL)
            return NULL;
        if (next - position >= 2 && next[-1] == '-' && next[-2] == '-')
            return next + 1;
        if (next - position >= 3 && next[-1] == '!' && next[-2] == '-' && next[-3] == '-')
            return next + 1;
    }
    return NULL;
}

/* Return the next `</name`; NULL if there is none. */
static const char *find_end_tag(const char *position, const char *end, const char *name)
{
    size_t size = strlen(name);
    while (position < end) {
        position = memchr(position, '<', (size_t)(end - position));
        if (position == NULL)
            return NULL;
        if ((size_t)(end - position) > size + 2 && position[1] == '/' && after_word(position + 2, end, name)) {
            char after = position[size + 2];
            if (after == '>' || after == '/' || is_space(after))
                return position;
        }
        position++;
    }
    return NULL;
}

static bool has_script_tag(const char *position, const char *end)
{
    for (; (position = memchr(position, '<', (size_t)(end - position))) != NULL; position++)
        if (end - position > 7 && after_word(position + 1, end, "script") &&
            (position[7] == '>' || position[7] == '/' || is_space(position[7])))
            return true;
    return false;
}

/* Return the next `</script`, and the last `<!--` before it or NULL; NULL if there is none. */
static const char *find_script_end(const char *position, const char *end, const char **comment)
{
    *comment = NULL;
    for (; position < end; position++) {
        position = memchr(position, '<', (size_t)(end - position));
        if (position == NULL)
            return NULL;
        if (end - position > 8 && position[1] == '/') {
            const char *after = after_word(position + 2, end, "script");
            if (after != NULL && after < end && (*after == '>' || *after == '/' || is_space(*after)))
                return position;
        } else if (end - position > 3 && memcmp(position, "<!--", 4) == 0) {
            *comment = position;
        }
    }
    return NULL;
}

/* Return where a script ends; one inside a comment in it has its own end (HTML, "script data double escaped"). */
static const char *end_of_script(const char *start, const char *end)
{
    const char *position = start, *end_tag, *comment;
    bool in_comment = false;
    while ((end_tag = find_script_end(position, end, &comment)) != NULL) {
        if (comment != NULL || in_comment) {
            const char *inner = comment != NULL ? comment : position;
            in_comment = find_bytes(inner, end_tag, "-->") == NULL;
            if (in_comment && has_script_tag(inner, end_tag)) {
                position = end_tag + 8;
                continue;
            }
        }
        return end_tag;
    }
    return end;
}

/* Return where raw text that begins at `position` ends, and set the position behind its end tag. */
const char *end_of_raw_text(const char *position, const char *end, const char *name, const char **after)
{
    const char *text_end =
        strcmp(name, "script") == 0 ? end_of_script(position, end) : find_end_tag(position, end, name);
    if (text_end == NULL)
        text_end = end;
    const char *close = memchr(text_end, '>', (size_t)(end - text_end));
    *after = close == NULL ? end : close + 1;
    return text_end;
}

/* Whether there is an attribute, and its value, empty if it has none. */
bool find_attribute(Span attributes, const char *name, Span *value)
{
    const char *start = attributes.start, *end = start + attributes.size;
    size_t size = strlen(name);
    for (const char *position = start; (size_t)(end - position) >= size; position++) {
        if (small_letter(*position) != name[0])
            continue;
        if (position > start) {
            char before = position[-1];
            if (!(is_space(before) || before == '"' || before == '\'' || before == '/'))
                continue;
        }
        if (!after_word(position, end, name))
            continue;
        const char *name_end = position + size, *sign = skip_spaces(name_end, end);
        if (sign < end && *sign == '=') {
            const char *first = skip_spaces(sign + 1, end);
            if (first < end && (*first == '"' || *first == '\'')) {
                const char *close = memchr(first + 1, *first, (size_t)(end - first - 1));
                if (close != NULL) {
                    *value = (Span){first + 1, close - first - 1};
                    return true;
                }
            } else {
                const char *last = first;
                while (last < end && !is_space(*last) && *last != '>' && *last != '"' && *last != '\'')
                    last++;
                if (last > first) {
                    *value = (Span){first, last - first};
                    return true;
                }
            }
        }
        if (name_end == end || is_space(*name_end) || *name_end == '/' || *name_end == '=') {
            *value = (Span){name_end, 0};
            return true;
        }
    }
    return false;
}

/* Whether a value begins with a whole number, and that number. */
bool whole_number(Span value, int64_t *number)
{
    const char *end = value.start + value.size, *position = skip_spaces(value.start, end);
    bool is_negative = position < end && *position == '-';
    if (position < end && (*position == '-' || *position == '+'))
        position++;
    int digits = 0;
    *number = 0;
    while (position < end && is_digit(*position) && digits < MOST_DIGITS) {
        *number = *number * 10 + (*position++ - '0');
        digits++;
    }
    if (is_negative)
        *number = -*number;
    return digits > 0;
}

/* Characters that numbers of Windows-1252 stand for (HTML, "numeric character reference end state"). */
static const uint16_t WINDOWS_CHARACTERS[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

/* Add the character of a number, as `html.unescape` has it. */
static void add_number(uint32_t code, Buffer *decoded)
{
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
        code = 0xFFFD;
    else if (code >= 0x80 && code <= 0x9F)
        code = WINDOWS_CHARACTERS[code - 0x80];
    else if ((code >= 0x1 && code <= 0x8) || code == 0xB || (code >= 0xE && code <= 0x1F) || code == 0x7F ||
             (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE)
        return;
    buffer_add_code(decoded, code);
}

/* Return the position behind a numeric reference whose `#` is at `position`, and add its character; NULL if it is none.
 */
static const char *decode_number(const char *position, const char *end, Buffer *decoded)
{
    uint32_t code = 0;
    const char *first = position + 1;
    bool is_hexadecimal = first < end && (*first == 'x' || *first == 'X');
    first += is_hexadecimal;
    for (position = first; position < end; position++) {
        char letter = small_letter(*position);
        uint32_t digit;
        if (is_digit(letter))
            digit = (uint32_t)(letter - '0');
        else if (is_hexadecimal && letter >= 'a' && letter <= 'f')
            digit = (uint32_t)(letter - 'a' + 10);
        else
            break;
        if (code <= 0x10FFFF)
            code = code * (is_hexadecimal ? 16 : 10) + digit;
    }
    if (position == first)
        return NULL;
    add_number(code, decoded);
    return position + (position < end && *position == ';');
}

static PyObject *named_entities(void)
{
    static PyObject *names;
    if (names == NULL) {
        PyObject *module = PyImport_ImportModule("html.entities");
        names = module == NULL ? NULL : PyObject_GetAttrString(module, "html5");
        Py_XDECREF(module);
    }
    return names;
}

/* Add the characters of the longest name that begins at `position` and return the position behind what was read. */
static const char *decode_name(const char *position, const char *end, Buffer *decoded)
{
    const char *ends[MOST_ENTITY + 2], *next = position;
    int count = 0;
    while (next < end && count < MOST_ENTITY && *next != '\t' && *next != '\n' && *next != '\f' && *next != ' ' &&
           *next != '<' && *next != '&' && *next != '#' && *next != ';') {
        next_code(&next);
        ends[count++] = next;
    }
    if (count > 0 && next < end && *next == ';')
        ends[count++] = ++next;
    PyObject *names = count > 0 && is_letter(*position) ? named_entities() : NULL;
    for (int size = count; names != NULL && size > 0; size--) {
        /* Names have two letters or more; a shorter one can only be whole. */
        if (size == 1 && count > 1)
            break;
        PyObject *name = PyUnicode_DecodeUTF8(position, ends[size - 1] - position, "strict");
        PyObject *characters = name == NULL ? NULL : PyDict_GetItemWithError(names, name);
        Py_XDECREF(name);
        Py_ssize_t bytes;
        const char *text = characters == NULL ? NULL : PyUnicode_AsUTF8AndSize(characters, &bytes);
        if (text != NULL) {
            buffer_add(decoded, text, bytes);
            buffer_add(decoded, ends[size - 1], next - ends[size - 1]);
            return next;
        }
        if (PyErr_Occurred()) {
            decoded->failed = true;
            return next;
        }
    }
    if (PyErr_Occurred())
        decoded->failed = true;
    buffer_add(decoded, "&", 1);
    buffer_add(decoded, position, next - position);
    return next;
}

/* Add a text without entities. */
void decode_entities(Span text, Buffer *decoded)
{
    static const struct {
        const char *name, *character;
    } common[] = {{"amp;", "&"}, {"lt;", "<"}, {"gt;", ">"}, {"quot;", "\""}, {"nbsp;", "\xC2\xA0"}};
    const char *position = text.start, *end = position + text.size;
    while (position < end) {
        const char *sign = memchr(position, '&', (size_t)(end - position));
        if (sign == NULL)
            sign = end;
        buffer_add(decoded, position, sign - position);
        if (sign == end)
            return;
        position = sign + 1;
        if (position < end && *position == '#') {
            const char *after = decode_number(position, end, decoded);
            if (after == NULL)
                buffer_add(decoded, "&", 1);
            else
                position = after;
            continue;
        }
        const char *after = NULL;
        for (size_t index = 0; after == NULL && index < sizeof(common) / sizeof(common[0]); index++)
            if (starts_with(position, end, common[index].name)) {
                buffer_add(decoded, common[index].character, (Py_ssize_t)strlen(common[index].character));
                after = position + strlen(common[index].name);
            }
        position = after != NULL ? after : decode_name(position, end, decoded);
    }
}

/* Add markup with `instead` for each tag that `find_end` finds. */
void replace_tags(Span markup, const char *(*find_end)(const char *, const char *), const char *instead, Buffer *text)
{
    const char *position = markup.start, *end = position + markup.size;
    Py_ssize_t size = (Py_ssize_t)strlen(instead);
    while (position < end) {
        const char *next = memchr(position, '<', (size_t)(end - position));
        next = next == NULL ? end : next;
        buffer_add(text, position, next - position);
        if (next == end)
            return;
        position = find_end(next, end);
        if (position == NULL) {
            buffer_add(text, "<", 1);
            position = next + 1;
        } else {
            buffer_add(text, instead, size);
        }
    }
}

/* Add the text of inline markup, its tags left out. */
void strip_inline_tags(Span markup, Buffer *text)
{
    replace_tags(markup, end_of_line_tag, "", text);
}

/* Return the number of characters in the whole links of inline markup (`LINK`), their tags and entities uncounted. */
int64_t characters_in_links(Span markup, Buffer *scratch)
{
    const char *position = markup.start, *end = position + markup.size;
    int64_t linked = 0;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        Span content;
        const char *after = end_of_inline_tag(position, end);
        if (after == NULL && (after = end_of_link(position, end, &content)) != NULL) {
            scratch->size = 0;
            strip_inline_tags(content, scratch);
            linked += length_of(scratch->start, scratch->size);
        }
        if (after == NULL && is_anchor(position + 1, end)) {
            after = end_of_attributes(position + 2, end);
            after = after == NULL ? NULL : after + 1;
        }
        position = after == NULL ? position + 1 : after;
    }
    return linked;
}

/* Add the words of a text with single spaces between them. */
/* Whether of so many bytes, and one behind them, none but single spaces may be whitespace. */
static bool has_single_spaces_only(const char *position)
{
    Bytes bytes, next, space, other, least;
    uint64_t halves[BYTES / 8];
    memcpy(&bytes, position, BYTES);
    memcpy(&next, position + 1, BYTES);
    memset(&space, ' ', BYTES);
    memset(&other, 0xE3, BYTES);
    memset(&least, 0xC2, BYTES);
    /* Further spaces begin with C2, E1, E2 or E3; E0 is taken for one of these. */
    Bytes is_other = (Bytes)((bytes | 3) == other) | (Bytes)(bytes == least);
    Bytes is_wide = (Bytes)(bytes == space) & (Bytes)(next == space);
    Bytes is_any = (Bytes)(bytes < space) | is_other | is_wide;
    memcpy(halves, &is_any, BYTES);
    return (halves[0] | halves[1]) == 0;
}

void collapse_spaces(Span text, Buffer *line)
{
    const char *position = text.start, *end = position + text.size;
    if (!buffer_reserve(line, text.size))
        return;
    char *first = line->start + line->size, *next = first;
    bool after_space = false;
    while (position < end) {
        int size = (unsigned char)*position > ' ' && (unsigned char)*position < 0x80 ? 0 : space_size(position);
        if (size > 0) {
            after_space = true;
            position += size;
            continue;
        }
        if (after_space && next > first)
            *next++ = ' ';
        after_space = false;
        *next++ = *position++;
        while (end - position > BYTES && has_single_spaces_only(position)) {
            /* What follows a space at the end may be another one. */
            Py_ssize_t bytes = position[BYTES - 1] == ' ' ? BYTES - 1 : BYTES;
            memcpy(next, position, (size_t)bytes);
            next += bytes;
            position += bytes;
        }
        /* No whitespace begins with one of these. */
        while (position < end && (unsigned char)*position > 0x20 && (unsigned char)*position < 0xC2)
            *next++ = *position++;
    }
    line->size = next - line->start;
}

/* Return a text without whitespace at its ends. */
Span without_spaces(Span text)
{
    const char *start = text.start, *end = start + text.size;
    int size;
    while (start < end && (size = space_size(start)) > 0)
        start += size;
    while (end > start) {
        const char *last = end - 1;
        while (last > start && is_continuation(*last))
            last--;
        if (space_size(last) == 0)
            break;
        end = last;
    }
    return (Span){start, end - start};
}

bool is_all_space(Span text)
{
    return text.size > 0 && without_spaces(text).size == 0;
}
