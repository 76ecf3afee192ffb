/* The block elements of a page, and what their tags, classes and ids say. Twin of elements.py and tags.py. */

#include "core.h"

#define MAX_NAMES 2000

/* Groups of `CLASS_GROUPS`, in its order; a bit each. */
enum group {
    NAVIGATION,
    FOOTER_GROUP,
    HEADER_GROUP,
    SIDEBAR,
    COMMENTS,
    SHARING,
    RELATED,
    PROMOTION,
    SUBSCRIPTION,
    DETAILS_GROUP,
    PICTURES,
    TITLE_GROUP,
    SUMMARY_GROUP,
    TEXT_GROUP,
    BODY_GROUP,
    HIDDEN_GROUP
};
/* What a word needs beside it. */
enum need {
    AT_START = 0x100,  /* no letter, digit or underscore before */
    AT_END = 0x200,    /* nor behind */
    AS_FOOTER = 0x400, /* `foot`, but not as in `footnote` */
    AS_BODY = 0x800,   /* behind a word of `BODY_HEADS` and up to two hyphens */
    AS_NONE = 0x1000   /* `display:` before `none` */
};

/* The patterns of `CLASS_GROUPS` as words, sorted. Names are searched with hyphens for underscores. */
static const Word CLASS_WORDS[] = {
    {"abo", SUBSCRIPTION | AT_END},
    {"abstract", SUMMARY_GROUP},
    {"actions", SHARING},
    {"ad", PROMOTION | AT_START | AT_END},
    {"addthis", SHARING},
    {"ads", PROMOTION | AT_START | AT_END},
    {"advert", PROMOTION},
    {"affiliate", PROMOTION},
    {"alert", SUBSCRIPTION},
    {"also", RELATED},
    {"anzeige", PROMOTION},
    {"archive", RELATED},
    {"article", TEXT_GROUP},
    {"articlebody", BODY_GROUP},
    {"aside", SIDEBAR},
    {"author", DETAILS_GROUP},
    {"autor", DETAILS_GROUP},
    {"banner", HEADER_GROUP},
    {"bio", DETAILS_GROUP | AT_START},
    {"body", TEXT_GROUP},
    {"body", BODY_GROUP | AS_BODY},
    {"body-content", BODY_GROUP},
    {"body-copy", BODY_GROUP},
    {"body-text", BODY_GROUP},
    {"bodycontent", BODY_GROUP},
    {"bodycopy", BODY_GROUP},
    {"bodytext", BODY_GROUP},
    {"bottom", FOOTER_GROUP},
    {"branding", HEADER_GROUP},
    {"breadcrumb", NAVIGATION},
    {"buttons", SHARING},
    {"buy", PROMOTION},
    {"byline", DETAILS_GROUP},
    {"campaign", PROMOTION},
    {"caption", PICTURES},
    {"card", RELATED},
    {"carousel", RELATED},
    {"categor", DETAILS_GROUP},
    {"chapo", SUMMARY_GROUP},
    {"collapse", HIDDEN_GROUP},
    {"colophon", FOOTER_GROUP},
    {"column", SIDEBAR},
    {"comment", COMMENTS},
    {"commercial", PROMOTION},
    {"complementary", SIDEBAR},
    {"consent", SUBSCRIPTION},
    {"content", TEXT_GROUP},
    {"content", BODY_GROUP | AS_BODY},
    {"content--", BODY_GROUP | AT_START},
    {"cookie", SUBSCRIPTION},
    {"copy", TEXT_GROUP},
    {"copy", BODY_GROUP | AS_BODY},
    {"copyright", FOOTER_GROUP},
    {"credit", DETAILS_GROUP},
    {"crumb", NAVIGATION},
    {"date", DETAILS_GROUP},
    {"deck", SUMMARY_GROUP},
    {"description", SUMMARY_GROUP},
    {"dialog", SUBSCRIPTION},
    {"disclaimer", FOOTER_GROUP},
    {"discussion", COMMENTS},
    {"display:", HIDDEN_GROUP | AS_NONE},
    {"disqus", COMMENTS},
    {"donat", PROMOTION},
    {"edit", DETAILS_GROUP},
    {"entry", TEXT_GROUP},
    {"entry", BODY_GROUP | AT_END},
    {"excerpt", SUMMARY_GROUP},
    {"facebook", SHARING},
    {"feed", RELATED},
    {"feedback", COMMENTS},
    {"field-item", BODY_GROUP},
    {"fielditem", BODY_GROUP},
    {"figure", PICTURES},
    {"follow", SHARING},
    {"foot", FOOTER_GROUP | AS_FOOTER},
    {"form", SUBSCRIPTION},
    {"forum", COMMENTS},
    {"foto", PICTURES},
    {"gallery", PICTURES},
    {"gdpr", SUBSCRIPTION},
    {"grid", RELATED},
    {"header", HEADER_GROUP},
    {"heading", TITLE_GROUP},
    {"headline", TITLE_GROUP},
    {"hentry", BODY_GROUP},
    {"hidden", HIDDEN_GROUP},
    {"image", PICTURES},
    {"img", PICTURES},
    {"imprint", FOOTER_GROUP},
    {"info", DETAILS_GROUP},
    {"intro", SUMMARY_GROUP},
    {"jump", NAVIGATION},
    {"kicker", DETAILS_GROUP},
    {"komment", COMMENTS},
    {"label", DETAILS_GROUP},
    {"latest", RELATED},
    {"lead", SUMMARY_GROUP},
    {"left", SIDEBAR},
    {"legal", FOOTER_GROUP},
    {"like", SHARING},
    {"list", RELATED},
    {"login", SUBSCRIPTION},
    {"logo", HEADER_GROUP},
    {"main", TEXT_GROUP},
    {"markdown", BODY_GROUP},
    {"masthead", HEADER_GROUP},
    {"media", PICTURES},
    {"menu", NAVIGATION},
    {"meta", DETAILS_GROUP},
    {"modal", SUBSCRIPTION},
    {"more", RELATED | AT_END},
    {"most", RELATED},
    {"mw-parser", BODY_GROUP},
    {"nav", NAVIGATION},
    {"newsletter", SUBSCRIPTION},
    {"next", RELATED},
    {"noprint", HIDDEN_GROUP},
    {"notice", SUBSCRIPTION},
    {"offer", PROMOTION},
    {"offscreen", HIDDEN_GROUP},
    {"outbrain", PROMOTION},
    {"overlay", SUBSCRIPTION},
    {"pager", NAVIGATION},
    {"paginat", NAVIGATION},
    {"paywall", SUBSCRIPTION},
    {"photo", PICTURES},
    {"picture", PICTURES},
    {"player", PICTURES},
    {"popular", RELATED},
    {"popup", SUBSCRIPTION},
    {"post", TEXT_GROUP},
    {"posted", DETAILS_GROUP},
    {"prev", RELATED},
    {"print", SHARING},
    {"privacy", SUBSCRIPTION},
    {"product", PROMOTION},
    {"promo", PROMOTION},
    {"prose", BODY_GROUP},
    {"publish", DETAILS_GROUP},
    {"rail", SIDEBAR},
    {"read-", RELATED},
    {"recent", RELATED},
    {"recommend", RELATED},
    {"register", SUBSCRIPTION},
    {"relat", RELATED},
    {"replies", COMMENTS},
    {"reply", COMMENTS},
    {"respond", COMMENTS},
    {"rich-text", BODY_GROUP},
    {"richtext", BODY_GROUP},
    {"right", SIDEBAR},
    {"rubric", DETAILS_GROUP},
    {"screen-reader", HIDDEN_GROUP},
    {"secondary", SIDEBAR},
    {"share", SHARING},
    {"sharing", SHARING},
    {"shop", PROMOTION},
    {"side", SIDEBAR},
    {"sign-up", SUBSCRIPTION},
    {"signup", SUBSCRIPTION},
    {"similar", RELATED},
    {"single", TEXT_GROUP},
    {"skip", NAVIGATION},
    {"slider", RELATED},
    {"social", SHARING},
    {"source", DETAILS_GROUP},
    {"sponsor", PROMOTION},
    {"sr-only", HIDDEN_GROUP},
    {"standfirst", SUMMARY_GROUP},
    {"story", TEXT_GROUP},
    {"stream", RELATED},
    {"subscri", SUBSCRIPTION},
    {"subtitle", SUMMARY_GROUP},
    {"summary", SUMMARY_GROUP},
    {"taboola", PROMOTION},
    {"tabs", NAVIGATION},
    {"tag", DETAILS_GROUP},
    {"teaser", RELATED},
    {"teaser", SUMMARY_GROUP},
    {"text", TEXT_GROUP},
    {"text", BODY_GROUP | AS_BODY},
    {"thumb", PICTURES},
    {"time", DETAILS_GROUP},
    {"title", TITLE_GROUP},
    {"toc", NAVIGATION | AT_END},
    {"toolbar", NAVIGATION},
    {"tools", SHARING},
    {"top", HEADER_GROUP | AT_END},
    {"trending", RELATED},
    {"twitter", SHARING},
    {"vcard", DETAILS_GROUP},
    {"video", PICTURES},
    {"visually", HIDDEN_GROUP},
    {"werbung", PROMOTION},
    {"whatsapp", SHARING},
    {"widget", SIDEBAR},
    {"wysiwyg", BODY_GROUP},
};
static const char *const BODY_HEADS[] = {"article", "story", "post", "entry", "news", "page", "main", "blog", "detail"};
static WordSet class_words;
static Threes class_beginnings;

