/* Features that tell content from boilerplate. Twin of features.py, which says what each of them is. */

#include "core.h"

#include <stdlib.h>

#define PROSE_WORDS 12
#define PROSE_LINKED 400
#define MOST_COUNTED 120
#define FAR 30
#define HEAD 120
#define MOST_TITLE 300
#define LEAST_TITLE 5

#define TAG_GROUP_COUNT 20
#define ARTICLE_BIT (CLASS_GROUPS + 5)

/* Columns, in the order of `_OWN_NAMES`. */
enum column {
    WORDS,
    CHARACTERS,
    LINKED,
    KIND,
    LEVEL,
    WORD_LENGTH,
    PUNCTUATION,
    PUNCTUATION_SHARE,
    ENDS,
    DIGITS,
    BOILERPLATE,
    TITLE,
    REPEATED,
    MARKED,
    BLOCK_LINK,
    INDEX,
    INDEX_SHARE,
    TEXT_SHARE,
    LEFT,
    DEPTH,
    UP,
    DOWN,
    INSIDE,
    CORE_UP,
    CORE_DOWN,
    WIDE_CORE_UP,
    WIDE_CORE_DOWN,
    NODE_SCORE,
    PARENT_SCORE,
    NODE_WORDS,
    NODE_LINKED,
    PARENT_WORDS,
    PARENT_LINKED,
    ABOVE_WORDS,
    ABOVE_LINKED,
    SIBLINGS,
    LIKE_NODE,
    LIKE_NODE_WORDS,
    LIKE_NODE_LINKED,
    LIKE_PARENT,
    LIKE_PARENT_WORDS,
    LIKE_PARENT_LINKED,
    LIKE_ABOVE,
    LIKE_ABOVE_WORDS,
    LIKE_ABOVE_LINKED,
    RUN,
    RUN_WORDS,
    KIND_RUN,
    FIRST_PROSE,
    LAST_PROSE,
    AFTER_HEADING,
    BLOCKS,
    PAGE_WORDS,
    BEST_SHARE,
    PAGE_LINKED,
    PAGE_PROSE,
    PAGE_COMMENTS,
    PAGE_ARTICLE,
    OWN_COLUMNS
};

static const int NEAR_COLUMNS[] = {WORDS, LINKED, KIND, PUNCTUATION_SHARE, UP, NODE_SCORE, CORE_UP};
#define NEAR_COUNT ((int)(sizeof(NEAR_COLUMNS) / sizeof(NEAR_COLUMNS[0])))
static const int SHIFTS[] = {-2, -1, 1, 2};
static const int WEIGHTS[] = {1, 2, 3, 4, 4, 4, 3, 2, 1};
#define REACH 4

#define SAME_BEFORE (OWN_COLUMNS + 4 * NEAR_COUNT)
#define SMOOTH_WORDS (SAME_BEFORE + 2)
#define AROUND (SMOOTH_WORDS + 2)
#define NEAR_GROUPS (AROUND + CLASS_GROUPS + TAG_GROUP_COUNT)
#define NAME_COLUMNS (NEAR_GROUPS + CLASS_GROUPS)
#define COLUMNS (NAME_COLUMNS + 7)

/* Sorted, so that few are compared at any character. */
static const Word BOILERPLATE_PHRASES[] = {
    {"advertisement", 0}, {"all rights reserved", 0}, {"alle rechte", 0}, {"anzeige", 0}, {"by ", 0},
    {"click here", 0}, {"comment", 0}, {"cookie", 0}, {"copyright", 0}, {"e-mail", 0}, {"email", 0}, {"facebook", 0},
    {"follow us", 0}, {"foto", 0}, {"image", 0}, {"kommentar", 0}, {"lesen sie", 0}, {"log in", 0}, {"mehr zum", 0},
    {"newsletter", 0}, {"photo", 0}, {"posted", 0}, {"published", 0}, {"read more", 0}, {"related", 0},
    {"share this", 0}, {"sign up", 0}, {"subscribe", 0}, {"tag:", 0}, {"tags:", 0}, {"twitter", 0}, {"\xC2\xA9", 0},
};
#define PHRASES ((int)(sizeof(BOILERPLATE_PHRASES) / sizeof(BOILERPLATE_PHRASES[0])))

