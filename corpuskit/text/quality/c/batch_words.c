/* The twin of `split_tokens` in `batch_words.py`: where the words of tokens begin, but for tokens that are in doubt. */

/* The bits of characters, as `characters.py` has them. */
enum {
    ALPHA = 1 << 0,
    ALNUM = 1 << 2,
    UPPER = 1 << 3,
    LOWER = 1 << 4,
    LETTER = 1 << 5,
    FIGURE = 1 << 6,
    OPENS = 1 << 13,
    CLOSES = 1 << 14,
    BEFORE_DOT = 1 << 15,
    UNIT_END = 1 << 16,
    APOSTROPHE = 1 << 17,
    GENITIVE = 1 << 18,
    DOT = 1 << 19,
    HYPHEN = 1 << 20,
    COLON = 1 << 21,
    COMMA = 1 << 22,
    SIGN = 1 << 23,
    CUTS = 1 << 24
};
#define MAY_CUT (DOT | HYPHEN | COLON | COMMA | SIGN | CUTS)
#define MAX_CLOSING_MARKS 12
#define LONGEST_UNIT 4

/* Characters side by side; a space, which has none of these bits, comes before the first token and after each. */
typedef struct {
    const uint32_t *codes, *kinds;
    /* Whether each begins a word. */
    unsigned char *opens;
} Characters;

static uint32_t kind_before(const Characters *characters, int64_t end, int distance)
{
    return end >= distance ? characters->kinds[end - distance] : 0;
}

/* Return the characters that come off before `end`, 0 if none do. */
static int closing_mark_size(const Characters *characters, int64_t end)
{
    uint32_t third_last = kind_before(characters, end, 3), second_last = kind_before(characters, end, 2);
    uint32_t last = kind_before(characters, end, 1);
    if (last & GENITIVE && second_last & APOSTROPHE)
        return 2;
    /* A full stop after a capital that stands alone belongs to its word. */
    bool capitals = second_last & UPPER && (third_last & (ALPHA | LOWER)) == ALPHA;
    return last & CLOSES || (last & DOT && (second_last & BEFORE_DOT || capitals));
}

/* Take the marks off the ends of a token, and note where its words begin; return whether it is in doubt. */
static bool strip_token(const Characters *characters, int64_t start, int64_t end, int64_t *core_start,
                        int64_t *core_end)
{
    int64_t first = start, last = end;
    while (characters->kinds[first] & OPENS)
        first++;
    *core_start = first;
    *core_end = end;
    if (first == end || characters->codes[first] == '+')
        return true;
    for (int64_t offset = start; offset <= first; offset++)
        characters->opens[offset] = 1;
    int marks = 0;
    for (; marks < MAX_CLOSING_MARKS; marks++) {
        int size = closing_mark_size(characters, last);
        if (size == 0)
            break;
        last -= size;
        *core_end = last;
        if (last <= first)
            return true;
        characters->opens[last] = 1;
    }
    if (marks == MAX_CLOSING_MARKS)
        return true;
    if (characters->kinds[last - 1] & UNIT_END)
        for (int64_t offset = last - 2; offset >= first && offset >= last - LONGEST_UNIT - 1; offset--)
            if (characters->kinds[offset] & FIGURE)
                return true;
    return false;
}

/* Note the words that marks within a token cut; return whether it is in doubt. */
static bool cut_token(const Characters *characters, int64_t start, int64_t end, int64_t core_end)
{
    const uint32_t *kinds = characters->kinds;
    bool has_stop = false, has_cut = false;
    for (int64_t offset = start; offset < end; offset++) {
        uint32_t mark = kinds[offset], before = kinds[offset - 1], after = kinds[offset + 1];
        if (characters->codes[offset] == '$' && before & ALPHA)
            return true;
        if (!(mark & MAY_CUT))
            continue;
        bool inside = offset < core_end, stop = mark & DOT, hyphen = mark & HYPHEN;
        bool figures = before & FIGURE && mark & SIGN;
        bool cut = (before & ALNUM && (hyphen || mark & COLON)) || (before & LETTER && mark & COMMA) ||
                   (stop && (before & (LETTER | UPPER)) == LETTER && !(after & LOWER));
        cut = (cut && after & LETTER) || (figures && after & FIGURE);
        if ((inside && mark & CUTS) || (stop && after & DOT) ||
            (after & HYPHEN && ((hyphen && before & ALNUM) || figures)))
            return true;
        has_stop |= stop && inside;
        has_cut |= cut;
        if (cut)
            characters->opens[offset] = characters->opens[offset + 1] = 1;
    }
    /* A core with a full stop may be an address; if it has a cut too, Python has to look. */
    return has_stop && has_cut;
}

static bool is_ascii(const uint32_t *codes, int64_t start, int64_t end)
{
    for (int64_t offset = start; offset < end; offset++)
        if (codes[offset] >= 128)
            return false;
    return true;
}

/* split_tokens(codes, kinds, starts, ends, opens, core starts, core ends, doubtful, unspaced): fill in the last four
   of the arrays; `opens`, one flag for each character, is 0 before. */
static PyObject *split_tokens(PyObject *module, PyObject *arguments)
{
    Array arrays[8];
    (void)module;
    if (!take_arrays(arguments, "rrrrwwww", arrays))
        return NULL;
    PyObject *flag = PyTuple_GetItem(arguments, 8);
    int unspaced = flag == NULL ? -1 : PyObject_IsTrue(flag);
    const int64_t *starts = integers(&arrays[2]), *ends = integers(&arrays[3]);
    Py_ssize_t count = count_of(&arrays[2]), size = arrays[4].buffer.len;
    bool fits = unspaced >= 0 && arrays[0].buffer.len == size * 4 && arrays[1].buffer.len == size * 4 &&
                count_of(&arrays[3]) == count && count_of(&arrays[5]) == count && count_of(&arrays[6]) == count &&
                arrays[7].buffer.len == count && are_within(starts, ends, count, size - 1);
    Characters characters = {arrays[0].buffer.buf, arrays[1].buffer.buf, arrays[4].buffer.buf};
    for (Py_ssize_t index = 0; fits && index < count; index++)
        fits = starts[index] > 0 && starts[index] < ends[index] && !(characters.kinds[ends[index]] & (OPENS | MAY_CUT));
    for (Py_ssize_t index = 0; fits && index < count; index++) {
        int64_t start = starts[index], end = ends[index], *core_end = integers(&arrays[6]) + index;
        bool doubtful = strip_token(&characters, start, end, integers(&arrays[5]) + index, core_end);
        doubtful = cut_token(&characters, start, end, *core_end) || doubtful;
        doubtful = doubtful || (unspaced && !is_ascii(characters.codes, start, end));
        ((unsigned char *)arrays[7].buffer.buf)[index] = doubtful;
        if (doubtful)
            memset(characters.opens + start, 0, (size_t)(end - start));
    }
    if (!fits && !PyErr_Occurred())
        demand(false, "tokens lie between spaces");
    release_all(arrays, 8);
    return fits ? Py_NewRef(Py_None) : NULL;
}
