/* From inline markup, the source between two block tags, to text and the part of it that lies in links. Twin of
   inline.py. */

#include "core.h"

#include <stddef.h>
#include <stdlib.h>

#define MAX_OPEN 256
#define MAX_EXPRESSION 24
/* Attributes whose meaning is remembered: how many, and of how many bytes at most. */
#define REMEMBERED 512
#define LONGEST_REMEMBERED 120

/* Bits of `_ATTRIBUTE_PATTERNS`, which Python matches: few tags have attributes that mean anything. */
enum mark { HIDDEN_WORD = 1, HIDDEN = 2, LINE_NUMBER = 4, BLOCK_STYLE = 8 };
/* Words whose presence alone is not enough. */
enum word_need { IN_TEXT = 1, BEFORE_QUOTE = 2, BEFORE_BACKSLASH = 4, WHOLE = 8 };

/* `_MEANINGFUL` and `_WORDS_MAY_MEET`, sorted: markup with none of these has no tags but those that only format. */
static const Word MEANINGFUL[] = {
    {"#167;", 0},
    {"#182;", 0},
    {"#128279;", 0},
    {"#</a>", 0},
    {"#x", 0},
    {"&para;", 0},
    {"&sect;", 0},
    {"-none", 0},
    {"</b><", IN_TEXT},
    {"</span><", IN_TEXT},
    {"</strong><", IN_TEXT},
    {"<rp", 0},
    {"<rt", 0},
    {"<sub", 0},
    {"<sup", 0},
    {"alt=", BEFORE_BACKSLASH},
    {"blob-num", 0},
    {"display:", 0},
    {"gutter", 0},
    {"hid", 0},
    {"katex-html", 0},
    {"latex", 0},
    {"line-n", 0},
    {"linen", 0},
    {"lnt", 0},
    {"math", 0},
    {"mjx-chtml", 0},
    {"screen-reader", 0},
    {"show-for-small", 0},
    {"sr-only", 0},
    {"tex", BEFORE_QUOTE},
    {"user-select", 0},
    {"visible-xs", 0},
    {"visually", 0},
};
/* Attributes with none of these words mean nothing; with one, Python decides. Sorted. */
static const Word MARKING[] = {
    {"-none", 0},         {"blob-num", 0},       {"display:", 0}, {"gutter", 0},    {"hidden", 0},
    {"katex-html", 0},    {"latex", WHOLE},      {"line-no", 0},  {"line-num", 0},  {"linen", 0},
    {"lnt", 0},           {"math", WHOLE},       {"mathjax", 0},  {"mjx-chtml", 0}, {"mwe-math", 0},
    {"screen-reader", 0}, {"show-for-small", 0}, {"sr-only", 0},  {"tex", WHOLE},   {"user-select", 0},
    {"visible-xs", 0},    {"visually", 0},
};
static WordSet meaningful, marking;
static Threes meaningful_beginnings;

void prepare_inline(void)
{
    index_words(&marking, MARKING, (int)(sizeof(MARKING) / sizeof(MARKING[0])));
    index_words(&meaningful, MEANINGFUL, (int)(sizeof(MEANINGFUL) / sizeof(MEANINGFUL[0])));
    index_threes(&meaningful_beginnings, MEANINGFUL, (int)(sizeof(MEANINGFUL) / sizeof(MEANINGFUL[0])));
}

/* Whether a pilcrow, a section sign or a picture of a link begins at `position`. */
static bool is_permalink_sign(const char *position, const char *end)
{
    return starts_with(position, end, "\xC2\xB6") || starts_with(position, end, "\xC2\xA7") ||
           starts_with(position, end, "\xF0\x9F\x94\x97") || starts_with(position, end, "\xEF\x83\x81");
}

/* Whether no letter, digit or underscore stands before or behind a part of a text. */
static bool is_whole(Span text, const char *position, const char *after)
{
    return (position == text.start || !is_word_byte(position[-1])) &&
           (after == text.start + text.size || !is_word_byte(*after));
}

static bool needs_are_met(const Word *word, const char *position, const char *end, bool in_code)
{
    const char *after = position + strlen(word->word);
    if (word->meaning & IN_TEXT && in_code)
        return false;
    if (word->meaning & (BEFORE_QUOTE | BEFORE_BACKSLASH) && (after == end || (*after != '"' && *after != '\'')))
        return false;
    if (word->meaning & BEFORE_BACKSLASH)
        for (after++;; after++) {
            if (after == end || *after == '"' || *after == '\'' || *after == '>')
                return false;
            if (*after == '\\')
                return true;
        }
    return true;
}

