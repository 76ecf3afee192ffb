/* What a start tag says: its name and attributes, and what they mean to the reader. Twin of known_tags.py. */

#include "core.h"

#define LONGEST_NAME 15
#define NAME_SLOTS 512

typedef struct {
    const char *text;
    uint8_t action;
    bool is_contained;
    uint32_t flags;
} Name;

#define B (IS_BLOCK)
#define E (ENDS_PARAGRAPH)
#define S (SKIPPED)
/* In the order of `enum name`; `B E` and the like are flags, all are OPAQUE but a few. */
static const Name KNOWN_NAMES[NAMES] = {
    [NO_NAME] = {"", ADDS_NOTHING, false, OPAQUE},
    [ADDRESS] = {"address", STARTS_ELEMENT, false, B | E},
    [ARTICLE] = {"article", STARTS_ELEMENT, false, B | E | OPAQUE},
    [ASIDE] = {"aside", STARTS_ELEMENT, false, B | E | OPAQUE},
    [BLOCKQUOTE] = {"blockquote", STARTS_ELEMENT, true, B | E | OPAQUE},
    [CAPTION] = {"caption", STARTS_ELEMENT, false, B | SCOPE | TABLE_PART | OPAQUE},
    [CENTER] = {"center", STARTS_ELEMENT, false, B | E | OPAQUE},
    [DD] = {"dd", STARTS_ELEMENT, true, B | E | ENDS_LIKE | OPAQUE},
    [DETAILS] = {"details", STARTS_ELEMENT, false, B | E | OPAQUE},
    [DIR] = {"dir", STARTS_ELEMENT, false, B | E | OPAQUE},
    [DIV] = {"div", STARTS_ELEMENT, false, B | E},
    [DL] = {"dl", STARTS_ELEMENT, false, B | E | OPAQUE},
    [DT] = {"dt", STARTS_ELEMENT, true, B | E | ENDS_LIKE | OPAQUE},
    [FIELDSET] = {"fieldset", STARTS_ELEMENT, false, B | E | OPAQUE},
    [FIGCAPTION] = {"figcaption", STARTS_ELEMENT, false, B | E | OPAQUE},
    [FIGURE] = {"figure", STARTS_ELEMENT, false, B | E | OPAQUE},
    [FOOTER] = {"footer", STARTS_ELEMENT, false, B | E | OPAQUE},
    [FORM] = {"form", STARTS_ELEMENT, false, B | E | OPAQUE},
    [H1] = {"h1", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [H2] = {"h2", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [H3] = {"h3", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [H4] = {"h4", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [H5] = {"h5", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [H6] = {"h6", STARTS_ELEMENT, true, B | E | IS_HEADING | OPAQUE},
    [HEADER] = {"header", STARTS_ELEMENT, false, B | E | OPAQUE},
    [HGROUP] = {"hgroup", STARTS_ELEMENT, false, B | E | OPAQUE},
    [LEGEND] = {"legend", STARTS_ELEMENT, false, B | OPAQUE},
    [LI] = {"li", STARTS_ELEMENT, true, B | E | ENDS_LIKE | KEEPS_STATE | OPAQUE},
    [LISTING] = {"listing", STARTS_ELEMENT, false, B | E | IS_PREFORMATTED | KEEPS_STATE | OPAQUE},
    [MAIN] = {"main", STARTS_ELEMENT, false, B | E | OPAQUE},
    [OL] = {"ol", STARTS_ELEMENT, true, B | E | KEEPS_STATE | OPAQUE},
    [P] = {"p", STARTS_ELEMENT, true, B | E},
    [PRE] = {"pre", STARTS_ELEMENT, true, B | E | IS_PREFORMATTED | KEEPS_STATE | OPAQUE},
    [SEARCH] = {"search", STARTS_ELEMENT, false, B | E | OPAQUE},
    [SECTION] = {"section", STARTS_ELEMENT, false, B | E | OPAQUE},
    [SUMMARY] = {"summary", STARTS_ELEMENT, false, B | E | OPAQUE},
    [TABLE] = {"table", STARTS_ELEMENT, false, B | E | SCOPE | KEEPS_STATE | OPAQUE},
    [TBODY] = {"tbody", STARTS_ELEMENT, true, B | TABLE_PART | OPAQUE},
    [TD] = {"td", STARTS_ELEMENT, true, B | SCOPE | TABLE_PART | IS_CELL | KEEPS_STATE | OPAQUE},
    [TFOOT] = {"tfoot", STARTS_ELEMENT, false, B | TABLE_PART | OPAQUE},
    [TH] = {"th", STARTS_ELEMENT, true, B | SCOPE | TABLE_PART | IS_CELL | KEEPS_STATE | OPAQUE},
    [THEAD] = {"thead", STARTS_ELEMENT, false, B | TABLE_PART | OPAQUE},
    [TR] = {"tr", STARTS_ELEMENT, true, B | TABLE_PART | KEEPS_STATE | OPAQUE},
    [UL] = {"ul", STARTS_ELEMENT, true, B | E | KEEPS_STATE | OPAQUE},
    [AMP_AD] = {"amp-ad", STARTS_ELEMENT, false, S | OPAQUE},
    [AUDIO] = {"audio", STARTS_ELEMENT, false, S | OPAQUE},
    [CANVAS] = {"canvas", STARTS_ELEMENT, false, S | OPAQUE},
    [DATALIST] = {"datalist", STARTS_ELEMENT, false, S | OPAQUE},
    [DIALOG] = {"dialog", STARTS_ELEMENT, false, S | E | IN_LAST_RESORT | OPAQUE},
    [FOREIGNOBJECT] = {"foreignobject", STARTS_ELEMENT, false, S | OPAQUE},
    [MENU] = {"menu", STARTS_ELEMENT, false, S | E | IN_LAST_RESORT | OPAQUE},
    [NAV] = {"nav", STARTS_ELEMENT, false, S | E | IN_LAST_RESORT | OPAQUE},
    [NOSCRIPT] = {"noscript", STARTS_ELEMENT, false, S | IN_LAST_RESORT | OPAQUE},
    [OBJECT] = {"object", STARTS_ELEMENT, false, S | SCOPE | IN_LAST_RESORT | OPAQUE},
    [SELECT] = {"select", STARTS_ELEMENT, false, S | OPAQUE},
    [SVG] = {"svg", STARTS_ELEMENT, false, S | OPAQUE},
    [TEMPLATE] = {"template", STARTS_ELEMENT, false, S | SCOPE | OPAQUE},
    [VIDEO] = {"video", STARTS_ELEMENT, false, S | OPAQUE},
    [IFRAME] = {"iframe", RAW, false, OPAQUE},
    [NOEMBED] = {"noembed", RAW, false, OPAQUE},
    [NOFRAMES] = {"noframes", RAW, false, OPAQUE},
    [SCRIPT] = {"script", RAW, false, OPAQUE},
    [STYLE] = {"style", RAW, false, OPAQUE},
    [TEXTAREA] = {"textarea", RAW, false, OPAQUE},
    [TITLE_TAG] = {"title", RAW, false, OPAQUE},
    [XMP] = {"xmp", RAW, false, E | OPAQUE},
    [HR] = {"hr", RULE, false, E | OPAQUE},
    [HTML] = {"html", RULE, false, OPAQUE},
    [BODY] = {"body", RULE, false, OPAQUE},
    [FRAMESET] = {"frameset", RULE, false, OPAQUE},
    [OPTGROUP] = {"optgroup", RULE, false, OPAQUE},
    [OPTION] = {"option", RULE, false, OPAQUE},
    [BR] = {"br", BREAKS_LINE, false, OPAQUE},
    [A] = {"a", ANCHOR, false, OPAQUE},
    [MATH_TAG] = {"math", MATH, false, OPAQUE},
    [LABEL_TAG] = {"label", LABEL, false, OPAQUE},
    [BUTTON_TAG] = {"button", BUTTON, false, SCOPE | OPAQUE},
    [COLGROUP] = {"colgroup", ADDS_NOTHING, false, TABLE_PART | OPAQUE},
};
#undef B
#undef E
#undef S

/* Each name at the slot of its hash, or at the next free one. */
static uint8_t name_slots[NAME_SLOTS];

static uint32_t slot_of_name(const char *start, Py_ssize_t size)
{
    uint32_t hash = 2166136261u;
    for (Py_ssize_t index = 0; index < size; index++)
        hash = (hash ^ (unsigned char)start[index]) * 16777619u;
    return (hash ^ hash >> 13) % NAME_SLOTS;
}

void prepare_known_tags(void)
{
    for (int name = 1; name < NAMES; name++) {
        uint32_t slot = slot_of_name(KNOWN_NAMES[name].text, (Py_ssize_t)strlen(KNOWN_NAMES[name].text));
        while (name_slots[slot] != NO_NAME && name_slots[slot] != name)
            slot = (slot + 1) % NAME_SLOTS;
        name_slots[slot] = (uint8_t)name;
    }
}

/* Return the known name that these letters are, in whatever case; NO_NAME if they are none. */
enum name name_of(Span name)
{
    char letters[LONGEST_NAME];
    if (name.size > LONGEST_NAME)
        return NO_NAME;
    for (Py_ssize_t index = 0; index < name.size; index++)
        letters[index] = small_letter(name.start[index]);
    uint32_t slot = slot_of_name(letters, name.size);
    for (; name_slots[slot] != NO_NAME; slot = (slot + 1) % NAME_SLOTS) {
        const char *text = KNOWN_NAMES[name_slots[slot]].text;
        /* A name may hold a zero byte, which ends no name. */
        if (strlen(text) == (size_t)name.size && memcmp(text, letters, (size_t)name.size) == 0)
            return (enum name)name_slots[slot];
    }
    return NO_NAME;
}

const char *text_of_name(enum name name)
{
    return KNOWN_NAMES[name].text;
}

uint8_t action_of(enum name name)
{
    return KNOWN_NAMES[name].action;
}

/* Start tags by their source, which is all between `<` and `>`: pages repeat them. */
struct KnownTags {
    bool is_xml;
    Arena *arena;
    size_t count, slots;
    struct {
        Span source;
        Tag *tag;
    } * entries;
};

KnownTags *new_known_tags(bool is_xml, Arena *arena)
{
    KnownTags *tags = TAKE(arena, KnownTags, 1);
    if (tags == NULL)
        return NULL;
    *tags = (KnownTags){.is_xml = is_xml, .arena = arena, .slots = 512};
    tags->entries = arena_take(arena, sizeof(*tags->entries) * tags->slots);
    if (tags->entries == NULL)
        return NULL;
    memset(tags->entries, 0, sizeof(*tags->entries) * tags->slots);
    return tags;
}

/* Whether a class says that an element holds code (`_CODE_BLOCK`). */
static bool is_code_block(Span attributes)
{
    static const char *const names[] = {"fragment", "SourceCode", "SCodeFlow", "SVerbatim", "RktBlk"};
    const char *position = attributes.start, *end = position + attributes.size;
    while ((position = find_bytes(position, end, "class")) != NULL) {
        position += 5;
        const char *next = start_of_value(position, end);
        if (next == NULL)
            continue;
        for (size_t index = 0; index < sizeof(names) / sizeof(names[0]); index++) {
            const char *after = next + strlen(names[index]);
            if (starts_with(next, end, names[index]) && (after == end || (!is_word_byte(*after) && *after != '-')))
                return true;
        }
    }
    return false;
}

static void read_tag(Span source, bool is_xml, Tag *tag)
{
    const char *position = source.start, *end = position + source.size;
    while (position < end && !is_space(*position) && *position != '/' && *position != '>')
        position++;
    memset(tag, 0, sizeof(Tag));
    enum name name = name_of((Span){source.start, position - source.start});
    tag->name_id = (int16_t)name;
    tag->name = (Span){KNOWN_NAMES[name].text, (Py_ssize_t)strlen(KNOWN_NAMES[name].text)};
    tag->attributes = (Span){position, end - position};
    tag->action = KNOWN_NAMES[name].action;
    tag->flags = KNOWN_NAMES[name].flags;
    tag->is_contained = KNOWN_NAMES[name].is_contained;
    tag->reason_to_skip = position < end ? -1 : 0;
    if (position == end)
        return;
    if (end[-1] == '/' && tag->action == STARTS_ELEMENT && (is_xml || name == SVG))
        tag->action = ADDS_NOTHING;
    if ((name == DIV || name == BLOCKQUOTE || name == TABLE) && is_code_block(tag->attributes))
        tag->flags |= IS_PREFORMATTED | KEEPS_STATE;
}

static int grow(KnownTags *tags)
{
    size_t slots = 2 * tags->slots;
    void *memory = arena_take(tags->arena, sizeof(*tags->entries) * slots);
    if (memory == NULL)
        return -1;
    memset(memory, 0, sizeof(*tags->entries) * slots);
    KnownTags larger = *tags;
    larger.entries = memory;
    larger.slots = slots;
    for (size_t index = 0; index < tags->slots; index++) {
        if (tags->entries[index].tag == NULL)
            continue;
        Span source = tags->entries[index].source;
        size_t slot = (size_t)hash_of(source.start, source.size) & (slots - 1);
        while (larger.entries[slot].tag != NULL)
            slot = (slot + 1) & (slots - 1);
        larger.entries[slot] = tags->entries[index];
    }
    *tags = larger;
    return 0;
}

/* Return the tag that is written so; NULL and MemoryError if there is no memory for it. */
Tag *known_tag(KnownTags *tags, Span source)
{
    size_t slot = (size_t)hash_of(source.start, source.size) & (tags->slots - 1);
    while (tags->entries[slot].tag != NULL) {
        Span other = tags->entries[slot].source;
        if (other.size == source.size && memcmp(other.start, source.start, (size_t)source.size) == 0)
            return tags->entries[slot].tag;
        slot = (slot + 1) & (tags->slots - 1);
    }
    Tag *tag = TAKE(tags->arena, Tag, 1);
    if (tag == NULL)
        return NULL;
    read_tag(source, tags->is_xml, tag);
    tags->entries[slot].source = source;
    tags->entries[slot].tag = tag;
    tags->count++;
    return 2 * tags->count > tags->slots && grow(tags) < 0 ? NULL : tag;
}