static Threes phrase_beginnings;
static unsigned char first_phrases[256];
/* What each character of ASCII is, as counts that lie side by side in a number: of spaces, digits and punctuation. */
static uint64_t ascii_counts[128];
#define COUNT_BITS 21
#define MOST_COUNTED_TOGETHER (1 << 20)

/* What the text of each block has, and what follows from it; one number a block. */
typedef struct {
    int64_t *half_words, *words, *characters, *linked_share, *linked, *prose, *punctuation, *digits;
    bool *is_prose, *ends_sentence;
} TextCounts;

/* Sums over the blocks of each element and all elements below it. */
typedef struct {
    int64_t *words, *linked, *characters, *prose;
} SubtreeSums;

/* Of elements of one tag and the same classes; one number a kind of element. */
typedef struct {
    int64_t *count, *words, *linked;
} Likes;

_Static_assert(COLUMNS <= MOST_FEATURES, "more features than there is room for");

Py_ssize_t features_count(void)
{
    return COLUMNS;
}

static int64_t at_least_one(int64_t number)
{
    return number > 1 ? number : 1;
}

static bool is_unspaced(uint32_t code)
{
    return (code >= 0xE00 && code < 0xF00) || (code >= 0x1000 && code < 0x10A0) || (code >= 0x1780 && code < 0x1800) ||
           (code >= 0x3040 && code < 0x3100) || (code >= 0x3400 && code < 0x4DC0) || (code >= 0x4E00 && code < 0xA000);
}

static bool is_punctuation(uint32_t code)
{
    switch (code) {
    case ',':
    case '.':
    case ';':
    case ':':
    case '!':
    case '?':
    case 0x3001:
    case 0x3002:
    case 0xFF0C:
    case 0xFF01:
    case 0xFF1F:
        return true;
    }
    return false;
}

static bool is_ending(uint32_t code)
{
    switch (code) {
    case '.':
    case '!':
    case '?':
    case ':':
    case '"':
    case '\'':
    case ')':
    case 0x3002:
    case 0xFF01:
    case 0xFF1F:
    case 0x2026:
    case 0x201D:
    case 0xBB:
        return true;
    }
    return false;
}

void prepare_features(void)
{
    index_threes(&phrase_beginnings, BOILERPLATE_PHRASES, PHRASES);
    memset(first_phrases, PHRASES, sizeof(first_phrases));
    for (int phrase = PHRASES - 1; phrase >= 0; phrase--)
        first_phrases[(unsigned char)BOILERPLATE_PHRASES[phrase].word[0]] = (unsigned char)phrase;
    for (uint32_t code = 0; code < 128; code++)
        ascii_counts[code] = (uint64_t)(code == ' ' || code == '\n' || code == '\t') |
                             (uint64_t)(code >= '0' && code <= '9') << COUNT_BITS |
                             (uint64_t)is_punctuation(code) << 2 * COUNT_BITS;
}

static void count_text(const Block *block, TextCounts *counts, Py_ssize_t index)
{
    const char *position = block->text.start, *end = position + block->text.size;
    int64_t spaces = 0, unspaced = 0, punctuation = 0, digits = 0;
    uint32_t code = 0;
    while (position < end) {
        const char *last = end - position > MOST_COUNTED_TOGETHER ? position + MOST_COUNTED_TOGETHER : end;
        uint64_t sums = 0, mask = (1 << COUNT_BITS) - 1;
        for (; position < last && (unsigned char)*position < 0x80; position++)
            sums += ascii_counts[(unsigned char)*position];
        spaces += (int64_t)(sums & mask);
        digits += (int64_t)(sums >> COUNT_BITS & mask);
        punctuation += (int64_t)(sums >> 2 * COUNT_BITS);
        code = position > block->text.start ? (unsigned char)position[-1] : 0;
        for (; position < end && (unsigned char)*position >= 0x80;) {
            code = next_code(&position);
            unspaced += is_unspaced(code);
            punctuation += is_punctuation(code);
        }
    }
    int64_t half_words = 2 * (spaces + 1) + unspaced;
    int64_t linked_share = 1000 * block->linked / at_least_one(block->characters);
    int64_t counted = half_words < 2 * MOST_COUNTED ? half_words : 2 * MOST_COUNTED;
    bool is_prose = half_words >= 2 * PROSE_WORDS && linked_share < PROSE_LINKED;
    counts->half_words[index] = half_words;
    counts->words[index] = half_words / 2;
    counts->characters[index] = block->length - spaces;
    counts->punctuation[index] = punctuation;
    counts->digits[index] = digits * 1000 / at_least_one(block->length);
    counts->ends_sentence[index] = is_ending(code);
    counts->linked_share[index] = linked_share;
    counts->linked[index] = counts->characters[index] * linked_share / 1000;
    counts->is_prose[index] = is_prose;
    counts->prose[index] = is_prose ? counted * (1000 - linked_share) / 1000 : 0;
}

