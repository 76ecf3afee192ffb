/* Elements whose text no reader of the page sees. Twin of unseen.py; consent banners, numbers of lines and tooltips are
   few, so that Python decides about these. */

#include "core.h"

/* Attributes with none of these words give no reason not to read their element. Sorted. */
enum { HIDES = 1, HIDES_BEFORE_NONE };
static const Word UNSEEN_WORDS[] = {
    {"blob-num", 0},     {"borlabs", 0},  {"cc-", 0},
    {"cmplz", 0},        {"consent", 0},  {"cookie", 0},
    {"cybot", 0},        {"didomi", 0},   {"display:", HIDES_BEFORE_NONE},
    {"gdpr", 0},         {"gutter", 0},   {"hidden", HIDES},
    {"iubenda", 0},      {"line-num", 0}, {"linen", 0},
    {"lines-num", 0},    {"lnt", 0},      {"onetrust", 0},
    {"ot-sdk", 0},       {"qc-cmp", 0},   {"sp_message", 0},
    {"tooltip", 0},      {"truste_", 0},  {"ttc", 0},
    {"usercentrics", 0},
};
/* Names of what is hidden until a reader opens it (`_SHOWN_LATER`). Sorted. */
static const Word SHOWN_LATER[] = {
    {"accordion", 0}, {"answer", 0},   {"collaps", 0}, {"expand", 0}, {"faq", 0},    {"panel", 0},
    {"read-more", 0}, {"readmore", 0}, {"spoiler", 0}, {"tab", 0},    {"toggle", 0},
};
/* Names of what holds a heading and the hidden text that it opens (`_FOLDED`). Sorted. */
static const Word FOLDED[] = {{"collapsed", 0}, {"collapsible", 0}, {"faq", 0}, {"foldable", 0}, {"spoiler", 0}};
static WordSet unseen_words, shown_later, folded_names;
static Threes unseen_beginnings;

void prepare_unseen(void)
{
    index_words(&unseen_words, UNSEEN_WORDS, (int)(sizeof(UNSEEN_WORDS) / sizeof(UNSEEN_WORDS[0])));
    index_threes(&unseen_beginnings, UNSEEN_WORDS, (int)(sizeof(UNSEEN_WORDS) / sizeof(UNSEEN_WORDS[0])));
    index_words(&shown_later, SHOWN_LATER, (int)(sizeof(SHOWN_LATER) / sizeof(SHOWN_LATER[0])));
    index_words(&folded_names, FOLDED, (int)(sizeof(FOLDED) / sizeof(FOLDED[0])));
}

/* Whether a byte is part of an id that stands in an attribute. */
static bool is_of_id(char byte)
{
    return !is_space(byte) && byte != '"' && byte != '\'' && byte != '>';
}

/* Return where whitespace as RE2 has it ends. */
static const char *skip_blanks(const char *position, const char *end)
{
    while (position < end && is_space(*position) && *position != '\v')
        position++;
    return position;
}

/* Return where the value behind a name and an equals sign begins, behind its opening quotation mark; else NULL. */
static const char *value_behind(const char *position, const char *end, bool with_vertical_tab)
{
    const char *(*skip)(const char *, const char *) = with_vertical_tab ? skip_spaces : skip_blanks;
    position = skip(position, end);
    if (position == end || *position != '=')
        return NULL;
    position = skip(position + 1, end);
    return position < end && (*position == '"' || *position == '\'') ? position + 1 : position;
}

/* Whether one of the words is in a value, which ends at the next quotation mark or `>`. What lies before `searched` has
   none, as a value inside another ends where that does; so a search takes time linear in the attributes. */
static bool has_word_in_value(const WordSet *words, const char *value, const char *end, const char **searched)
{
    if (value == NULL || value < *searched)
        return false;
    const char *last = value;
    while (last < end && *last != '"' && *last != '\'' && *last != '>')
        last++;
    *searched = last;
    return has_any_word(words, (Span){value, last - value});
}