/* Whether a word that means more than format begins at `position`. */
static bool is_meaningful(const char *position, const char *end, bool in_code)
{
    const Word *word = words_at(&meaningful, position, end);
    for (; word != NULL && next_word_fits(&meaningful, &word, position, end); word++)
        if (needs_are_met(word, position, end, in_code))
            return true;
    return false;
}

/* Whether inline markup has tags or signs that mean more than format. */
static bool has_meaning(Span markup, bool in_code)
{
    const char *position = markup.start, *end = position + markup.size;
    uint32_t number = 0;
    for (; position < end; position++) {
        unsigned char byte = (unsigned char)*position;
        number = number_of_three(number, *position);
        if (may_begin(&meaningful_beginnings, number) && position - markup.start >= 2 &&
            is_meaningful(position - 2, end, in_code))
            return true;
        if ((byte == 0xC2 || byte == 0xF0 || byte == 0xEF) && is_permalink_sign(position, end))
            return true;
    }
    /* What lies in the last two bytes is no beginning of three. */
    return markup.size >= 2 && is_meaningful(end - 2, end, in_code);
}

/* Text so far, with what is open around its end (`_InlineReader`). */
typedef struct {
    Buffer *text, *scratch;
    bool in_code, link_is_local, after_closing, index_is_open, failed;
    Py_ssize_t *parts; /* where each part of the text starts */
    Py_ssize_t part_count, part_capacity, link_start;
    int script_count;
    int open_count, hidden_at;
    int64_t linked;
    Span open_tags[MAX_OPEN]; /* from here on nothing is set before it is counted */
    struct {
        int depth;
        Py_ssize_t start;
    } scripts[MAX_OPEN];
} InlineReader;

static Py_ssize_t start_of_part(const InlineReader *reader, Py_ssize_t part)
{
    return part < reader->part_count ? reader->parts[part] : reader->text->size;
}

static void begin_part(InlineReader *reader)
{
    if (reader->part_count == reader->part_capacity) {
        Py_ssize_t capacity = 2 * reader->part_capacity + 64;
        Py_ssize_t *parts = realloc(reader->parts, sizeof(Py_ssize_t) * (size_t)capacity);
        if (parts == NULL) {
            PyErr_NoMemory();
            reader->failed = true;
            return;
        }
        reader->parts = parts;
        reader->part_capacity = capacity;
    }
    reader->parts[reader->part_count++] = reader->text->size;
}

static void add_inline_part(InlineReader *reader, const char *start, Py_ssize_t size)
{
    begin_part(reader);
    buffer_add(reader->text, start, size);
}

static void drop_parts(InlineReader *reader, Py_ssize_t first)
{
    reader->text->size = start_of_part(reader, first);
    if (first < reader->part_count)
        reader->part_count = first;
}

/* Return the last character before `end`; 0 if there is none after `start`. */
static uint32_t last_code(const Buffer *text, Py_ssize_t start, Py_ssize_t end)
{
    if (start >= end)
        return 0;
    Py_ssize_t index = end - 1;
    while (index > start && is_continuation(text->start[index]))
        index--;
    const char *position = text->start + index;
    return next_code(&position);
}

static bool is_any_digit(uint32_t code)
{
    return code < 0x80 ? is_digit((char)code) : is_of_class(code, "isdigit");
}

static bool is_alphabetic(uint32_t code)
{
    return code < 0x80 ? is_letter((char)code) : is_of_class(code, "isalpha");
}

static bool is_small(uint32_t code)
{
    return code < 0x80 ? code >= 'a' && code <= 'z' : is_of_class(code, "islower");
}

static bool is_capital(uint32_t code)
{
    return code < 0x80 ? code >= 'A' && code <= 'Z' : is_of_class(code, "isupper");
}

static uint32_t first_code(Span text)
{
    const char *position = text.start;
    return text.size > 0 ? next_code(&position) : 0;
}

/* Append text that follows the tags read so far. */
static void add_inline_text(InlineReader *reader, Span markup)
{
    if (reader->hidden_at)
        return;
    reader->scratch->size = 0;
    decode_entities(markup, reader->scratch);
    Span text = {reader->scratch->start, reader->scratch->size};
    if (reader->index_is_open && text.size > 0 && is_any_digit(first_code(text)))
        add_inline_part(reader, " ", 1);
    add_inline_part(reader, text.start, text.size);
    reader->index_is_open = reader->after_closing = false;
}

