/* Many words at once: what pattern_sets.py does with automata of patterns. */

#include "core.h"

static char capital_letter(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

void index_words(WordSet *set, const Word *words, int count)
{
    set->words = words;
    set->count = count;
    for (int index = count - 1; index >= 0; index--) {
        const char *word = words[index].word;
        unsigned char firsts[] = {(unsigned char)word[0], (unsigned char)capital_letter(word[0])};
        unsigned char seconds[] = {(unsigned char)word[1], (unsigned char)capital_letter(word[1])};
        for (int first = 0; first < 2; first++) {
            set->begins[firsts[first]] = true;
            for (int second = 0; second < 2; second++)
                set->first[firsts[first]][seconds[second]] = (uint8_t)(index + 1);
        }
    }
}

/* What a pair of bytes is found by, whatever the case of its letters; other pairs may have the same number. */
static int number_of_pair(char first, char second)
{
    return (first & 31) << 5 | (second & 31);
}

/* Fill in how far a search for words may go on by the last two bytes of a window as long as the shortest word (Wu and
   Manber, "A fast algorithm for multi-pattern searching", 1994). */
void index_skips(Skips *skips, const Word *words, int count)
{
    skips->shortest = MOST_SHORTEST;
    for (int index = 0; index < count; index++) {
        int size = (int)strlen(words[index].word);
        skips->shortest = size < skips->shortest ? size : skips->shortest;
    }
    memset(skips->bytes, skips->shortest - 1, sizeof(skips->bytes));
    for (int index = 0; index < count; index++)
        for (int offset = 0; offset < skips->shortest - 1; offset++) {
            uint8_t *bytes = &skips->bytes[number_of_pair(words[index].word[offset], words[index].word[offset + 1])];
            int rest = skips->shortest - 2 - offset;
            *bytes = rest < *bytes ? (uint8_t)rest : *bytes;
        }
}

/* Take the first three bytes of the words; behind a word of two anything may stand. */
void index_threes(Threes *threes, const Word *words, int count)
{
    for (int index = 0; index < count; index++) {
        const char *word = words[index].word;
        uint32_t number = number_of_three(number_of_three(0, word[0]), word[1]);
        for (uint32_t last = 0; last < 32; last++) {
            uint32_t whole = number_of_three(number, (char)last);
            if (word[2] == '\0' || last == (uint32_t)(word[2] & 31))
                threes->bits[whole >> 3] |= (uint8_t)(1 << (whole & 7));
        }
    }
}

/* Return the next position at which a word may begin; the end if none can. */
const char *next_candidate(const Skips *skips, const char *position, const char *end)
{
    while (end - position >= skips->shortest) {
        const char *last = position + skips->shortest - 1;
        int bytes = skips->bytes[number_of_pair(last[-1], last[0])];
        if (bytes == 0)
            return position;
        position += bytes;
    }
    return end;
}

/* Whether a text in small letters has one of the words, whatever they need beside them. */
bool has_any_word(const WordSet *set, Span text)
{
    const char *position = text.start, *end = position + text.size;
    for (; position < end; position++) {
        const Word *word = words_at(set, position, end);
        if (word != NULL && next_word_fits(set, &word, position, end))
            return true;
    }
    return false;
}

/* Bytes that are looked at together; a compiler makes a few instructions of them. */
#define TOGETHER 64

/* What tells words apart at a glance: their first two bytes and their last, each as often as there are `BYTES`. */
typedef struct {
    Bytes first[MOST_WORDS], second[MOST_WORDS], last[MOST_WORDS];
    Py_ssize_t sizes[MOST_WORDS], longest;
    int count;
} Glances;

static void take_glances(const char *const *words, int count, Glances *glances)
{
    glances->count = count;
    glances->longest = 0;
    for (int word = 0; word < count; word++) {
        Py_ssize_t size = (Py_ssize_t)strlen(words[word]);
        glances->sizes[word] = size;
        glances->longest = size > glances->longest ? size : glances->longest;
        memset(&glances->first[word], words[word][0], BYTES);
        memset(&glances->second[word], words[word][1], BYTES);
        memset(&glances->last[word], words[word][size - 1], BYTES);
    }
}

static bool is_any_set(const Bytes *fits)
{
    uint64_t halves[BYTES / 8];
    memcpy(halves, fits, BYTES);
    return (halves[0] | halves[1]) != 0;
}

/* Whether a word may begin at one of TOGETHER bytes, behind which the longest word has room. */
static bool may_begin_together(const Glances *glances, const char *position)
{
    Bytes fits = {0};
    for (int index = 0; index < TOGETHER; index += BYTES) {
        Bytes first, second, last;
        memcpy(&first, position + index, BYTES);
        memcpy(&second, position + index + 1, BYTES);
        for (int word = 0; word < glances->count; word++) {
            memcpy(&last, position + index + glances->sizes[word] - 1, BYTES);
            fits |= (Bytes)((first == glances->first[word]) & (second == glances->second[word]) &
                            (last == glances->last[word]));
        }
    }
    return is_any_set(&fits);
}

/* Return the first place where one of the words is, as it is spelled; NULL if there is none. Each has two bytes or
   more, and none begins with another. */
const char *find_any_word(const char *position, const char *end, const char *const *words, int count)
{
    Glances glances;
    take_glances(words, count, &glances);
    while (position < end) {
        Py_ssize_t size = end - position < TOGETHER ? end - position : TOGETHER;
        bool may_begin = end - position < TOGETHER + glances.longest || may_begin_together(&glances, position);
        for (Py_ssize_t index = 0; may_begin && index < size; index++)
            for (int word = 0; word < count; word++)
                if (position[index] == words[word][0] && end - position - index >= glances.sizes[word] &&
                    memcmp(position + index, words[word], (size_t)glances.sizes[word]) == 0)
                    return position + index;
        position += size;
    }
    return NULL;
}

/* Add a text with the capital letters of ASCII made small, and no other, as HTML compares names. */
void add_small_letters(Span text, Buffer *small)
{
    if (!buffer_reserve(small, text.size))
        return;
    char *next = small->start + small->size;
    for (Py_ssize_t index = 0; index < text.size; index++)
        next[index] = small_letter(text.start[index]);
    small->size += text.size;
}

/* Whether a word may begin at one of TOGETHER bytes, whatever the case of its letters; `glances` has its bytes with the
   bit that tells cases apart. */
static bool may_begin_in_any_case(const Glances *glances, const char *position)
{
    Bytes fits = {0}, small;
    memset(&small, 0x20, BYTES);
    for (int index = 0; index < TOGETHER; index += BYTES) {
        Bytes first, second, last;
        memcpy(&first, position + index, BYTES);
        memcpy(&second, position + index + 1, BYTES);
        memcpy(&last, position + index + glances->sizes[0] - 1, BYTES);
        fits |= (Bytes)(((first | small) == glances->first[0]) & ((second | small) == glances->second[0]) &
                        ((last | small) == glances->last[0]));
    }
    return is_any_set(&fits);
}

/* Return the next place where a word may be, whatever the case of its letters: its first two bytes and its last are
   those of the word, but for the bit that tells cases apart; NULL if there is none. */
const char *find_letters(const char *position, const char *end, const char *word)
{
    Py_ssize_t size = (Py_ssize_t)strlen(word);
    const char first = word[0] | 0x20, second = word[1] | 0x20, last = word[size - 1] | 0x20;
    const char bytes[] = {first, second, last, '\0'}, *const words[] = {bytes};
    Glances glances;
    take_glances(words, 1, &glances);
    glances.sizes[0] = size;
    while (end - position >= size) {
        bool may_begin = end - position < TOGETHER + size || may_begin_in_any_case(&glances, position);
        const char *next = end - position - size < TOGETHER ? end - size + 1 : position + TOGETHER;
        for (; may_begin && position < next; position++)
            if ((position[0] | 0x20) == first && (position[1] | 0x20) == second && (position[size - 1] | 0x20) == last)
                return position;
        position = next;
    }
    return NULL;
}

/* Take the first three bytes of sorted words, unless they are too many or a word has fewer. */
void index_beginnings(Beginnings *beginnings, const Word *words, int count)
{
    int known = 0;
    for (int index = 0; index < count; index++) {
        const char *word = words[index].word;
        bool is_new = index == 0 || strncmp(word, words[index - 1].word, 3) != 0;
        if (strlen(word) < 3 || (is_new && known == MOST_WORDS)) {
            beginnings->count = 0;
            return;
        }
        for (int letter = 0; is_new && letter < 3; letter++)
            beginnings->bytes[known][letter] = (uint8_t)(word[letter] | 0x20);
        known += is_new;
    }
    beginnings->count = known;
}

/* Whether a word may begin at one of TOGETHER bytes, behind which two more are. */
static bool any_may_begin(const Bytes (*splats)[3], int count, const char *position)
{
    Bytes fits = {0}, small;
    memset(&small, 0x20, BYTES);
    for (int index = 0; index < TOGETHER; index += BYTES) {
        Bytes first, second, third;
        memcpy(&first, position + index, BYTES);
        memcpy(&second, position + index + 1, BYTES);
        memcpy(&third, position + index + 2, BYTES);
        first |= small;
        second |= small;
        third |= small;
        for (int word = 0; word < count; word++)
            fits |= (Bytes)((first == splats[word][0]) & (second == splats[word][1]) & (third == splats[word][2]));
    }
    return is_any_set(&fits);
}

static bool is_beginning(const Beginnings *beginnings, const char *position)
{
    for (int word = 0; word < beginnings->count; word++) {
        const uint8_t *bytes = beginnings->bytes[word];
        if ((position[0] | 0x20) == bytes[0] && (position[1] | 0x20) == bytes[1] && (position[2] | 0x20) == bytes[2])
            return true;
    }
    return false;
}

/* Return the next position at which a word may begin, whatever the case of its letters; the end if none can. */
const char *next_beginning(const Beginnings *beginnings, const char *position, const char *end)
{
    Bytes splats[MOST_WORDS][3];
    for (int word = 0; word < beginnings->count; word++)
        for (int letter = 0; letter < 3; letter++)
            memset(&splats[word][letter], beginnings->bytes[word][letter], BYTES);
    while (end - position >= 3) {
        bool is_whole = end - position >= TOGETHER + 2;
        const char *next = is_whole ? position + TOGETHER : end - 2;
        bool may_begin = !is_whole || any_may_begin((const Bytes(*)[3])splats, beginnings->count, position);
        for (; may_begin && position < next; position++)
            if (is_beginning(beginnings, position))
                return position;
        position = next;
    }
    return end;
}