/* The bit of each tag of `TAG_GROUPS`, behind those of the groups. */
static const enum name TAG_GROUPS[] = {NAV,     FOOTER, HEADER,     ASIDE,   FORM,       ARTICLE, MAIN,
                                       SECTION, FIGURE, FIGCAPTION, TABLE,   BLOCKQUOTE, LI,      UL,
                                       OL,      DL,     P,          DETAILS, TD,         CENTER};
static uint64_t tag_bits[NAMES];

void prepare_elements(void)
{
    index_words(&class_words, CLASS_WORDS, (int)(sizeof(CLASS_WORDS) / sizeof(CLASS_WORDS[0])));
    index_threes(&class_beginnings, CLASS_WORDS, (int)(sizeof(CLASS_WORDS) / sizeof(CLASS_WORDS[0])));
    for (size_t bit = 0; bit < sizeof(TAG_GROUPS) / sizeof(TAG_GROUPS[0]); bit++)
        tag_bits[TAG_GROUPS[bit]] = (uint64_t)1 << (CLASS_GROUPS + bit);
}

/* Whether a word of `BODY_HEADS` ends before `position`, with up to two hyphens between. */
static bool is_after_body_head(const char *start, const char *position)
{
    for (int hyphens = 0; hyphens <= 2; hyphens++) {
        for (size_t head = 0; head < sizeof(BODY_HEADS) / sizeof(BODY_HEADS[0]); head++) {
            Py_ssize_t size = (Py_ssize_t)strlen(BODY_HEADS[head]);
            if (position - start >= size && memcmp(position - size, BODY_HEADS[head], (size_t)size) == 0)
                return true;
        }
        if (position == start || position[-1] != '-')
            return false;
        position--;
    }
    return false;
}

