/* What all files of the compiled core share: a page's elements and blocks, and memory that grows.

   Each file of this folder is the twin of the Python file of its name one folder up and gives the same bytes;
   docs/architecture.md says how a rule is changed in both. */

#ifndef CORPUSKIT_CORE_H
#define CORPUSKIT_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
/* Calls within the core are direct, and none of its names meets another library's. */
#pragma GCC visibility push(hidden)
#endif

/* As `ALGORITHM` in compiled.py. */
#define ALGORITHM 8
/* As `INTERFACE` there. */
#define INTERFACE 7

/* The end of a line that a tag makes, in a text that is not yet folded. */
#define LINE_BREAK '\v'
/* How many `CLASS_GROUPS` elements.py has. */
#define CLASS_GROUPS 16
/* The bit of `CLASS_GROUPS` that says comments or replies. */
#define COMMENT_BIT 4

/* In the order of `_KINDS` in features.py. */
enum kind { HEADING, LINE, ROW, ITEM, PREFORMATTED, PARAGRAPH, KINDS };

/* A part of a text in UTF-8. */
typedef struct {
    const char *start;
    Py_ssize_t size;
} Span;

/* A text that grows; one that memory is too short for is `failed`, with an exception, and takes no more. */
typedef struct {
    char *start;
    Py_ssize_t size, capacity;
    bool failed;
} Buffer;

/* What stands before an item of a list. */
typedef struct {
    enum { NO_MARKER, BULLET, NUMBER } kind;
    int64_t number;
    char style; /* `a` or `A` for letters */
} Marker;

/* Elements of a page, one array a property, as `Elements` has them. */
typedef struct {
    Py_ssize_t count;
    const char **tags;
    int32_t *parents, *depths, *ends, *numbers, *containers;
    uint64_t *own_bits, *path_bits;
    bool *has_classes;
    Span *names;
} Elements;

/* Position of a table cell; table 0 is none. */
typedef struct {
    int32_t table, row, column;
} Cell;

/* A block, with what `PlacedBlock` knows of its position. */
typedef struct {
    Span text;
    Py_ssize_t length; /* code points of the text */
    enum kind kind;
    int64_t level, linked, characters;
    Marker marker;
    int32_t list_number, node, container;
    int32_t item_before; /* the block that began the item before, in a list that counts down; -1 if there is none */
    Cell cell;
    bool is_link_run, in_block_link;
} Block;

/* Bytes as compilers have them for registers of any processor. */
#define BYTES 16
typedef uint8_t Bytes __attribute__((vector_size(BYTES)));
typedef int8_t SignedBytes __attribute__((vector_size(BYTES)));

/* Memory of one call, given back at once: the parts of a page are many and small. */
typedef struct Chunk Chunk;
typedef struct {
    Chunk *latest;
    char *next, *end;
} Arena;

/* What has been read of a page. */
typedef struct {
    Arena arena;
    Elements elements;
    Block *blocks;
    Py_ssize_t block_count;
    const char *title; /* folded, on one line, while features are filled in */
    Py_ssize_t title_size, title_length;
} PageBlocks;

void *arena_take(Arena *arena, size_t size); /* NULL and MemoryError if there is none */
void arena_free(Arena *arena);

#define TAKE(arena, type, count) ((type *)arena_take(arena, sizeof(type) * ((size_t)(count) + 1)))

bool buffer_reserve(Buffer *buffer, Py_ssize_t size);
void buffer_add_code(Buffer *buffer, uint32_t code);
void buffer_free(Buffer *buffer);

/* elements.c */
typedef struct {
    Span name, attributes; /* the name in small letters */
    Span classes;          /* the value of `class` without digits, as soon as `own_bits` are known; so with `names` */
    Span names;
    uint64_t own_bits;
    uint32_t flags;
    int16_t name_id;
    uint8_t action;
    int8_t reason_to_skip; /* -1 until it is asked for */
    bool is_contained, knows_names, knows_folded, is_folded;
} Tag;

int describe(Tag *const *tags, int32_t *parents, int32_t *ends, Py_ssize_t count, Elements *elements, Arena *arena);
void prepare_elements(void);