static bool is_word(Span tag, const char *name)
{
    return tag.size == (Py_ssize_t)strlen(name) && memcmp(tag.start, name, (size_t)tag.size) == 0;
}

static bool is_parting(Span tag)
{
    return is_word(tag, "span") || is_word(tag, "b") || is_word(tag, "strong");
}

static bool is_void(Span tag)
{
    return is_word(tag, "br") || is_word(tag, "wbr") || is_word(tag, "img") || is_word(tag, "source") ||
           is_word(tag, "link") || is_word(tag, "meta") || is_word(tag, "input");
}

/* Whether a word or number ends before and another begins: "Anna LeeKeeper", "$120" and "10 % off". */
static bool words_meet(const InlineReader *reader, Span following)
{
    Py_ssize_t end = reader->text->size, start = reader->part_count > 0 ? reader->parts[reader->part_count - 1] : end;
    uint32_t last = last_code(reader->text, start, end), first = first_code(following);
    if (last == 0 && start == end)
        return false;
    if (is_any_digit(last) && is_any_digit(first)) {
        Py_ssize_t before = end - 1;
        while (before > start && is_continuation(reader->text->start[before]))
            before--;
        const char *second = following.start;
        next_code(&second);
        Span rest = {second, following.start + following.size - second};
        return before > start && is_any_digit(last_code(reader->text, start, before)) && rest.size > 0 &&
               is_any_digit(first_code(rest));
    }
    return (is_small(last) && (is_capital(first) || is_any_digit(first))) || (is_any_digit(last) && is_capital(first));
}

/* Whether attributes may mean anything. */
static bool may_mark(Span attributes)
{
    const char *end = attributes.start + attributes.size;
    for (const char *position = attributes.start; position < end; position++) {
        const Word *word = words_at(&marking, position, end);
        for (; word != NULL && next_word_fits(&marking, &word, position, end); word++)
            if (!(word->meaning & WHOLE) || is_whole(attributes, position, position + strlen(word->word)))
                return true;
    }
    return false;
}

/* What Python said of attributes: a page has the same ones again and again. */
static struct {
    Py_ssize_t size;
    long marks;
    char attributes[LONGEST_REMEMBERED];
} remembered[REMEMBERED];

/* Return the bits of what attributes mean; 0 if nothing, or with `failed`. */
static long inline_marks(InlineReader *reader, Span attributes)
{
    if (!may_mark(attributes))
        return 0;
    uint64_t slot = hash_of(attributes.start, attributes.size) % REMEMBERED;
    bool is_short = attributes.size <= LONGEST_REMEMBERED;
    if (is_short && remembered[slot].size == attributes.size &&
        memcmp(remembered[slot].attributes, attributes.start, (size_t)attributes.size) == 0)
        return remembered[slot].marks;
    PyObject *result = call_python("inline._marks_of", "(s#)", attributes.start, attributes.size);
    long marks = result == NULL ? -1 : PyLong_AsLong(result);
    Py_XDECREF(result);
    if (marks < 0) {
        reader->failed = true;
        return 0;
    }
    if (is_short) {
        remembered[slot].size = attributes.size;
        remembered[slot].marks = marks;
        memcpy(remembered[slot].attributes, attributes.start, (size_t)attributes.size);
    }
    return marks;
}

/* Whether an image may be one of a formula: its `alt` text has a command, or an attribute a name of formulas. */
static bool may_be_formula(InlineReader *reader, Span attributes)
{
    Span alternative;
    if (!find_attribute(attributes, "alt", &alternative) || alternative.size == 0)
        return false;
    if (memchr(alternative.start, '\\', (size_t)alternative.size) != NULL ||
        memchr(alternative.start, '&', (size_t)alternative.size) != NULL)
        return true;
    reader->scratch->size = 0;
    add_small_letters(attributes, reader->scratch);
    Span small = {reader->scratch->start, reader->scratch->size};
    return contains(small, "tex") || contains(small, "math");
}

static void add_tex_of_image(InlineReader *reader, Span attributes)
{
    if (!may_be_formula(reader, attributes))
        return;
    PyObject *result = call_python("inline._tex_of_image", "(s#)", attributes.start, attributes.size);
    Py_ssize_t size;
    const char *tex = result == NULL ? NULL : PyUnicode_AsUTF8AndSize(result, &size);
    if (tex == NULL)
        reader->failed = true;
    else if (size > 0)
        add_inline_part(reader, tex, size);
    Py_XDECREF(result);
}