/* Whether an id is one that React gives to what a script moves into its place: S:1f. */
static bool is_late_id(const char *position, const char *start, const char *end)
{
    if (position > start && is_word_byte(position[-1]))
        return false;
    position = skip_blanks(position + 2, end);
    if (position == end || *position != '=')
        return false;
    position = skip_blanks(position + 1, end);
    if (position < end && (*position == '"' || *position == '\''))
        position++;
    if (!starts_with(position, end, "s:"))
        return false;
    const char *digits = position + 2, *last = digits;
    while (last < end && (is_digit(*last) || (*last >= 'a' && *last <= 'f')))
        last++;
    return last > digits && (last == end || *last == '"' || *last == '\'' || *last == '>' || *last == '/' ||
                             skip_blanks(last, end) > last);
}

/* Whether names, in small letters, say that an element is shown later. */
static bool is_shown_later(Span attributes)
{
    const char *start = attributes.start, *end = start + attributes.size;
    const char *searched = start;
    for (const char *position = start; position < end; position++) {
        if (*position == 'c' && starts_with(position, end, "class")) {
            if (has_word_in_value(&shown_later, value_behind(position + 5, end, false), end, &searched))
                return true;
        } else if (*position == 'i' && starts_with(position, end, "id")) {
            if (has_word_in_value(&shown_later, value_behind(position + 2, end, false), end, &searched))
                return true;
            if (is_late_id(position, start, end))
                return true;
        }
    }
    return false;
}

static bool is_word_of(const char *position, const char *end, const char *word)
{
    const char *after = after_word(position, end, word);
    return after != NULL && (after == end || !(is_word_byte(*after) || *after == '-'));
}

/* Whether the declarations of a style hide an element (`_DECLARATION`); of several the last one holds. */
static bool style_hides(Span style)
{
    static const char *const names[] = {"display", "visibility", "content-visibility"};
    bool hides[] = {false, false, false};
    const char *position = style.start, *end = position + style.size;
    for (bool is_first = true; position < end; is_first = false) {
        if (!is_first && *position++ != ';')
            continue;
        const char *name = skip_spaces(position, end);
        for (int index = 0; index < 3; index++) {
            const char *after = after_word(name, end, names[index]);
            const char *sign = after != NULL ? skip_spaces(after, end) : end;
            if (sign == end || *sign != ':')
                continue;
            const char *value = skip_spaces(sign + 1, end), *value_end = value;
            while (value_end < end && (is_word_byte(*value_end) || *value_end == '-'))
                value_end++;
            if (value_end == value)
                continue;
            hides[index] = is_word_of(value, end, index == 0 ? "none" : "hidden");
            position = value_end;
            break;
        }
    }
    return hides[0] || hides[1] || hides[2];
}

/* Add attributes with `x` for each quoted value, or `until` for one that holds `until-found`, after a space. */
static void add_bare(Span attributes, Buffer *bare)
{
    const char *position = attributes.start, *end = position + attributes.size;
    buffer_add(bare, " ", 1);
    while (position < end) {
        const char *sign = memchr(position, '=', (size_t)(end - position));
        sign = sign == NULL ? end : sign;
        buffer_add(bare, position, sign - position);
        if (sign == end)
            return;
        const char *quote = skip_spaces(sign + 1, end), *close = NULL;
        if (quote < end && (*quote == '"' || *quote == '\''))
            close = memchr(quote + 1, *quote, (size_t)(end - quote - 1));
        position = sign + 1;
        if (close == NULL) {
            buffer_add(bare, "=", 1);
            continue;
        }
        position = close + 1;
        if (find_bytes(sign, position, "until-found") != NULL)
            buffer_add(bare, "=until", 6);
        else
            buffer_add(bare, "=x", 2);
    }
}

/* Whether there is a `hidden` attribute without `until-found` (`_HIDDEN_ATTRIBUTE`). */
static bool has_hidden_attribute(Span bare)
{
    const char *start = bare.start, *end = start + bare.size;
    for (const char *position = start + 1; position < end; position++) {
        char before = position[-1];
        if (!(is_space(before) || before == '"' || before == '\'') || !after_word(position, end, "hidden"))
            continue;
        const char *after = position + 6;
        if (after < end && !is_space(*after) && *after != '=' && *after != '/')
            continue;
        after = skip_spaces(after, end);
        if (after < end && *after == '=' && after_word(skip_spaces(after + 1, end), end, "until"))
            continue;
        return true;
    }
    return false;
}