/* Whether what a word needs beside it is there. */
static bool is_in_context(const Word *word, const char *start, const char *position, const char *end)
{
    const char *after = position + strlen(word->word);
    if (word->meaning & AT_START && position > start && is_word_byte(position[-1]))
        return false;
    if (word->meaning & AT_END && after < end && is_word_byte(*after))
        return false;
    if (word->meaning & AS_FOOTER && end - after >= 2 && after[0] == 'n' && after[1] == 'o')
        return false;
    if (word->meaning & AS_BODY && !is_after_body_head(start, position))
        return false;
    if (word->meaning & AS_NONE) {
        while (after < end && is_space(*after) && *after != '\v')
            after++;
        return starts_with(after, end, "none");
    }
    return true;
}

/* Add the bits of the groups of the words that begin at a position of class names. */
static void add_groups(Span names, const char *position, uint64_t *bits)
{
    const char *end = names.start + names.size;
    const Word *word = words_at(&class_words, position, end);
    for (; word != NULL && next_word_fits(&class_words, &word, position, end); word++)
        if (is_in_context(word, names.start, position, end))
            *bits |= (uint64_t)1 << (word->meaning & 0xFF);
}

/* Return the bits of the groups that class names, in small letters, belong to. */
static uint64_t groups_of(Span names)
{
    uint64_t bits = 0;
    uint32_t number = 0;
    for (Py_ssize_t index = 0; index < names.size; index++) {
        number = number_of_three(number, names.start[index]);
        if (index >= 2 && may_begin(&class_beginnings, number))
            add_groups(names, names.start + index - 2, &bits);
    }
    /* What lies in the last two bytes is no beginning of three. */
    if (names.size >= 2)
        add_groups(names, names.start + names.size - 2, &bits);
    return bits;
}