static bool hides(Span tag, long marks)
{
    if (is_word(tag, "rt") || is_word(tag, "rp") || marks & (HIDDEN_WORD | HIDDEN))
        return true;
    /* On `code` a class for line numbers asks a script to write them. */
    return marks & LINE_NUMBER && !is_word(tag, "code") && !is_word(tag, "samp") && !is_word(tag, "kbd");
}

static Span span_of_part(const InlineReader *reader, Py_ssize_t part)
{
    Py_ssize_t start = start_of_part(reader, part);
    return (Span){reader->text->start + start, start_of_part(reader, part + 1) - start};
}

/* Take an exponent for the numerator of a fraction if a slash and an index follow. */
static void part_fraction(InlineReader *reader)
{
    Py_ssize_t first = reader->part_count - 4;
    if (first < 0)
        return;
    Span base = span_of_part(reader, first), sign = span_of_part(reader, first + 1);
    Span numerator = span_of_part(reader, first + 2), slash = span_of_part(reader, first + 3);
    bool is_number = base.size > 0 && is_digit(base.start[base.size - 1]) && numerator.size > 0;
    for (Py_ssize_t index = 0; index < numerator.size; index++)
        is_number &= is_digit(numerator.start[index]);
    if (is_number && is_word(sign, "^") && (is_word(slash, "/") || is_word(slash, "\xE2\x81\x84")))
        reader->text->start[reader->parts[first + 1]] = ' ';
}

/* Read a start tag; `following` is the text right after it. */
static void open_tag(InlineReader *reader, Span tag, Span attributes, Span following)
{
    if (is_void(tag)) {
        if (is_word(tag, "img") && !reader->hidden_at)
            add_tex_of_image(reader, attributes);
        return;
    }
    if (reader->open_count >= MAX_OPEN)
        return;
    reader->open_tags[reader->open_count++] = tag;
    if (reader->hidden_at)
        return;
    long marks = attributes.size > 0 ? inline_marks(reader, attributes) : 0;
    if (hides(tag, marks)) {
        reader->hidden_at = reader->open_count;
    } else if (is_word(tag, "a")) {
        reader->link_start = reader->part_count;
        reader->link_is_local = memchr(attributes.start, '#', (size_t)attributes.size) != NULL;
    } else if (is_word(tag, "sup") || is_word(tag, "sub")) {
        if (is_word(tag, "sub"))
            part_fraction(reader);
        reader->scripts[reader->script_count].depth = reader->open_count;
        reader->scripts[reader->script_count++].start = reader->part_count;
    } else if (reader->in_code) {
        return;
    } else if (marks & BLOCK_STYLE && contains(attributes, "block")) {
        char line_break = LINE_BREAK;
        add_inline_part(reader, &line_break, 1);
    } else if (reader->after_closing && following.size > 0 && is_parting(tag) && words_meet(reader, following)) {
        add_inline_part(reader, " ", 1);
    }
}

static bool is_permalink(Span text)
{
    static const char *const signs[] = {
        "\xC2\xB6",        "#", "\xC2\xA7", "\xF0\x9F\x94\x97", "\xE2\x9A\x93", "\xEF\x83\x81", "\xEF\x87\x8B",
        "\xC2\xB6\xC2\xB6"};
    for (size_t index = 0; index < sizeof(signs) / sizeof(signs[0]); index++)
        if (is_word(text, signs[index]))
            return true;
    return false;
}

static void end_link(InlineReader *reader)
{
    Py_ssize_t start = start_of_part(reader, reader->link_start);
    Span text = {reader->text->start + start, reader->text->size - start};
    /* Headings of generated documentation end in a link to themselves. */
    if (reader->link_is_local && text.size > 0 && is_permalink(without_spaces(text)))
        drop_parts(reader, reader->link_start);
    else if (text.size > 0)
        reader->linked += length_of(text.start, text.size);
    reader->link_start = -1;
}

static bool is_sign(const char **position, const char *end, bool with_dash)
{
    if (*position < end && (**position == '+' || **position == '-')) {
        *position += 1;
        return true;
    }
    if (starts_with(*position, end, "\xE2\x88\x92") || (with_dash && starts_with(*position, end, "\xE2\x80\x93"))) {
        *position += 3;
        return true;
    }
    return false;
}