/* markup.c: the raw source. Every position that is returned lies at or before `end`, or is NULL. */
const char *skip_spaces(const char *position, const char *end);
const char *start_of_value(const char *position, const char *end);
const char *find_bytes(const char *position, const char *end, const char *part);
const char *end_of_attributes(const char *position, const char *end);
const char *end_of_inline_tag(const char *position, const char *end);
const char *end_of_link(const char *position, const char *end, Span *content);
const char *end_of_text(const char *position, const char *end);
const char *end_of_link_items(const char *position, const char *end);
const char *end_of_comment(const char *position, const char *end);
const char *end_of_raw_text(const char *position, const char *end, const char *name, const char **after);
bool find_attribute(Span attributes, const char *name, Span *value);
bool whole_number(Span value, int64_t *number);
void decode_entities(Span text, Buffer *decoded);
void replace_tags(Span markup, const char *(*end_of_tag)(const char *, const char *), const char *instead,
                  Buffer *text);
void strip_inline_tags(Span markup, Buffer *text);
int64_t characters_in_links(Span markup, Buffer *scratch);
void collapse_spaces(Span text, Buffer *line);
Span without_spaces(Span text);
bool is_all_space(Span text);
void prepare_markup(void);

/* words.c: many words at once. */
typedef struct {
    const char *word; /* in small letters, at least two bytes */
    uint32_t meaning;
} Word;
typedef struct {
    const Word *words; /* sorted */
    int count;
    bool begins[256];        /* whether a word begins with a byte, in whatever case */
    uint8_t first[128][128]; /* one more than the index of the first word that begins with two bytes, in whatever case;
                                0 if none does */
} WordSet;
#define MOST_SHORTEST 8
typedef struct {
    int shortest;
    uint8_t bytes[1024]; /* how far to go on, by the number of a pair of bytes */
} Skips;
/* By which three bytes a word may begin: a bit for each number of `number_of_three`. */
typedef struct {
    uint8_t bits[32 * 32 * 32 / 8];
} Threes;
void index_threes(Threes *threes, const Word *words, int count);
void index_skips(Skips *skips, const Word *words, int count);
const char *next_candidate(const Skips *skips, const char *position, const char *end);
void index_words(WordSet *set, const Word *words, int count);
bool has_any_word(const WordSet *set, Span text);
#define MOST_WORDS 8
/* By which three bytes words begin, with the bit that tells cases apart; `count` is 0 if these are too many. */
typedef struct {
    uint8_t bytes[MOST_WORDS][3];
    int count;
} Beginnings;
void index_beginnings(Beginnings *beginnings, const Word *words, int count);
const char *next_beginning(const Beginnings *beginnings, const char *position, const char *end);
const char *find_any_word(const char *position, const char *end, const char *const *words, int count);
const char *find_letters(const char *position, const char *end, const char *word);
void add_small_letters(Span text, Buffer *small);

/* unseen.c */
enum reason { NOT_SKIPPED, UNSEEN, HIDDEN_NOW };
int reason_to_skip(const Tag *tag, Buffer *scratch);
bool is_folded(Tag *tag);
Py_ssize_t controlled_ids(const char *start, const char *end, Span **ids, Arena *arena);
void prepare_unseen(void);

/* inline.c */
void inline_text(Span markup, int64_t *linked, bool in_code, Buffer *text, Buffer *scratch);
void prepare_inline(void);

/* known_tags.c */
enum action { ADDS_NOTHING, STARTS_ELEMENT, RAW, RULE, BREAKS_LINE, ANCHOR, MATH, LABEL, BUTTON };
enum flag {
    IS_BLOCK = 1,
    SKIPPED = 2,
    ENDS_PARAGRAPH = 4,
    ENDS_LIKE = 8,
    SCOPE = 16,
    OPAQUE = 32,
    IS_HEADING = 64,
    TABLE_PART = 128,
    IS_CELL = 256,
    IS_PREFORMATTED = 512,
    KEEPS_STATE = 1024,
    IN_LAST_RESORT = 2048
};
enum name {
    NO_NAME,
    ADDRESS,
    ARTICLE,
    ASIDE,
    BLOCKQUOTE,
    CAPTION,
    CENTER,
    DD,
    DETAILS,
    DIR,
    DIV,
    DL,
    DT,
    FIELDSET,
    FIGCAPTION,
    FIGURE,
    FOOTER,
    FORM,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    HEADER,
    HGROUP,
    LEGEND,
    LI,
    LISTING,
    MAIN,
    OL,
    P,
    PRE,
    SEARCH,
    SECTION,
    SUMMARY,
    TABLE,
    TBODY,
    TD,
    TFOOT,
    TH,
    THEAD,
    TR,
    UL,
    AMP_AD,
    AUDIO,
    CANVAS,
    DATALIST,
    DIALOG,
    FOREIGNOBJECT,
    MENU,
    NAV,
    NOSCRIPT,
    OBJECT,
    SELECT,
    SVG,
    TEMPLATE,
    VIDEO,
    IFRAME,
    NOEMBED,
    NOFRAMES,
    SCRIPT,
    STYLE,
    TEXTAREA,
    TITLE_TAG,
    XMP,
    HR,
    HTML,
    BODY,
    FRAMESET,
    OPTGROUP,
    OPTION,
    BR,
    A,
    MATH_TAG,
    LABEL_TAG,
    BUTTON_TAG,
    COLGROUP,
    NAMES
};
typedef struct KnownTags KnownTags;
KnownTags *new_known_tags(bool is_xml, Arena *arena);
Tag *known_tag(KnownTags *tags, Span source);
enum name name_of(Span name);
const char *text_of_name(enum name name);
uint8_t action_of(enum name name);
void prepare_known_tags(void);

