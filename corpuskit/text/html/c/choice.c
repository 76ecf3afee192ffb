/* Choose the blocks to keep. Twin of choice.py, which says why, and of `reads_like_content` in blocks.py. */

#include "core.h"

#define EXCESS_WEIGHT 11
#define SHORT_EXCESS_WEIGHT 9
#define SHORT_PAGE 400
#define NO_CONTENT 500
#define LONG_PAGE 6000
#define FEW_LINKS 250
#define LEAST_HEADING (-2500)
#define LEAST_BETWEEN (-2000)
#define LEAST_LINKED (-1600)
#define LEAST_CODE (-4000)
#define LEAST_REPLY (-3500)
#define LONGEST_POST 2
#define LINKED_BETWEEN 500
#define FEWEST_RECORDS 3
#define FEWEST_SIGNATURES 2
#define SURE_HEADING 1500
#define SURELY_NONE (-2000)
#define REPEATED_HALF_WORDS 16
#define LEAST_COPIES 80
#define CONSENT_CHARACTERS 900
#define CONFIDENT_MARGIN 1500

/* Of blocks.py. */
#define ENOUGH_WORDS 14
#define LINE_WORDS 3
#define SENTENCE_WORDS 8
#define ITEM_WORDS 3
#define LINKED_PARAGRAPH 0.6
#define LINKED_LIST 0.5
#define LINKED_LINE 0.34
#define LINKED_HEADING 0.9

#define MOST_PROBABILITY 10000

/* The blocks, what the trees say of each, and whether it is kept. */
typedef struct {
    const PageBlocks *page;
    const Block *blocks;
    Py_ssize_t count;
    const Elements *elements;
    Arena *arena;
    int64_t *scores, *half_words, *linked, *probabilities;
    bool *is_kept;
} Choice;

/* --- the threshold */

/* Return the blocks by falling probability; of equal ones the first comes first. */
static int32_t *by_probability(const Choice *choice)
{
    int32_t *order = TAKE(choice->arena, int32_t, choice->count);
    int32_t *starts = TAKE(choice->arena, int32_t, MOST_PROBABILITY + 2);
    if (order == NULL || starts == NULL)
        return NULL;
    memset(starts, 0, sizeof(int32_t) * (MOST_PROBABILITY + 2));
    for (Py_ssize_t index = 0; index < choice->count; index++)
        starts[MOST_PROBABILITY - choice->probabilities[index] + 1]++;
    for (int probability = 0; probability <= MOST_PROBABILITY; probability++)
        starts[probability + 1] += starts[probability];
    for (int32_t index = 0; index < choice->count; index++)
        order[starts[MOST_PROBABILITY - choice->probabilities[index]]++] = index;
    return order;
}

/* Return the probability down to which blocks are kept; -1 if the page has no content, -2 if memory is short. */
static int64_t best_threshold(const Choice *choice)
{
    const int32_t *order = by_probability(choice);
    if (order == NULL)
        return -2;
    if (choice->probabilities[order[0]] < NO_CONTENT)
        return -1;
    int64_t all_hits = 0, all_words = 0, hits = 0, size = 0, threshold = -1;
    for (Py_ssize_t index = 0; index < choice->count; index++) {
        all_hits += choice->probabilities[index] * choice->half_words[index];
        all_words += choice->half_words[index];
    }
    int64_t weight = all_words < SHORT_PAGE ? SHORT_EXCESS_WEIGHT : EXCESS_WEIGHT;
    double best = -1;
    for (Py_ssize_t index = 0; index < choice->count; index++) {
        int32_t block = order[index];
        hits += choice->probabilities[block] * choice->half_words[block];
        size += choice->half_words[block] * (1000 * weight);
        /* One division of whole numbers, rounded as IEEE 754 says, so the same on any machine. */
        double expected = (double)(2 * hits) / (double)(size + all_hits);
        if (expected > best) {
            best = expected;
            threshold = choice->probabilities[block];
        }
    }
    return threshold;
}

/* --- plain rules (blocks.py) */

static bool is_in_group(enum kind kind)
{
    return kind == ITEM || kind == ROW;
}