/* Whether a phrase of boilerplate begins at a position of a text in small letters, behind which a zero stands. */
static bool is_boilerplate(const char *position)
{
    for (int phrase = first_phrases[(unsigned char)*position]; phrase < PHRASES; phrase++) {
        const char *word = BOILERPLATE_PHRASES[phrase].word;
        if (word[0] != *position)
            return false;
        if (strncmp(word, position, strlen(word)) == 0)
            return true;
    }
    return false;
}

/* Whether the first HEAD characters of a text have a phrase of boilerplate, whatever the case of its letters. */
static bool begins_with_boilerplate(const Block *block)
{
    char lower[4 * HEAD + 1];
    const char *position = block->text.start, *end = position + block->text.size;
    int size = 0;
    uint32_t number = 0;
    for (int count = 0; count < HEAD && position < end; count++) {
        const char *start = position;
        uint32_t code = next_code(&position);
        if (code >= 'A' && code <= 'Z')
            lower[size++] = (char)(code + 'a' - 'A');
        else if (code == 0x212A) /* the Kelvin sign: the only other character with such a small letter */
            lower[size++] = 'k';
        else
            while (start < position)
                lower[size++] = *start++;
    }
    lower[size] = '\0';
    for (int index = 0; index <= size; index++) {
        /* With the zero, so that a phrase of two bytes is found at the end, too. */
        number = number_of_three(number, lower[index]);
        if (index >= 2 && may_begin(&phrase_beginnings, number) && is_boilerplate(lower + index - 2))
            return true;
    }
    return false;
}

static bool holds(const char *text, Py_ssize_t size, const char *part, Py_ssize_t part_size)
{
    const char *end = text + size;
    while (end - text >= part_size) {
        text = memchr(text, part[0], (size_t)(end - text - part_size + 1));
        if (text == NULL)
            return false;
        if (memcmp(text, part, (size_t)part_size) == 0)
            return true;
        text++;
    }
    return false;
}

/* Whether a text is a part of the page's title, whatever the case of letters; -1 and an exception if memory is short.
 */
static int is_in_title(const PageBlocks *page, const Block *block)
{
    if (block->length <= LEAST_TITLE || block->length >= MOST_TITLE || block->length > page->title_length)
        return 0;
    char folded[MOST_TITLE];
    Py_ssize_t index = 0;
    for (; index < block->text.size && (unsigned char)block->text.start[index] < 0x80; index++) {
        char letter = block->text.start[index];
        folded[index] = letter >= 'A' && letter <= 'Z' ? (char)(letter + 'a' - 'A') : letter;
    }
    if (index == block->text.size)
        return holds(page->title, page->title_size, folded, index);
    PyObject *text = PyUnicode_DecodeUTF8(block->text.start, block->text.size, "strict");
    PyObject *folded_text = text == NULL ? NULL : PyObject_CallMethod(text, "casefold", NULL);
    Py_ssize_t size;
    const char *bytes = folded_text == NULL ? NULL : PyUnicode_AsUTF8AndSize(folded_text, &size);
    int result = bytes == NULL ? -1 : holds(page->title, page->title_size, bytes, size);
    Py_XDECREF(text);
    Py_XDECREF(folded_text);
    return result;
}

/* Mark texts that an earlier block has too. */
static int mark_repeated(const PageBlocks *page, bool *is_repeated, Arena *arena)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)page->block_count)
        slots *= 2;
    int32_t *table = TAKE(arena, int32_t, slots);
    if (table == NULL)
        return -1;
    memset(table, 0xFF, sizeof(int32_t) * slots);
    for (Py_ssize_t index = 0; index < page->block_count; index++) {
        Span text = page->blocks[index].text;
        size_t slot = (size_t)hash_of(text.start, text.size) & (slots - 1);
        is_repeated[index] = false;
        while (table[slot] >= 0) {
            Span earlier = page->blocks[table[slot]].text;
            if (earlier.size == text.size && memcmp(earlier.start, text.start, (size_t)text.size) == 0) {
                is_repeated[index] = true;
                break;
            }
            slot = (slot + 1) & (slots - 1);
        }
        if (!is_repeated[index])
            table[slot] = (int32_t)index;
    }
    return 0;
}