/* Return the position behind `name`, spaces and an equals sign; NULL if they are not there. */
static const char *end_of_assignment(const char *position, const char *end)
{
    static const char *const names[] = {"class", "id", "role", "itemprop", "data-component", "data-testid"};
    for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
        const char *next = after_word(position, end, names[index]);
        if (next == NULL)
            continue;
        next = skip_spaces(next, end);
        if (next < end && *next == '=')
            return skip_spaces(next + 1, end);
    }
    return NULL;
}

/* Add the values of the attributes that name an element (`_NAMES`), with spaces between them. */
static void add_names(Span attributes, Buffer *names)
{
    const char *position = attributes.start, *end = position + attributes.size;
    bool is_first = true;
    while (position < end) {
        char before = *position++;
        if (!(is_space(before) || before == '"' || before == '\''))
            continue;
        const char *first = end_of_assignment(position, end), *last, *after;
        if (first == NULL || first == end)
            continue;
        if (*first == '"' || *first == '\'') {
            last = memchr(first + 1, *first, (size_t)(end - first - 1));
            if (last == NULL)
                continue;
            first++;
            after = last + 1;
        } else {
            for (last = first; last < end && !is_space(*last) && *last != '>' && *last != '"' && *last != '\'';)
                last++;
            if (last == first)
                continue;
            after = last;
        }
        if (!is_first)
            buffer_add(names, " ", 1);
        buffer_add(names, first, last - first);
        is_first = false;
        position = after;
    }
}

/* Whether attributes say that their element is hidden (`_HIDING_WORDS`). */
static bool says_hidden(Span attributes)
{
    const char *start = attributes.start, *end = start + attributes.size;
    for (const char *word = start; (word = find_bytes(word, end, "hidden")) != NULL; word++) {
        const char *after = word + 6;
        if (word > start && (is_space(word[-1]) || word[-1] == '"' || word[-1] == '\'') &&
            (after == end || is_space(*after) || *after == '=' || *after == '/'))
            return true;
        if (word - start >= 5 && memcmp(word - 5, "aria-", 5) == 0) {
            after = start_of_value(after, end);
            if (after != NULL && starts_with(after, end, "true"))
                return true;
        }
    }
    for (const char *word = start; (word = find_bytes(word, end, "display:")) != NULL; word++)
        if (starts_with(skip_spaces(word + 8, end), end, "none"))
            return true;
    return false;
}

/* Return the first characters of a text. */
static Span first_characters(Span text, Py_ssize_t characters)
{
    if (text.size <= characters)
        return text;
    const char *position = text.start, *end = position + text.size;
    while (characters-- > 0 && position < end)
        next_code(&position);
    return (Span){text.start, position - text.start};
}

/* Fill in the value of `class` without digits. */
static int read_classes(Tag *tag, Span attributes, Buffer *scratch, Arena *arena)
{
    Span value;
    scratch->size = 0;
    bool is_named = contains(attributes, "class") || contains(attributes, "CLASS");
    if (!is_named || !find_attribute(attributes, "class", &value))
        return 0;
    decode_entities(value, scratch);
    char *classes = arena_take(arena, (size_t)scratch->size + 1);
    if (classes == NULL || scratch->failed)
        return -1;
    tag->classes.start = classes;
    for (Py_ssize_t index = 0; index < scratch->size; index++)
        if (!is_digit(scratch->start[index]))
            classes[tag->classes.size++] = scratch->start[index];
    return 0;
}