static int skip_digits(const char **position, const char *end, int most)
{
    int digits = 0;
    while (*position < end && is_digit(**position) && digits < most) {
        *position += 1;
        digits++;
    }
    return digits;
}

/* Whether a text is an exponent (`_EXPONENT`): a number of few digits or a common letter, and signs. */
static bool is_exponent(Span text)
{
    const char *position = text.start, *end = position + text.size;
    is_sign(&position, end, true);
    if (skip_digits(&position, end, 4) > 0) {
        const char *fraction = position + 1;
        if (position < end && (*position == '.' || *position == ',' || *position == '/') &&
            skip_digits(&fraction, end, 3) > 0)
            position = fraction;
    } else if (position < end && strchr("nxkijtm", *position) != NULL && *position != '\0') {
        position++;
    } else {
        return false;
    }
    is_sign(&position, end, false);
    return position == end;
}

static bool is_index(Span text)
{
    const char *position = text.start, *end = position + text.size;
    return skip_digits(&position, end, 4) > 0 && position == end;
}

/* Whether a text is short and more than one sign, and has a letter. */
static bool may_be_expression(Span text)
{
    Py_ssize_t length = text.size > 4 * MAX_EXPRESSION ? 0 : length_of(text.start, text.size);
    if (length <= 1 || length > MAX_EXPRESSION)
        return false;
    for (const char *position = text.start; position < text.start + text.size;)
        if (is_alphabetic(next_code(&position)))
            return true;
    return false;
}

/* Whether an exponent or index is an expression, by the two characters before it: Python decides about these few. */
static bool is_expression(InlineReader *reader, char sign, Py_ssize_t first, Py_ssize_t start, Span text)
{
    Py_ssize_t earliest = start_of_part(reader, first > 2 ? first - 2 : 0), base = start;
    if (!may_be_expression(text))
        return false;
    for (int count = 0; count < 2 && base > earliest; count++)
        for (base--; base > earliest && is_continuation(reader->text->start[base]);)
            base--;
    int answer = ask_python("inline._is_expression", "(s#s#s#)", &sign, (Py_ssize_t)1, reader->text->start + base,
                            start - base, text.start, text.size);
    reader->failed |= answer < 0;
    return answer > 0;
}

/* Mark an exponent or index that would change a number or a word if it stood beside it unmarked. */
static void end_script(InlineReader *reader, Span tag, Py_ssize_t first)
{
    Py_ssize_t start = start_of_part(reader, first);
    Span whole = {reader->text->start + start, reader->text->size - start};
    Span text = whole.size > 0 ? without_spaces(whole) : whole;
    uint32_t before = last_code(reader->text, start_of_part(reader, first > 2 ? first - 2 : 0), start);
    bool is_exponent_tag = is_word(tag, "sup"), is_marked;
    bool has_before = start_of_part(reader, first > 2 ? first - 2 : 0) < start;
    if (is_exponent_tag) {
        bool is_base =
            has_before &&
            (before == ')' || before == ']' || before == '}' ||
             (before < 0x80 ? is_letter((char)before) || is_digit((char)before) : is_of_class(before, "isalnum")));
        is_marked = is_base && is_exponent(text);
    } else {
        bool is_long = has_before && (is_any_digit(before) ||
                                      (is_alphabetic(before) && text.size > 0 && length_of(text.start, text.size) > 1));
        is_marked = is_long && is_index(text);
    }
    char sign = is_exponent_tag ? '^' : '_';
    bool is_in_brackets = !is_marked && is_expression(reader, sign, first, start, text);
    if (is_marked || is_in_brackets) {
        reader->scratch->size = 0;
        if (is_in_brackets)
            buffer_add(reader->scratch, "(", 1);
        buffer_add(reader->scratch, text.start, text.size);
        if (is_in_brackets)
            buffer_add(reader->scratch, ")", 1);
        drop_parts(reader, first);
        add_inline_part(reader, &sign, 1);
        add_inline_part(reader, reader->scratch->start, reader->scratch->size);
        reader->index_is_open |= is_marked;
    } else if (text.size > 0 && !is_exponent_tag &&
               is_any_digit(last_code(&(Buffer){(char *)text.start, 0, 0, false}, 0, text.size))) {
        reader->index_is_open = true;
    }
}