/* Return how much prose is near each element: that of a block counts whole for its container, half for the parent and
   a fifth for the grandparent. The root is its own parent: there, the same words do not count twice. */
static int64_t *prose_scores(const PageBlocks *page, const TextCounts *counts, Arena *arena)
{
    const int32_t *parents = page->elements.parents;
    int64_t *scores = TAKE(arena, int64_t, page->elements.count);
    if (scores == NULL)
        return NULL;
    memset(scores, 0, sizeof(int64_t) * (size_t)page->elements.count);
    for (Py_ssize_t index = 0; index < page->block_count; index++) {
        int32_t container = page->blocks[index].container, above = parents[container], top = parents[above];
        scores[container] += 10 * counts->prose[index];
        if (above != container)
            scores[above] += 5 * counts->prose[index];
        if (top != above)
            scores[top] += 2 * counts->prose[index];
    }
    return scores;
}

/* A subtree is a slice of the elements, so a running sum gives that of each with one subtraction (features.py). */
static int64_t *subtree_sums(const PageBlocks *page, const int64_t *values, Arena *arena)
{
    Py_ssize_t count = page->elements.count;
    int64_t *running = TAKE(arena, int64_t, count + 1), *sums = TAKE(arena, int64_t, count);
    if (running == NULL || sums == NULL)
        return NULL;
    memset(running, 0, sizeof(int64_t) * (size_t)(count + 1));
    for (Py_ssize_t index = 0; index < page->block_count; index++)
        running[page->blocks[index].container + 1] += values[index];
    for (Py_ssize_t node = 0; node < count; node++)
        running[node + 1] += running[node];
    for (Py_ssize_t node = 0; node < count; node++)
        sums[node] = running[page->elements.ends[node]] - running[node];
    return sums;
}

/* Return the deepest element whose subtree holds `share` thousandths of the page's prose; the last of several. */
static int32_t core_of(const Elements *elements, const int64_t *prose, int64_t share)
{
    int64_t enough = at_least_one(prose[0] * share);
    int32_t core = 0, depth = -1;
    for (int32_t node = 0; node < elements->count; node++)
        if (prose[node] * 1000 >= enough && elements->depths[node] >= depth) {
            core = node;
            depth = elements->depths[node];
        }
    return core;
}

static void fill_distances(const Elements *elements, int32_t start, int32_t end, int32_t levels_up, int32_t depth,
                           int32_t *up, int32_t *down)
{
    for (int32_t node = start; node < end; node++) {
        up[node] = levels_up;
        down[node] = elements->depths[node] - depth;
    }
}

/* Fill in for each element the levels up from `best` to the first ancestor of both, and down from there. */
static int distances(const Elements *elements, int32_t best, int32_t **up, int32_t **down, Arena *arena)
{
    *up = TAKE(arena, int32_t, elements->count);
    *down = TAKE(arena, int32_t, elements->count);
    if (*up == NULL || *down == NULL)
        return -1;
    /* From `best` outwards, what is around the subtree of before. */
    int32_t start = best, end = best, levels_up = 0;
    for (int32_t node = best;; node = elements->parents[node], levels_up++) {
        fill_distances(elements, node, start, levels_up, elements->depths[node], *up, *down);
        fill_distances(elements, end, elements->ends[node], levels_up, elements->depths[node], *up, *down);
        start = node;
        end = elements->ends[node];
        if (node == 0)
            return 0;
    }
}