/* Whether attributes hide their element. */
static bool is_hidden(Span attributes, Buffer *scratch)
{
    Span style;
    scratch->size = 0;
    if (find_attribute(attributes, "style", &style)) {
        decode_entities(style, scratch);
        if (style_hides((Span){scratch->start, scratch->size}))
            return true;
    }
    scratch->size = 0;
    add_bare(attributes, scratch);
    return has_hidden_attribute((Span){scratch->start, scratch->size});
}

/* Whether attributes may have a word that says that nobody reads an element; each has three bytes or more. */
static bool may_be_unseen(Span attributes)
{
    uint32_t number = 0;
    for (Py_ssize_t index = 0; index < attributes.size; index++) {
        number = number_of_three(number, attributes.start[index]);
        if (may_begin(&unseen_beginnings, number))
            return true;
    }
    return false;
}

/* Return why an element's content is not read, as `_reason_to_skip` does: 0 if its attributes give no reason, 1 if
   nobody reads it, 2 if a control may open it; -1 with an exception. */
int reason_to_skip(const Tag *tag, Buffer *scratch)
{
    if (!may_be_unseen(tag->attributes))
        return NOT_SKIPPED;
    scratch->size = 0;
    add_small_letters(tag->attributes, scratch);
    Span small = {scratch->start, scratch->size};
    const char *end = small.start + small.size;
    bool may_hide = false;
    for (const char *position = small.start; position < end; position++) {
        const Word *word = words_at(&unseen_words, position, end);
        if (word == NULL || !next_word_fits(&unseen_words, &word, position, end))
            continue;
        if (word->meaning == HIDES_BEFORE_NONE) {
            may_hide |= after_word(skip_blanks(position + strlen(word->word), end), end, "none") != NULL;
        } else if (word->meaning == HIDES) {
            may_hide = true;
        } else {
            PyObject *reason = call_python("unseen._reason_to_skip", "(ss#)", tag->name.start, tag->attributes.start,
                                           tag->attributes.size);
            long number = reason == NULL ? -1 : PyLong_AsLong(reason);
            Py_XDECREF(reason);
            return (int)number;
        }
    }
    return may_hide && !is_shown_later(small) && is_hidden(tag->attributes, scratch) ? HIDDEN_NOW : NOT_SKIPPED;
}

/* Whether an element's class says that it holds what its heading opens. */
bool is_folded(Tag *tag)
{
    const char *position = tag->attributes.start, *end = position + tag->attributes.size, *searched = position;
    if (!tag->knows_folded) {
        tag->knows_folded = true;
        for (; position < end && !tag->is_folded; position++)
            if (after_word(position, end, "class"))
                tag->is_folded =
                    has_word_in_value(&folded_names, value_behind(position + 5, end, true), end, &searched);
    }
    return tag->is_folded;
}

/* Return the id that the attribute whose name ends at `position` holds, or the first of several; of no bytes if none.
 */
static Span id_behind(const char *position, const char *end)
{
    const char *next = start_of_value(position, end);
    if (next == NULL)
        return (Span){position, 0};
    if (end - next > 1 && *next == '#' && is_of_id(next[1]))
        next++;
    const char *last = next;
    while (last < end && is_of_id(*last))
        last++;
    return (Span){next, last - next};
}

/* Add the ids of what controls on the page open (`_controlled_ids`); returns their number, or -1 with an exception. */
Py_ssize_t controlled_ids(const char *start, const char *end, Span **ids, Arena *arena)
{
    static const char *const words[] = {"aria-controls", "data-target", "data-bs-target"};
    const char *read_up_to[] = {start, start, start}; /* by each word, of which one may stand in another's value */
    Py_ssize_t count = 0, capacity = 0;
    *ids = NULL;
    for (const char *next = start; (next = find_any_word(next, end, words, 3)) != NULL; next++) {
        int word = *next == 'a' ? 0 : next[5] == 't' ? 1 : 2;
        if (next < read_up_to[word])
            continue;
        Span id = id_behind(next + strlen(words[word]), end);
        read_up_to[word] = id.start + id.size;
        if (id.size == 0)
            continue;
        if (count == capacity) {
            Span *larger = TAKE(arena, Span, 2 * capacity + 16);
            if (larger == NULL)
                return -1;
            if (count > 0)
                memcpy(larger, *ids, sizeof(Span) * (size_t)count);
            *ids = larger;
            capacity = 2 * capacity + 16;
        }
        (*ids)[count++] = id;
    }
    return count;
}