/* open_elements.c */
#define MAX_DEPTH 512
typedef struct {
    int16_t latest, scope, opaque;
} Before;
typedef struct {
    Tag *tags[MAX_DEPTH];
    Before before[MAX_DEPTH];
    int16_t latest[NAMES];
    int count, scope, opaque;
    int64_t flattened;
} OpenElements;
void open_body(OpenElements *open, Tag *body);
int ended_by_start(const OpenElements *open, const Tag *tag);
int ended_by_end(OpenElements *open, enum name name);
bool push_element(OpenElements *open, Tag *tag);
Tag *pop_element(OpenElements *open);

/* module.c: the bytes of a text in UTF-8, given as such or as a string; NULL with an exception. */
const char *utf8_of(PyObject *text, Py_ssize_t *size);

/* reader.c */
int read_page(PyObject *markup, bool is_xml, PageBlocks *page);
void prepare_reader(void);

/* rows.c */
int join_rows(PageBlocks *page, int32_t row_count, int32_t table_count);

/* python.c: rules that few pages need have one definition, in Python. A name is `module.function` of this room. */
PyObject *call_python(const char *name, const char *format, ...);
int ask_python(const char *name, const char *format, ...); /* -1 with an exception; else whether it holds */
bool is_of_class(uint32_t code, const char *method);

/* raw_markup.c */
#define MAX_LENGTH 500
#define MAX_INNER (8 * 1024)
enum listed { HTML_TAGS, BODY_TAGS, META_TAGS, TITLE_TAGS, LINK_TAGS, HEADING_TAGS, LISTED_KINDS };
typedef struct {
    Py_ssize_t start, name_end, end; /* bytes of the visible source */
    const char *name;
} ListedTag;
typedef struct {
    ListedTag *tags;
    int count;
} TagList;
typedef struct {
    Buffer source;
    Py_ssize_t *lengths; /* code points before each of many places */
    Py_ssize_t length;
    PyObject *json_ld;
    TagList tags[LISTED_KINDS];
} VisiblePage;
int read_landmarks(const char *markup, Py_ssize_t size, VisiblePage *page);
const char *limit_of(const char *position, const char *end, Py_ssize_t characters);
const char *end_of_tag(const char *position, const char *end);
bool next_attribute(const char **position, const char *end, Span *name, Span *value);
PyObject *marked_tags(PyObject *module, PyObject *arguments);
void prepare_raw_markup(void);

/* page_source.c */
PyObject *new_visible_page(PyObject *markup);
VisiblePage *visible_page_of(PyObject *capsule);
const char *position_of(const VisiblePage *page, Py_ssize_t offset);
Py_ssize_t offset_of(const VisiblePage *page, const char *position);
Span visible_part(const VisiblePage *page, Py_ssize_t start, Py_ssize_t end);
PyObject *start_tag(const VisiblePage *page, const char *start, const char *name_end, const char *end, Span marks);
bool is_heading_start(const char *position, const char *end, char last_level);
const char *find_heading_end(const char *position, const char *end);
PyObject *part_of(PyObject *module, PyObject *arguments);
PyObject *heading_end(PyObject *module, PyObject *arguments);
PyObject *inside_heading(PyObject *module, PyObject *arguments);
PyObject *has_time(PyObject *module, PyObject *arguments);

/* page_facts.c */
PyObject *page_facts(PyObject *module, PyObject *markup);
bool value_of(Span attributes, const char *name, Span *value, Buffer *decoded);
void lower(Span text, Buffer *lowered);