/* Read an end tag; one that ends nothing is passed over. */
static void close_tag(InlineReader *reader, Span tag)
{
    int index = reader->open_count - 1;
    while (index >= 0 && !(reader->open_tags[index].size == tag.size &&
                           memcmp(reader->open_tags[index].start, tag.start, (size_t)tag.size) == 0))
        index--;
    if (index < 0)
        return;
    reader->open_count = index;
    if (reader->hidden_at) {
        if (reader->open_count < reader->hidden_at)
            reader->hidden_at = 0;
    } else if (is_word(tag, "a")) {
        if (reader->link_start >= 0)
            end_link(reader);
    } else if (is_word(tag, "sup") || is_word(tag, "sub")) {
        while (reader->script_count > 0 && reader->scripts[reader->script_count - 1].depth > index + 1)
            reader->script_count--;
        if (reader->script_count > 0 && reader->scripts[reader->script_count - 1].depth == index + 1)
            end_script(reader, tag, reader->scripts[--reader->script_count].start);
    }
    reader->after_closing = is_parting(tag);
}

/* Return the position behind an inline tag or that of a link at `position`, with its name and attributes; else NULL. */
static const char *read_inline_tag(const char *position, const char *end, bool *is_closing, Span *tag, Span *attributes)
{
    const char *name = position + 1;
    *is_closing = name < end && *name == '/';
    name += *is_closing;
    const char *name_end = name;
    while (name_end < end && *name_end >= 'a' && *name_end <= 'z')
        name_end++;
    const char *after;
    if (name_end - name == 1 && *name == 'a') {
        if (name_end == end || !(*name_end == '>' || is_space(*name_end)))
            return NULL;
        after = end_of_attributes(name_end, end);
        after = after == NULL ? NULL : after + 1;
    } else {
        after = end_of_inline_tag(position, end);
    }
    if (after == NULL)
        return NULL;
    *tag = (Span){name, name_end - name};
    *attributes = (Span){name_end, after - 1 - name_end};
    return after;
}

/* Return where the text that begins at `position` ends: at the next inline tag. */
static const char *end_of_text_between(const char *position, const char *end)
{
    bool is_closing;
    Span tag, attributes;
    while (position < end && (position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        if (read_inline_tag(position, end, &is_closing, &tag, &attributes) != NULL)
            return position;
        position++;
    }
    return end;
}

static void careful_text(Span markup, int64_t *linked, bool in_code, Buffer *text, Buffer *scratch)
{
    InlineReader *reader = malloc(sizeof(InlineReader));
    if (reader == NULL) {
        PyErr_NoMemory();
        text->failed = true;
        return;
    }
    memset(reader, 0, offsetof(InlineReader, open_tags));
    reader->text = text;
    reader->scratch = scratch;
    reader->in_code = in_code;
    reader->link_start = -1;
    const char *position = markup.start, *end = position + markup.size;
    const char *next = end_of_text_between(position, end);
    if (next > position)
        add_inline_text(reader, (Span){position, next - position});
    while (next < end && !reader->failed && !scratch->failed) {
        bool is_closing;
        Span tag, attributes;
        position = read_inline_tag(next, end, &is_closing, &tag, &attributes);
        next = end_of_text_between(position, end);
        Span following = {position, next - position};
        if (is_closing)
            close_tag(reader, tag);
        else
            open_tag(reader, tag, attributes, following);
        if (following.size > 0)
            add_inline_text(reader, following);
    }
    *linked += reader->linked;
    text->failed |= reader->failed || scratch->failed;
    free(reader->parts);
    free(reader);
}

/* Add the text of inline markup, and to `linked` how many of its characters are in links. */
void inline_text(Span markup, int64_t *linked, bool in_code, Buffer *text, Buffer *scratch)
{
    if (memchr(markup.start, '<', (size_t)markup.size) == NULL) {
        decode_entities(markup, text);
        return;
    }
    bool has_links = contains(markup, "<a");
    bool is_plain_code = in_code && !has_links && memchr(markup.start, '&', (size_t)markup.size) == NULL;
    if (has_meaning(markup, is_plain_code)) {
        careful_text(markup, linked, in_code, text, scratch);
        return;
    }
    if (has_links)
        *linked += characters_in_links(markup, scratch);
    scratch->size = 0;
    strip_inline_tags(markup, scratch);
    decode_entities((Span){scratch->start, scratch->size}, text);
    text->failed |= scratch->failed;
}