static bool group_reads_like_content(const Choice *choice, Py_ssize_t start, Py_ssize_t end)
{
    const Block *first = &choice->blocks[start];
    int64_t half_words = 0, linked = 0, characters = 0;
    for (Py_ssize_t index = start; index < end; index++) {
        half_words += choice->half_words[index];
        linked += choice->blocks[index].linked;
        characters += choice->blocks[index].characters;
    }
    double share = (double)linked / (double)(characters > 1 ? characters : 1);
    switch (first->kind) {
    case PREFORMATTED:
        return true;
    case HEADING:
        return first->level == 1 || share < LINKED_HEADING;
    case PARAGRAPH:
        return share < LINKED_PARAGRAPH;
    case ITEM:
        return share < LINKED_LIST && half_words >= 2 * ITEM_WORDS * (end - start);
    case ROW:
        if (end - start > 1)
            return share < LINKED_LINE;
        break;
    default:
        break;
    }
    return share < LINKED_LINE && half_words >= 2 * LINE_WORDS;
}

/* Whether a block is long enough by itself, or an item among sentences rather than labels. */
static bool is_certain(const Choice *choice, Py_ssize_t index, bool has_sentences)
{
    const Block *block = &choice->blocks[index];
    double share = block->characters ? (double)block->linked / (double)block->characters : 0;
    return has_sentences || (choice->half_words[index] >= 2 * ENOUGH_WORDS && share < LINKED_LIST);
}

/* Unmark each heading that no kept block follows before the next heading. */
static void drop_empty_sections(const Choice *choice, bool *is_kept)
{
    bool has_content = false;
    for (Py_ssize_t index = choice->count - 1; index >= 0; index--) {
        if (choice->blocks[index].kind != HEADING) {
            has_content = has_content || is_kept[index];
            continue;
        }
        is_kept[index] = is_kept[index] && has_content;
        /* A title directly above another heading heads the same text. */
        has_content = has_content && is_kept[index] && index > 0 && choice->blocks[index - 1].kind == HEADING;
    }
}

/* Mark the blocks that read like content, up to the last that certainly is. */
static void mark_what_reads_like_content(const Choice *choice, bool *is_kept)
{
    Py_ssize_t first = -1, last = -1, end;
    for (Py_ssize_t start = 0; start < choice->count; start = end) {
        enum kind kind = choice->blocks[start].kind;
        int64_t half_words = choice->half_words[start];
        for (end = start + 1; is_in_group(kind) && end < choice->count && choice->blocks[end].kind == kind; end++)
            half_words += choice->half_words[end];
        bool reads_like_content = group_reads_like_content(choice, start, end);
        bool has_sentences = kind == ITEM && half_words >= 2 * SENTENCE_WORDS * (end - start);
        for (Py_ssize_t index = start; index < end; index++) {
            is_kept[index] = reads_like_content;
            if (reads_like_content && is_certain(choice, index, has_sentences)) {
                first = first < 0 ? index : first;
                last = index;
            }
        }
    }
    if (first >= 0) {
        for (Py_ssize_t index = 0; index < first; index++)
            is_kept[index] &= choice->blocks[index].kind == HEADING || choice->blocks[index].kind == PARAGRAPH;
        for (Py_ssize_t index = last + 1; index < choice->count; index++)
            is_kept[index] = false;
    }
    drop_empty_sections(choice, is_kept);
}

static int64_t words_of(const Choice *choice, const bool *is_kept)
{
    int64_t words = 0;
    for (Py_ssize_t index = 0; index < choice->count; index++)
        words += is_kept[index] ? choice->half_words[index] : 0;
    return words;
}

/* Take what plain rules choose if a long page with few links would lose more than half of that. Returns whether it was,
   or -1 with an exception. */
static int choose_plainly_if_too_much_is_lost(Choice *choice)
{
    int64_t total = 0, linked = 0;
    for (Py_ssize_t index = 0; index < choice->count; index++) {
        total += choice->half_words[index];
        linked += choice->half_words[index] * choice->linked[index];
    }
    total = total > 1 ? total : 1;
    if (total < LONG_PAGE || linked > FEW_LINKS * total)
        return 0;
    bool *is_plain = TAKE(choice->arena, bool, choice->count);
    if (is_plain == NULL)
        return -1;
    mark_what_reads_like_content(choice, is_plain);
    for (Py_ssize_t index = 0; index < choice->count; index++)
        is_plain[index] = is_plain[index] && choice->scores[index] > SURELY_NONE;
    if (words_of(choice, choice->is_kept) * 2 >= words_of(choice, is_plain))
        return 0;
    choice->is_kept = is_plain;
    return 1;
}