/* page_lines.c */
typedef struct {
    Buffer first, second, text, line;
} Buffers; /* of one call */
bool prepare_buffers(Buffers *buffers);
bool have_failed(const Buffers *buffers);
void free_buffers(Buffers *buffers);
void read_text(Span markup, Buffers *buffers);
PyObject *text_of_markup(PyObject *module, PyObject *markup);
PyObject *lines_of_part(PyObject *module, PyObject *arguments);
PyObject *comments_start(PyObject *module, PyObject *part);
PyObject *lines_below(PyObject *module, PyObject *arguments);
PyObject *lines_above(PyObject *module, PyObject *arguments);
PyObject *named_texts(PyObject *module, PyObject *arguments);
PyObject *foreign_sections(PyObject *module, PyObject *capsule);
void prepare_page_lines(void);

/* declaring_tags.c */
PyObject *load_head_words(PyObject *module, PyObject *arguments);
PyObject *declaring_tags(PyObject *module, PyObject *arguments);

/* cleaning.c */
PyObject *clean(PyObject *module, PyObject *text);
PyObject *comparable_title(PyObject *module, PyObject *title);
PyObject *related_headings(PyObject *module, PyObject *arguments);

/* choice.c */
#define ALL_LINKED 850
PyObject *choice_of(const PageBlocks *page, const int32_t *table, const int64_t *scores, const int32_t *probabilities);

/* contents.c */
int drop_contents(const PageBlocks *page, const int64_t *half_words, const int64_t *linked, bool *is_kept,
                  bool *is_before, Arena *arena);

/* name_words.c */
typedef struct NameWords NameWords;
PyObject *load_name_words(PyObject *module, PyObject *arguments);
const NameWords *name_words_of(PyObject *capsule);
int fill_name_columns(const PageBlocks *page, const NameWords *words, int32_t *columns, Py_ssize_t stride,
                      Arena *arena);

/* features.c */
#define WORDS_COLUMN 0
#define LINKED_COLUMN 2
/* No table has more columns. */
#define MOST_FEATURES 256
Py_ssize_t features_count(void);
void prepare_features(void);
int fill_features(const PageBlocks *page, const NameWords *words, int32_t *table, Arena *arena);

/* classifier.c */
PyObject *load_trees(PyObject *module, PyObject *arguments);
PyObject *sum_leaves(PyObject *module, PyObject *arguments);

/* module.c */
/* Drawn anew in each process, so that nobody can make texts that share their hash. No result depends on it. */
extern uint64_t hash_seed;

/* What follows is called so often, or with words that a compiler knows, that it is part of its callers. */

static inline uint64_t mix_hash(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32 ^ hash_seed;
}

static inline uint64_t hash_of(const char *start, Py_ssize_t size)
{
    uint64_t hash = hash_seed ^ (uint64_t)size, word = 0;
    for (; size >= 8; size -= 8, start += 8) {
        memcpy(&word, start, 8);
        hash = mix_hash(hash, word);
    }
    word = 0;
    for (Py_ssize_t index = 0; index < size; index++)
        word = word << 8 | (unsigned char)start[index];
    hash = mix_hash(hash, word) * 0xD6E8FEB86659FD93u;
    return hash ^ hash >> 29;
}

static inline void buffer_add(Buffer *buffer, const char *start, Py_ssize_t size)
{
    if (size <= 0 || !buffer_reserve(buffer, size))
        return;
    memcpy(buffer->start + buffer->size, start, (size_t)size);
    buffer->size += size;
}

static inline bool starts_with(const char *position, const char *end, const char *part)
{
    size_t size = strlen(part);
    return (size_t)(end - position) >= size && memcmp(position, part, size) == 0;
}

/* Return the code point at `*position`, which is moved behind it; the text is known to be UTF-8. */
static inline uint32_t next_code(const char **position)
{
    const unsigned char *byte = (const unsigned char *)*position;
    if (byte[0] < 0x80) {
        *position += 1;
        return byte[0];
    }
    if (byte[0] < 0xE0) {
        *position += 2;
        return (uint32_t)(byte[0] & 0x1F) << 6 | (byte[1] & 0x3F);
    }
    if (byte[0] < 0xF0) {
        *position += 3;
        return (uint32_t)(byte[0] & 0x0F) << 12 | (uint32_t)(byte[1] & 0x3F) << 6 | (byte[2] & 0x3F);
    }
    *position += 4;
    return (uint32_t)(byte[0] & 0x07) << 18 | (uint32_t)(byte[1] & 0x3F) << 12 | (uint32_t)(byte[2] & 0x3F) << 6 |
           (byte[3] & 0x3F);
}