/* Count elements of one kind, their share of the words, and that of links among their characters. */
static int count_likes(const Elements *elements, const SubtreeSums *sums, int64_t page_words, Likes *likes,
                       Arena *arena)
{
    Py_ssize_t count = elements->count;
    int64_t *characters = TAKE(arena, int64_t, count);
    likes->count = TAKE(arena, int64_t, count);
    likes->words = TAKE(arena, int64_t, count);
    likes->linked = TAKE(arena, int64_t, count);
    if (characters == NULL || likes->count == NULL || likes->words == NULL || likes->linked == NULL)
        return -1;
    size_t bytes = sizeof(int64_t) * (size_t)count;
    memset(characters, 0, bytes);
    memset(likes->count, 0, bytes);
    memset(likes->words, 0, bytes);
    memset(likes->linked, 0, bytes);
    for (Py_ssize_t node = 0; node < count; node++) {
        int32_t number = elements->numbers[node];
        likes->count[number]++;
        likes->words[number] += sums->words[node];
        likes->linked[number] += sums->linked[node];
        characters[number] += sums->characters[node];
    }
    for (Py_ssize_t number = 0; number < count; number++) {
        likes->words[number] = likes->words[number] * 1000 / page_words;
        likes->linked[number] = likes->linked[number] * 1000 / at_least_one(characters[number]);
    }
    return 0;
}

static int64_t sum_of(const int64_t *values, Py_ssize_t count)
{
    int64_t sum = 0;
    for (Py_ssize_t index = 0; index < count; index++)
        sum += values[index];
    return sum;
}

static int32_t clipped(int64_t number)
{
    return (int32_t)(number < -FAR ? -FAR : number > FAR ? FAR : number);
}

static void fill_text_columns(const PageBlocks *page, const TextCounts *counts, Py_ssize_t index, int32_t *row)
{
    const Block *block = &page->blocks[index];
    int64_t words = at_least_one(counts->words[index]);
    row[WORDS] = (int32_t)counts->half_words[index];
    row[CHARACTERS] = (int32_t)counts->characters[index];
    row[LINKED] = (int32_t)counts->linked_share[index];
    row[KIND] = (int32_t)block->kind;
    row[LEVEL] = (int32_t)block->level;
    row[WORD_LENGTH] = (int32_t)(counts->characters[index] * 10 / words);
    row[PUNCTUATION] = (int32_t)counts->punctuation[index];
    row[PUNCTUATION_SHARE] = (int32_t)(counts->punctuation[index] * 1000 / words);
    row[ENDS] = counts->ends_sentence[index];
    row[DIGITS] = (int32_t)counts->digits[index];
    row[MARKED] = block->marker.kind != NO_MARKER;
    row[BLOCK_LINK] = block->in_block_link;
}

/* Fill in the columns of the runs of equal values that blocks are among: few links, and kinds. */
static void fill_runs(const PageBlocks *page, const TextCounts *counts, int32_t *table)
{
    Py_ssize_t count = page->block_count, end;
    for (Py_ssize_t start = 0; start < count; start = end) {
        bool has_few_links = counts->linked_share[start] < PROSE_LINKED;
        for (end = start; end < count && (counts->linked_share[end] < PROSE_LINKED) == has_few_links;)
            end++;
        int64_t words = sum_of(counts->words + start, end - start);
        for (Py_ssize_t index = start; index < end; index++) {
            table[index * COLUMNS + RUN] = (int32_t)(end - start);
            table[index * COLUMNS + RUN_WORDS] = (int32_t)words;
        }
    }
    for (Py_ssize_t start = 0; start < count; start = end) {
        for (end = start; end < count && page->blocks[end].kind == page->blocks[start].kind;)
            end++;
        for (Py_ssize_t index = start; index < end; index++)
            table[index * COLUMNS + KIND_RUN] = (int32_t)(end - start);
    }
}