/* --- what belongs together */

/* Whether two blocks are of one table, or of one list whose items are single texts. */
static bool are_of_one_atom(const Block *one, const Block *other)
{
    if (one->kind == ROW && one->cell.table != 0)
        return other->kind == ROW && other->cell.table == one->cell.table;
    if (one->kind == ITEM && !one->is_link_run)
        return other->kind == ITEM && !other->is_link_run && other->list_number == one->list_number &&
               other->container == one->container;
    return false;
}

static Py_ssize_t end_of_atom(const Choice *choice, Py_ssize_t start)
{
    Py_ssize_t end = start + 1;
    while (end < choice->count && are_of_one_atom(&choice->blocks[start], &choice->blocks[end]))
        end++;
    return end;
}

/* Give all blocks of a table or list the same probability: they are kept or left out together. */
static void average_atoms(Choice *choice)
{
    Py_ssize_t end;
    for (Py_ssize_t start = 0; start < choice->count; start = end) {
        end = end_of_atom(choice, start);
        int64_t hits = 0, words = 0;
        for (Py_ssize_t index = start; index < end; index++) {
            hits += choice->probabilities[index] * choice->half_words[index];
            words += choice->half_words[index];
        }
        for (Py_ssize_t index = start; end > start + 1 && index < end; index++)
            choice->probabilities[index] = hits / (words > 1 ? words : 1);
    }
}

/* Let the trees decide about tables and lists, whatever plain rules say. */
static void decide_atoms(Choice *choice, int64_t threshold)
{
    Py_ssize_t end;
    for (Py_ssize_t start = 0; start < choice->count; start = end) {
        end = end_of_atom(choice, start);
        for (Py_ssize_t index = start; end > start + 1 && index < end; index++)
            choice->is_kept[index] = choice->probabilities[index] >= threshold;
    }
}

static bool is_added_kind(enum kind kind)
{
    return kind == PREFORMATTED || kind == ROW || kind == ITEM;
}

/* Whether a block can be content if what is around it is: not if it is mostly links, or surely no content. */
static bool may_be_added(const Choice *choice, Py_ssize_t index)
{
    const Block *block = &choice->blocks[index];
    if (block->kind == PREFORMATTED)
        return choice->scores[index] >= LEAST_CODE;
    if (choice->linked[index] < LINKED_BETWEEN)
        return choice->scores[index] >= LEAST_BETWEEN;
    bool has_own_words = choice->linked[index] < ALL_LINKED && !block->is_link_run;
    return has_own_words && is_added_kind(block->kind) && choice->scores[index] >= LEAST_LINKED;
}

/* Whether a block may be one of records whose texts are links: the names of cards are, each of them. */
static bool may_be_linked(const Choice *choice, Py_ssize_t index)
{
    return !choice->blocks[index].is_link_run && choice->scores[index] >= LEAST_LINKED;
}

static bool is_of_comments(const Choice *choice, Py_ssize_t index)
{
    return choice->elements->path_bits[choice->blocks[index].container] >> COMMENT_BIT & 1;
}

/* Whether a block is a paragraph of a reply, and not mostly links. */
static bool is_reply(const Choice *choice, Py_ssize_t index)
{
    return is_of_comments(choice, index) && choice->blocks[index].kind == PARAGRAPH &&
           choice->scores[index] >= LEAST_REPLY && choice->linked[index] < LINKED_BETWEEN;
}

/* Blocks whose elements have the same tag and classes, headings apart: the first of each group and the next of each. */
typedef struct {
    int32_t *first, *next;
    int32_t count;
    /* Of each element: the group that was here last, and its words there. */
    int32_t *seen_by;
    int64_t *words;
} Groups;

static uint64_t key_of(const Choice *choice, Py_ssize_t index)
{
    int32_t container = choice->blocks[index].container;
    const Elements *elements = choice->elements;
    int32_t parent_number = elements->numbers[elements->parents[container]];
    uint64_t parent = elements->has_classes[container] ? 0 : (uint64_t)parent_number + 1;
    return ((uint64_t)elements->numbers[container] << 32 | parent) << 1 | (choice->blocks[index].kind == HEADING);
}