/* Fill in the names of an element, the bits of the groups that it belongs to, and its classes without digits. */
static int read_names(Tag *tag, Buffer *scratch, Buffer *small, Arena *arena)
{
    uint64_t bits = tag_bits[tag->name_id];
    Span attributes = first_characters(tag->attributes, MAX_NAMES);
    if (says_hidden(attributes))
        bits |= (uint64_t)1 << HIDDEN_GROUP;
    scratch->size = small->size = 0;
    add_names(attributes, scratch);
    char *names = arena_take(arena, (size_t)scratch->size + 1);
    if (names == NULL || scratch->failed)
        return -1;
    if (scratch->size > 0)
        memcpy(names, scratch->start, (size_t)scratch->size);
    tag->names = (Span){names, scratch->size};
    add_small_letters((Span){scratch->start, scratch->size}, small);
    for (Py_ssize_t index = 0; index < small->size; index++)
        if (small->start[index] == '_')
            small->start[index] = '-';
    tag->own_bits = bits | groups_of((Span){small->start, small->size});
    tag->knows_names = true;
    return scratch->failed || small->failed ? -1 : read_classes(tag, attributes, scratch, arena);
}

/* The number of each tag with its classes, found by their hash. */
typedef struct {
    size_t slots;
    struct {
        const Tag *tag;
        int32_t number;
    } * entries;
} Kinds;

static int32_t kind_number(Kinds *kinds, const Tag *tag, int32_t next_number)
{
    uint64_t hash = hash_of(tag->classes.start, tag->classes.size) + (uint64_t)tag->name_id * 0x9E3779B97F4A7C15u;
    size_t slot = (size_t)(hash ^ hash >> 31) & (kinds->slots - 1);
    for (const Tag *other; (other = kinds->entries[slot].tag) != NULL; slot = (slot + 1) & (kinds->slots - 1))
        if (other->name_id == tag->name_id && other->classes.size == tag->classes.size &&
            (tag->classes.size == 0 ||
             memcmp(other->classes.start, tag->classes.start, (size_t)tag->classes.size) == 0))
            return kinds->entries[slot].number;
    kinds->entries[slot].tag = tag;
    kinds->entries[slot].number = next_number;
    return next_number;
}

static int take_elements(Elements *elements, Py_ssize_t count, Arena *arena)
{
    elements->count = count;
    elements->tags = TAKE(arena, const char *, count);
    elements->depths = TAKE(arena, int32_t, count);
    elements->numbers = TAKE(arena, int32_t, count);
    elements->containers = TAKE(arena, int32_t, count);
    elements->own_bits = TAKE(arena, uint64_t, count);
    elements->path_bits = TAKE(arena, uint64_t, count);
    elements->has_classes = TAKE(arena, bool, count);
    elements->names = TAKE(arena, Span, count);
    return elements->tags && elements->depths && elements->numbers && elements->containers && elements->own_bits &&
                   elements->path_bits && elements->has_classes && elements->names
               ? 0
               : -1;
}

/* Describe the elements with these start tags, which are in the order of the page; the first is the body. */
int describe(Tag *const *tags, int32_t *parents, int32_t *ends, Py_ssize_t count, Elements *elements, Arena *arena)
{
    Buffer scratch = {0}, small = {0};
    Kinds kinds = {.slots = 16};
    while (kinds.slots < 2 * (size_t)count)
        kinds.slots *= 2;
    kinds.entries = arena_take(arena, sizeof(*kinds.entries) * kinds.slots);
    int result = take_elements(elements, count, arena);
    if (kinds.entries == NULL || result < 0)
        return -1;
    memset(kinds.entries, 0, sizeof(*kinds.entries) * kinds.slots);
    elements->parents = parents;
    elements->ends = ends;
    int32_t kind_count = 0;
    for (int32_t node = 0; result == 0 && node < count; node++) {
        Tag *tag = tags[node];
        if (!tag->knows_names)
            result = read_names(tag, &scratch, &small, arena);
        int32_t parent = parents[node];
        elements->tags[node] = tag->name.start;
        elements->numbers[node] = kind_number(&kinds, tag, kind_count);
        kind_count += elements->numbers[node] == kind_count;
        elements->own_bits[node] = tag->own_bits;
        elements->names[node] = tag->names;
        elements->has_classes[node] = tag->classes.size > 0;
        elements->depths[node] = node == 0 ? 0 : elements->depths[parent] + 1;
        elements->path_bits[node] = node == 0 ? tag->own_bits : elements->path_bits[parent] | tag->own_bits;
        elements->containers[node] = node == 0 ? 0 : tag->is_contained ? elements->containers[parent] : node;
    }
    buffer_free(&scratch);
    buffer_free(&small);
    return result;
}