static inline bool is_continuation(char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Return the number of code points in a text. */
static inline Py_ssize_t length_of(const char *start, Py_ssize_t size)
{
    Py_ssize_t length = size;
    while (size >= BYTES) {
        /* So many that no number of a lane is too large for a byte. */
        Py_ssize_t rounds = size / BYTES < 255 ? size / BYTES : 255;
        SignedBytes bytes, last_continuation;
        Bytes continuations = {0};
        uint8_t lanes[BYTES];
        memset(&last_continuation, 0xBF, BYTES);
        for (Py_ssize_t round = 0; round < rounds; round++) {
            memcpy(&bytes, start + round * BYTES, BYTES);
            continuations -= (Bytes)(bytes <= last_continuation);
        }
        memcpy(lanes, &continuations, BYTES);
        for (int lane = 0; lane < BYTES; lane++)
            length -= lanes[lane];
        start += rounds * BYTES;
        size -= rounds * BYTES;
    }
    for (Py_ssize_t index = 0; index < size; index++)
        length -= is_continuation(start[index]);
    return length;
}

/* Whether a byte is whitespace of markup. */
static inline bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static inline bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool is_word_byte(char byte)
{
    return is_letter(byte) || is_digit(byte) || byte == '_';
}

static inline char small_letter(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + 'a' - 'A') : byte;
}

/* Return the position behind a word that begins at `position`, in whatever case; NULL if it does not. */
static inline const char *after_word(const char *position, const char *end, const char *word)
{
    while (*word != '\0' && position < end && small_letter(*position) == *word) {
        position++;
        word++;
    }
    return *word == '\0' ? position : NULL;
}

/* Return the bytes of the whitespace character at `position`, as `str.isspace` has it; 0 if it is none. */
static inline int space_size(const char *position)
{
    const unsigned char *byte = (const unsigned char *)position;
    if (byte[0] < 0x80)
        return byte[0] == ' ' || (byte[0] >= 0x09 && byte[0] <= 0x0D) || (byte[0] >= 0x1C && byte[0] <= 0x1F);
    if (byte[0] == 0xC2)
        return byte[1] == 0x85 || byte[1] == 0xA0 ? 2 : 0;
    if (byte[0] == 0xE2 && byte[1] == 0x80)
        return byte[2] <= 0x8A || byte[2] == 0xA8 || byte[2] == 0xA9 || byte[2] == 0xAF ? 3 : 0;
    if ((byte[0] == 0xE1 && byte[1] == 0x9A && byte[2] == 0x80) ||
        (byte[0] == 0xE2 && byte[1] == 0x81 && byte[2] == 0x9F) ||
        (byte[0] == 0xE3 && byte[1] == 0x80 && byte[2] == 0x80))
        return 3;
    return 0;
}

/* Return the number of three bytes, whatever the case of letters, from that of the byte before them and the first two
   of them; others may have the same. */
static inline uint32_t number_of_three(uint32_t number, char last)
{
    return (number << 5 | (last & 31)) & 0x7FFF;
}

static inline bool may_begin(const Threes *threes, uint32_t number)
{
    return threes->bits[number >> 3] >> (number & 7) & 1;
}

/* Return the first of the words that may begin at `position`, for `next_word_fits`; NULL if none may. */
static inline const Word *words_at(const WordSet *set, const char *position, const char *end)
{
    unsigned char first = (unsigned char)*position, second;
    if (!set->begins[first] || end - position < 2 || (second = (unsigned char)position[1]) >= 0x80)
        return NULL;
    return set->first[first][second] == 0 ? NULL : &set->words[set->first[first][second] - 1];
}

/* Whether a word, or one of those after it with the same first two bytes, begins at `position`; `word` is moved to it.
 */
static inline bool next_word_fits(const WordSet *set, const Word **word, const char *position, const char *end)
{
    const Word *last = set->words + set->count;
    char first = small_letter(position[0]), second = small_letter(position[1]);
    for (; *word < last && (*word)->word[0] == first && (*word)->word[1] == second; (*word)++) {
        if (after_word(position, end, (*word)->word) != NULL)
            return true;
    }
    return false;
}

static inline bool contains(Span text, const char *part)
{
    return find_bytes(text.start, text.start + text.size, part) != NULL;
}

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