static int group_blocks(const Choice *choice, Groups *groups)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)choice->count)
        slots *= 2;
    int32_t *table = TAKE(choice->arena, int32_t, slots), *last = TAKE(choice->arena, int32_t, choice->count);
    groups->first = TAKE(choice->arena, int32_t, choice->count);
    groups->next = TAKE(choice->arena, int32_t, choice->count);
    groups->seen_by = TAKE(choice->arena, int32_t, choice->elements->count);
    groups->words = TAKE(choice->arena, int64_t, choice->elements->count);
    if (!table || !last || !groups->first || !groups->next || !groups->seen_by || !groups->words)
        return -1;
    memset(table, 0xFF, sizeof(int32_t) * slots);
    memset(groups->seen_by, 0xFF, sizeof(int32_t) * (size_t)choice->elements->count);
    for (int32_t index = 0; index < choice->count; index++) {
        uint64_t key = key_of(choice, index);
        size_t slot = (size_t)hash_of((const char *)&key, sizeof(key)) & (slots - 1);
        while (table[slot] >= 0 && key_of(choice, groups->first[table[slot]]) != key)
            slot = (slot + 1) & (slots - 1);
        groups->next[index] = -1;
        if (table[slot] < 0) {
            table[slot] = groups->count;
            groups->first[groups->count++] = index;
        } else {
            groups->next[last[table[slot]]] = index;
        }
        last[table[slot]] = index;
    }
    return 0;
}

/* Add a block's words to those of its element; whether it is the first of `stamp` there. */
static bool count_in_element(const Choice *choice, Groups *groups, int32_t index, int32_t stamp)
{
    int32_t container = choice->blocks[index].container;
    bool is_first = groups->seen_by[container] != stamp;
    if (is_first)
        groups->words[container] = 0;
    groups->seen_by[container] = stamp;
    groups->words[container] += choice->half_words[index];
    return is_first;
}

/* Whether replies stand in the same kind of element as a post of like length; an article is longer than that. */
static bool is_thread(const Choice *choice, Groups *groups, int32_t group)
{
    /* Each count has a stamp of its own; that of the group's records is its number. */
    int32_t posts = groups->count + 2 * group, replies = posts + 1;
    int64_t longest_post = -1, longest_reply = -1, replying = 0;
    for (int32_t index = groups->first[group]; index >= 0; index = groups->next[index])
        if (choice->is_kept[index] && !is_of_comments(choice, index)) {
            count_in_element(choice, groups, index, posts);
            int64_t words = groups->words[choice->blocks[index].container];
            longest_post = words > longest_post ? words : longest_post;
        }
    for (int32_t index = groups->first[group]; index >= 0; index = groups->next[index])
        if (is_reply(choice, index)) {
            replying += count_in_element(choice, groups, index, replies);
            int64_t words = groups->words[choice->blocks[index].container];
            longest_reply = words > longest_reply ? words : longest_reply;
        }
    return longest_post >= 0 && replying >= FEWEST_RECORDS && longest_post <= LONGEST_POST * longest_reply;
}

/* Keep short blocks of records if most of their like are kept: short posts of a thread, sections of a manual. */
static int complete_records(Choice *choice)
{
    Groups groups = {0};
    if (group_blocks(choice, &groups) < 0)
        return -1;
    for (int32_t group = 0; group < groups.count; group++) {
        int64_t words = 0, kept_words = 0, linked_words = 0, records = 0;
        for (int32_t index = groups.first[group]; index >= 0; index = groups.next[index]) {
            words += choice->half_words[index];
            kept_words += choice->is_kept[index] ? choice->half_words[index] : 0;
            linked_words += choice->is_kept[index] ? choice->half_words[index] * choice->linked[index] : 0;
            records += count_in_element(choice, &groups, index, group);
        }
        if (records < FEWEST_RECORDS)
            continue;
        bool are_mostly_kept = kept_words * 4 > words * 3, are_linked = linked_words >= LINKED_BETWEEN * kept_words;
        if (!are_mostly_kept && !is_thread(choice, &groups, group))
            continue;
        for (int32_t index = groups.first[group]; index >= 0; index = groups.next[index])
            if (are_mostly_kept ? may_be_added(choice, index) || (are_linked && may_be_linked(choice, index))
                                : is_reply(choice, index))
                choice->is_kept[index] = true;
    }
    return 0;
}