/* Fill in the columns that say where a block is among the others, and what the page is like. */
static void fill_page_columns(const PageBlocks *page, const TextCounts *counts, int64_t page_words, int32_t *table)
{
    Py_ssize_t count = page->block_count, first = -1, last = -1;
    int64_t prose_words = 0, comment_words = 0, article_words = 0;
    for (Py_ssize_t index = 0; index < count; index++) {
        uint64_t path = page->elements.path_bits[page->blocks[index].container];
        if (counts->is_prose[index]) {
            first = first < 0 ? index : first;
            last = index;
            prose_words += counts->words[index];
        }
        if (path >> COMMENT_BIT & 1)
            comment_words += counts->words[index];
        if (path >> ARTICLE_BIT & 1)
            article_words += counts->words[index];
    }
    if (first < 0) {
        first = 0;
        last = count - 1;
    }
    int64_t all_characters = at_least_one(sum_of(counts->characters, count));
    int64_t before = 0, latest_heading = -FAR, all_linked = sum_of(counts->linked, count);
    for (Py_ssize_t index = 0; index < count; index++) {
        int32_t *row = table + index * COLUMNS;
        if (page->blocks[index].kind == HEADING)
            latest_heading = index;
        row[INDEX] = (int32_t)index;
        row[INDEX_SHARE] = (int32_t)(index * 1000 / count);
        row[TEXT_SHARE] = (int32_t)(before * 1000 / page_words);
        row[LEFT] = (int32_t)(count - index);
        row[FIRST_PROSE] = clipped(index - first);
        row[LAST_PROSE] = clipped(index - last);
        row[AFTER_HEADING] = (int32_t)(index - latest_heading < FAR ? index - latest_heading : FAR);
        row[BLOCKS] = (int32_t)count;
        row[PAGE_WORDS] = (int32_t)page_words;
        row[PAGE_LINKED] = (int32_t)(all_linked * 1000 / all_characters);
        row[PAGE_PROSE] = (int32_t)(prose_words * 1000 / page_words);
        row[PAGE_COMMENTS] = (int32_t)(comment_words * 1000 / page_words);
        row[PAGE_ARTICLE] = (int32_t)(article_words * 1000 / page_words);
        before += counts->words[index];
    }
}

/* Fill in the columns that say where a block is among the elements, and what these are like. */
static int fill_element_columns(const PageBlocks *page, const TextCounts *counts, int64_t page_words, int32_t *table,
                                Arena *arena)
{
    const Elements *elements = &page->elements;
    int64_t *scores = prose_scores(page, counts, arena);
    SubtreeSums sums = {subtree_sums(page, counts->words, arena), subtree_sums(page, counts->linked, arena),
                        subtree_sums(page, counts->characters, arena), subtree_sums(page, counts->prose, arena)};
    int64_t *siblings = TAKE(arena, int64_t, elements->count);
    if (!scores || !sums.words || !sums.linked || !sums.characters || !sums.prose || !siblings)
        return -1;
    int32_t best = 0;
    for (int32_t node = 0; node < elements->count; node++)
        if (scores[node] > scores[best])
            best = node;
    int64_t best_score = at_least_one(scores[best]), best_share = sums.words[best] * 1000 / page_words;
    memset(siblings, 0, sizeof(int64_t) * (size_t)elements->count);
    for (Py_ssize_t index = 0; index < page->block_count; index++)
        siblings[page->blocks[index].container]++;
    int32_t *up, *down, *core_up, *core_down, *wide_up, *wide_down;
    Likes likes;
    if (distances(elements, best, &up, &down, arena) < 0 ||
        distances(elements, core_of(elements, sums.prose, 500), &core_up, &core_down, arena) < 0 ||
        distances(elements, core_of(elements, sums.prose, 800), &wide_up, &wide_down, arena) < 0 ||
        count_likes(elements, &sums, page_words, &likes, arena) < 0)
        return -1;
    for (Py_ssize_t index = 0; index < page->block_count; index++) {
        int32_t *row = table + index * COLUMNS;
        int32_t node = page->blocks[index].container, parent = elements->parents[node];
        int32_t above = elements->parents[parent];
        row[DEPTH] = elements->depths[page->blocks[index].node];
        row[UP] = up[node];
        row[DOWN] = down[node];
        row[INSIDE] = up[node] == 0;
        row[CORE_UP] = core_up[node];
        row[CORE_DOWN] = core_down[node];
        row[WIDE_CORE_UP] = wide_up[node];
        row[WIDE_CORE_DOWN] = wide_down[node];
        row[NODE_SCORE] = (int32_t)(scores[node] * 1000 / best_score);
        row[PARENT_SCORE] = (int32_t)(scores[parent] * 1000 / best_score);
        row[SIBLINGS] = (int32_t)siblings[node];
        row[BEST_SHARE] = (int32_t)best_share;
        const int32_t levels[] = {node, parent, above};
        for (int level = 0; level < 3; level++) {
            int32_t one = levels[level], number = elements->numbers[one];
            row[NODE_WORDS + 2 * level] = (int32_t)(sums.words[one] * 1000 / page_words);
            row[NODE_LINKED + 2 * level] = (int32_t)(sums.linked[one] * 1000 / at_least_one(sums.characters[one]));
            row[LIKE_NODE + 3 * level] = (int32_t)likes.count[number];
            row[LIKE_NODE_WORDS + 3 * level] = (int32_t)likes.words[number];
            row[LIKE_NODE_LINKED + 3 * level] = (int32_t)likes.linked[number];
        }
    }
    return 0;
}