static Py_ssize_t next_kept(const Choice *choice, Py_ssize_t index)
{
    while (index < choice->count && !choice->is_kept[index])
        index++;
    return index;
}

/* Keep what stands between two kept blocks of one element, or is a list, table or code right after one. */
static void fill_gaps(Choice *choice)
{
    const Block *blocks = choice->blocks;
    Py_ssize_t after;
    for (Py_ssize_t before = next_kept(choice, 0); before < choice->count; before = after) {
        after = next_kept(choice, before + 1);
        int32_t container = blocks[before].container;
        bool is_gap = after < choice->count && blocks[after].container == container;
        for (Py_ssize_t index = before + 1; index < after; index++) {
            if (!is_added_kind(blocks[index].kind) || !(is_gap || blocks[index].container == container) ||
                !may_be_added(choice, index))
                break;
            choice->is_kept[index] = true;
        }
    }
}

/* Whether a table begins right after a kept heading that is not in a table. */
static bool is_table_of_heading(const Choice *choice, Py_ssize_t index)
{
    const Block *before = &choice->blocks[index - 1];
    return choice->is_kept[index - 1] && before->kind == HEADING && before->cell.table == 0 &&
           choice->blocks[index].cell.table != 0;
}

/* Keep a table between a heading and its text where a page has several: what a program's members look like. */
static void keep_signatures(Choice *choice)
{
    int tables = 0;
    for (Py_ssize_t index = 1; index < choice->count; index++)
        tables += tables < FEWEST_SIGNATURES && is_table_of_heading(choice, index);
    if (tables < FEWEST_SIGNATURES)
        return;
    for (Py_ssize_t start = 1; start < choice->count; start++) {
        if (!is_table_of_heading(choice, start))
            continue;
        Py_ssize_t end = next_kept(choice, start);
        bool is_signature = end < choice->count;
        for (Py_ssize_t index = start; is_signature && index < end; index++)
            is_signature =
                choice->blocks[index].cell.table == choice->blocks[start].cell.table && may_be_added(choice, index);
        for (Py_ssize_t index = start; is_signature && index < end; index++)
            choice->is_kept[index] = true;
    }
}

static bool ends_in_colon(Span text)
{
    return (text.size > 0 && text.start[text.size - 1] == ':') ||
           (text.size >= 3 && memcmp(text.start + text.size - 3, "\xEF\xBC\x9A", 3) == 0);
}

/* Keep code right after kept text, and most of all after text that ends in a colon: a program's output. */
static void keep_code(Choice *choice)
{
    for (Py_ssize_t index = 1; index < choice->count; index++) {
        const Block *before = &choice->blocks[index - 1];
        if (choice->blocks[index].kind == PREFORMATTED && choice->is_kept[index - 1] && before->kind != HEADING &&
            choice->scores[index] >= (ends_in_colon(before->text) ? LEAST_CODE : LEAST_BETWEEN))
            choice->is_kept[index] = true;
    }
}

/* Keep each heading right before a kept block, and the page's only heading of the first level before any. */
static void keep_headings(Choice *choice)
{
    const Block *blocks = choice->blocks;
    for (Py_ssize_t index = choice->count - 1; index > 0; index--)
        if (blocks[index - 1].kind == HEADING && choice->is_kept[index] && !choice->is_kept[index - 1])
            choice->is_kept[index - 1] = choice->scores[index - 1] >= LEAST_HEADING;
    Py_ssize_t title = -1;
    int titles = 0;
    for (Py_ssize_t index = 0; index < choice->count; index++)
        if (blocks[index].kind == HEADING && blocks[index].level == 1) {
            title = titles == 0 ? index : title;
            titles += titles < 2;
        }
    if (titles == 1 && next_kept(choice, title) < choice->count && choice->scores[title] >= LEAST_HEADING)
        choice->is_kept[title] = true;
}

/* --- what is dropped after all */

/* Whether a text asks for consent to cookies: 1 or 0, or -1 with an exception. Python decides about the few texts that
   have a word for them, Latin or Cyrillic; in prose, unlike markup, the Kelvin sign is a k. */
static int asks_for_consent(Span text, Buffer *scratch)
{
    if (!contains(text, "ook"))
        return 0;
    scratch->size = 0;
    add_small_letters(text, scratch);
    bool has_other_word = memchr(text.start, 0xD0, (size_t)text.size) != NULL || contains(text, "\xE2\x84\xAA");
    if (!has_other_word && !contains((Span){scratch->start, scratch->size}, "cook"))
        return 0;
    return ask_python("choice.asks_for_consent", "(s#)", text.start, text.size);
}

/* Unmark paragraphs that ask for consent to cookies and are alone in their element. */
static int drop_consent(Choice *choice)
{
    bool *is_asking = TAKE(choice->arena, bool, choice->count);
    uint8_t *uses = TAKE(choice->arena, uint8_t, choice->elements->count);
    if (is_asking == NULL || uses == NULL)
        return -1;
    int asking = 0, answer = 0;
    Buffer scratch = {0};
    for (Py_ssize_t index = 0; answer >= 0 && index < choice->count; index++) {
        const Block *block = &choice->blocks[index];
        bool may_ask = choice->is_kept[index] && block->length <= CONSENT_CHARACTERS;
        answer = may_ask ? asks_for_consent(block->text, &scratch) : 0;
        is_asking[index] = answer > 0;
        asking += answer > 0;
    }
    bool has_failed = answer < 0 || scratch.failed;
    buffer_free(&scratch);
    if (has_failed || asking == 0)
        return has_failed ? -1 : 0;
    memset(uses, 0, (size_t)choice->elements->count);
    for (Py_ssize_t index = 0; index < choice->count; index++)
        if (!is_asking[index] && choice->blocks[index].length > CONSENT_CHARACTERS / 10)
            uses[choice->blocks[index].container] = 1;
    for (Py_ssize_t index = 0; index < choice->count; index++)
        if (is_asking[index])
            choice->is_kept[index] = uses[choice->blocks[index].container] > 0;
    return 0;
}

/* Unmark long texts that stand in another element before: copies for small screens, or teasers. */
static int drop_copies(Choice *choice)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)choice->count)
        slots *= 2;
    int32_t *table = TAKE(choice->arena, int32_t, slots);
    bool *is_copy = TAKE(choice->arena, bool, choice->count);
    if (table == NULL || is_copy == NULL)
        return -1;
    memset(table, 0xFF, sizeof(int32_t) * slots);
    int64_t copied_words = 0;
    for (int32_t index = 0; index < choice->count; index++) {
        const Block *block = &choice->blocks[index];
        is_copy[index] = false;
        if (!choice->is_kept[index] || !(block->kind == PARAGRAPH || block->kind == LINE || block->kind == ITEM))
            continue;
        size_t slot = (size_t)hash_of(block->text.start, block->text.size) & (slots - 1);
        while (table[slot] >= 0) {
            Span other = choice->blocks[table[slot]].text;
            if (other.size == block->text.size && memcmp(other.start, block->text.start, (size_t)other.size) == 0)
                break;
            slot = (slot + 1) & (slots - 1);
        }
        if (table[slot] < 0)
            table[slot] = index;
        is_copy[index] = choice->blocks[table[slot]].container != block->container &&
                         choice->half_words[index] >= REPEATED_HALF_WORDS;
        copied_words += is_copy[index] ? choice->half_words[index] : 0;
    }
    if (copied_words * 1000 >= LEAST_COPIES * words_of(choice, choice->is_kept))
        for (Py_ssize_t index = 0; index < choice->count; index++)
            choice->is_kept[index] &= !is_copy[index];
    return 0;
}

/* Unmark tables of contents, and headings without text, but for those that the trees are sure of. */
static int drop_empty_headings(Choice *choice)
{
    bool *with_content = TAKE(choice->arena, bool, choice->count);
    bool *is_label = TAKE(choice->arena, bool, choice->count);
    if (with_content == NULL || is_label == NULL)
        return -1;
    if (drop_contents(choice->page, choice->half_words, choice->linked, choice->is_kept, is_label, choice->arena) < 0)
        return -1;
    memcpy(with_content, choice->is_kept, sizeof(bool) * (size_t)choice->count);
    drop_empty_sections(choice, with_content);
    for (Py_ssize_t index = 0; index < choice->count; index++)
        choice->is_kept[index] &= with_content[index] || (choice->scores[index] >= SURE_HEADING && !is_label[index]);
    return 0;
}