/* Fill in what a block's neighbours are like; -1 beyond the first and the last block. */
static void fill_near_columns(const PageBlocks *page, Py_ssize_t index, int32_t *table)
{
    Py_ssize_t count = page->block_count;
    int32_t *row = table + index * COLUMNS;
    int column = OWN_COLUMNS;
    for (int shift = 0; shift < 4; shift++) {
        Py_ssize_t other = index + SHIFTS[shift];
        for (int near = 0; near < NEAR_COUNT; near++)
            row[column++] = other < 0 || other >= count ? -1 : table[other * COLUMNS + NEAR_COLUMNS[near]];
    }
    int32_t container = page->blocks[index].container;
    row[SAME_BEFORE] = index > 0 && page->blocks[index - 1].container == container;
    row[SAME_BEFORE + 1] = index + 1 < count && page->blocks[index + 1].container == container;
    int32_t words = 0, linked = 0;
    for (int reach = -REACH; reach <= REACH; reach++) {
        Py_ssize_t other = index + reach;
        if (other < 0 || other >= count)
            continue;
        int32_t other_words = table[other * COLUMNS + WORDS];
        words += WEIGHTS[reach + REACH] * (other_words < 120 ? other_words : 120);
        linked += WEIGHTS[reach + REACH] * table[other * COLUMNS + LINKED];
    }
    row[SMOOTH_WORDS] = words;
    row[SMOOTH_WORDS + 1] = linked;
    const Elements *elements = &page->elements;
    int32_t node = page->blocks[index].node, above = elements->parents[node];
    uint64_t near_bits =
        elements->own_bits[node] | elements->own_bits[above] | elements->own_bits[elements->parents[above]];
    for (int bit = 0; bit < CLASS_GROUPS + TAG_GROUP_COUNT; bit++)
        row[AROUND + bit] = elements->path_bits[node] >> bit & 1;
    for (int bit = 0; bit < CLASS_GROUPS; bit++)
        row[NEAR_GROUPS + bit] = near_bits >> bit & 1;
}

static int take_counts(TextCounts *counts, Py_ssize_t count, Arena *arena)
{
    int64_t **arrays[] = {&counts->half_words, &counts->words, &counts->characters,  &counts->linked_share,
                          &counts->linked,     &counts->prose, &counts->punctuation, &counts->digits};
    for (size_t array = 0; array < sizeof(arrays) / sizeof(arrays[0]); array++)
        if ((*arrays[array] = TAKE(arena, int64_t, count)) == NULL)
            return -1;
    counts->is_prose = TAKE(arena, bool, count);
    counts->ends_sentence = TAKE(arena, bool, count);
    return counts->is_prose == NULL || counts->ends_sentence == NULL ? -1 : 0;
}

/* Fill in the table: one row a block, one column for each of `NAMES`. Returns -1 with an exception if memory is short.
 */
int fill_features(const PageBlocks *page, const NameWords *words, int32_t *table, Arena *arena)
{
    TextCounts counts;
    bool *is_repeated = TAKE(arena, bool, page->block_count);
    if (is_repeated == NULL || take_counts(&counts, page->block_count, arena) < 0 ||
        mark_repeated(page, is_repeated, arena) < 0)
        return -1;
    for (Py_ssize_t index = 0; index < page->block_count; index++) {
        int32_t *row = table + index * COLUMNS;
        count_text(&page->blocks[index], &counts, index);
        fill_text_columns(page, &counts, index, row);
        row[BOILERPLATE] = begins_with_boilerplate(&page->blocks[index]);
        row[REPEATED] = is_repeated[index];
        if ((row[TITLE] = is_in_title(page, &page->blocks[index])) < 0)
            return -1;
    }
    int64_t page_words = at_least_one(sum_of(counts.words, page->block_count));
    fill_page_columns(page, &counts, page_words, table);
    fill_runs(page, &counts, table);
    if (fill_element_columns(page, &counts, page_words, table, arena) < 0)
        return -1;
    for (Py_ssize_t index = 0; index < page->block_count; index++)
        fill_near_columns(page, index, table);
    return fill_name_columns(page, words, table + NAME_COLUMNS, COLUMNS, arena);
}