/* Unmark a text that the heading after it repeats. */
static void drop_echoes(Choice *choice)
{
    const Block *last = NULL;
    for (Py_ssize_t index = 0; index < choice->count; index++) {
        const Block *block = &choice->blocks[index];
        if (!choice->is_kept[index])
            continue;
        if (last != NULL && block->kind == HEADING && last->text.size == block->text.size &&
            memcmp(last->text.start, block->text.start, (size_t)block->text.size) == 0) {
            if (last->kind == HEADING && last->level <= block->level) {
                choice->is_kept[index] = false;
                continue;
            }
            choice->is_kept[last - choice->blocks] = false;
        }
        last = block;
    }
}

/* --- the choice */

static int take_scores(Choice *choice, const int32_t *table, const int64_t *scores, const int32_t *probabilities)
{
    choice->scores = TAKE(choice->arena, int64_t, choice->count);
    choice->half_words = TAKE(choice->arena, int64_t, choice->count);
    choice->linked = TAKE(choice->arena, int64_t, choice->count);
    choice->probabilities = TAKE(choice->arena, int64_t, choice->count);
    choice->is_kept = TAKE(choice->arena, bool, choice->count);
    if (!choice->scores || !choice->half_words || !choice->linked || !choice->probabilities || !choice->is_kept)
        return -1;
    for (Py_ssize_t index = 0; index < choice->count; index++) {
        int64_t score = scores[index], tenths = score / 10 - (score % 10 < 0);
        choice->scores[index] = score;
        choice->half_words[index] = table[index * features_count() + WORDS_COLUMN];
        choice->linked[index] = table[index * features_count() + LINKED_COLUMN];
        choice->probabilities[index] = probabilities[(tenths < -800 ? -800 : tenths > 800 ? 800 : tenths) + 800];
    }
    return 0;
}

/* Mark the blocks that are kept. Returns -1 with an exception, or else whether plain rules chose. */
static int choose_blocks(Choice *choice)
{
    average_atoms(choice);
    int64_t threshold = best_threshold(choice);
    if (threshold == -2)
        return -1;
    for (Py_ssize_t index = 0; index < choice->count; index++)
        choice->is_kept[index] = threshold >= 0 && choice->probabilities[index] >= threshold;
    if (threshold < 0)
        return 0;
    int is_plain = choose_plainly_if_too_much_is_lost(choice);
    if (is_plain < 0)
        return -1;
    if (is_plain)
        decide_atoms(choice, threshold);
    if (complete_records(choice) < 0)
        return -1;
    fill_gaps(choice);
    keep_signatures(choice);
    keep_code(choice);
    keep_headings(choice);
    if (drop_consent(choice) < 0 || drop_copies(choice) < 0 || drop_empty_headings(choice) < 0)
        return -1;
    drop_echoes(choice);
    return is_plain;
}

/* Return (a byte for each block, 1 if it is kept; whether plain rules chose; half words that the trees are sure of; all
   half words). `probabilities` are those of scores from -8000 to 8000. */
PyObject *choice_of(const PageBlocks *page, const int32_t *table, const int64_t *scores, const int32_t *probabilities)
{
    Arena arena = {0};
    Choice choice = {
        .page = page,
        .blocks = page->blocks,
        .count = page->block_count,
        .elements = &page->elements,
        .arena = &arena,
    };
    PyObject *result = NULL, *kept = PyBytes_FromStringAndSize(NULL, page->block_count);
    if (kept != NULL && take_scores(&choice, table, scores, probabilities) == 0) {
        int is_plain = choose_blocks(&choice);
        int64_t all_words = 0, sure_words = 0;
        for (Py_ssize_t index = 0; is_plain >= 0 && index < choice.count; index++) {
            int64_t score = choice.scores[index];
            PyBytes_AsString(kept)[index] = choice.is_kept[index];
            all_words += choice.half_words[index];
            sure_words += score >= CONFIDENT_MARGIN || score <= -CONFIDENT_MARGIN ? choice.half_words[index] : 0;
        }
        if (is_plain >= 0)
            result =
                Py_BuildValue("(ONLL)", kept, PyBool_FromLong(is_plain), (long long)sure_words, (long long)all_words);
    }
    Py_XDECREF(kept);
    arena_free(&arena);
    return result;
}
