/* The twin of `ngram_repeats.py`: which n-grams of words repeat within a text. */

#define HASH UINT64_C(0x9E3779B97F4A7C15)
#define SHORTEST 2
#define SHORTEST_DUPLICATE 5
#define LONGEST 10
#define MOST_WORDS (1 << 28)

/* The n-grams of a part of a text that may repeat. */
typedef struct {
    int32_t *starts;
    /* Equal labels for equal n-grams. */
    uint32_t *labels;
    int32_t count;
} Ngrams;

/* Different n-grams, by label, in the order of their first starts; and the memory that one text needs. */
typedef struct {
    const int64_t *words;
    /* The characters before each word, and in all. */
    int64_t *characters;
    uint64_t *keys;
    int32_t *counts, *first_starts;
    bool *stepped_over;
    uint32_t *slots;
    size_t slot_count;
    Ngrams ngrams, ngrams_of_window;
} Groups;

static void free_groups(Groups *groups)
{
    free(groups->characters);
    free(groups->keys);
    free(groups->counts);
    free(groups->first_starts);
    free(groups->stepped_over);
    free(groups->slots);
    free(groups->ngrams.starts);
    free(groups->ngrams.labels);
    free(groups->ngrams_of_window.starts);
    free(groups->ngrams_of_window.labels);
}

static bool make_ngrams(Ngrams *ngrams, size_t words)
{
    ngrams->starts = malloc(words * sizeof *ngrams->starts);
    ngrams->labels = malloc(words * sizeof *ngrams->labels);
    return ngrams->starts != NULL && ngrams->labels != NULL;
}

/* Return whether there is memory for texts of up to so many words. */
static bool make_groups(Groups *groups, size_t words)
{
    memset(groups, 0, sizeof *groups);
    groups->characters = malloc((words + 1) * sizeof *groups->characters);
    groups->keys = malloc((words + 1) * sizeof *groups->keys);
    groups->counts = malloc((words + 1) * sizeof *groups->counts);
    groups->first_starts = malloc((words + 1) * sizeof *groups->first_starts);
    groups->stepped_over = malloc((words + 1) * sizeof *groups->stepped_over);
    groups->slots = malloc(slots_for(words) * sizeof *groups->slots);
    return groups->characters != NULL && groups->keys != NULL && groups->counts != NULL &&
           groups->first_starts != NULL && groups->stepped_over != NULL && groups->slots != NULL &&
           make_ngrams(&groups->ngrams, words + 1) && make_ngrams(&groups->ngrams_of_window, words + 1);
}

/* Return the label of a key, which is added if it is new. */
static uint32_t label_of(Groups *groups, uint32_t *used, uint64_t key, int32_t start)
{
    size_t slot = (size_t)(key * HASH >> 32) & (groups->slot_count - 1);
    while (groups->slots[slot] != 0 && groups->keys[groups->slots[slot] - 1] != key)
        slot = (slot + 1) & (groups->slot_count - 1);
    if (groups->slots[slot] == 0) {
        groups->keys[*used] = key;
        groups->counts[*used] = 0;
        groups->first_starts[*used] = start;
        groups->stepped_over[*used] = false;
        groups->slots[slot] = ++*used;
    }
    uint32_t label = groups->slots[slot] - 1;
    groups->counts[label]++;
    return label;
}

/* Leave of (n - 1)-grams the n-grams that repeat before `end`; return how many different n-grams there are. */
static uint32_t extend_by_a_word(Groups *groups, Ngrams *ngrams, int n, int32_t end)
{
    uint32_t used = 0;
    int32_t inside = 0, repeated = 0;
    groups->slot_count = slots_for((size_t)ngrams->count);
    memset(groups->slots, 0, groups->slot_count * sizeof *groups->slots);
    for (int32_t index = 0; index < ngrams->count && ngrams->starts[index] <= end - n; index++) {
        int32_t start = ngrams->starts[index];
        uint64_t key = (uint64_t)ngrams->labels[index] << 32 | (uint64_t)groups->words[start + n - 1];
        ngrams->labels[inside++] = label_of(groups, &used, key, start);
    }
    for (int32_t index = 0; index < inside; index++)
        if (groups->counts[ngrams->labels[index]] > 1) {
            ngrams->starts[repeated] = ngrams->starts[index];
            ngrams->labels[repeated++] = ngrams->labels[index];
        }
    ngrams->count = repeated;
    return used;
}

/* Return the characters that the most frequent n-gram covers, the earliest of several. */
static int64_t commonest_characters(const Groups *groups, uint32_t used, int n, double least_count)
{
    int32_t start = 0, count = 1;
    for (uint32_t label = 0; label < used; label++)
        if (groups->counts[label] > count) {
            count = groups->counts[label];
            start = groups->first_starts[label];
        }
    int64_t characters = groups->characters[start + n] - groups->characters[start] + n - 1;
    return count >= least_count ? characters * count : 0;
}

/* Return the characters in n-grams that repeat an earlier one, as `_counted_starts` counts them. */
static int64_t duplicate_characters(Groups *groups, const Ngrams *ngrams, int n)
{
    int64_t covered = 0;
    int32_t index = 0;
    while (index < ngrams->count) {
        uint32_t label = ngrams->labels[index];
        int32_t start = ngrams->starts[index++];
        if (groups->first_starts[label] == start)
            continue;
        if (groups->stepped_over[label]) {
            groups->stepped_over[label] = false;
            continue;
        }
        covered += groups->characters[start + n] - groups->characters[start];
        for (; index < ngrams->count && ngrams->starts[index] < start + n; index++) {
            label = ngrams->labels[index];
            if (groups->first_starts[label] == ngrams->starts[index])
                groups->stepped_over[label] = true;
        }
    }
    return covered;
}

/* Add up the characters in duplicates of the words from `first` to `end`; figures are `step` apart. */
static void measure_window(Groups *groups, int32_t first, int32_t end, int64_t *figures, Py_ssize_t step)
{
    const Ngrams *shorter = &groups->ngrams;
    Ngrams *ngrams = &groups->ngrams_of_window;
    ngrams->count = 0;
    int32_t low = 0, high = shorter->count;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (shorter->starts[middle] < first)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < shorter->count && shorter->starts[low] < end; low++) {
        ngrams->starts[ngrams->count] = shorter->starts[low];
        ngrams->labels[ngrams->count++] = shorter->labels[low];
    }
    for (int n = SHORTEST_DUPLICATE; n <= LONGEST && ngrams->count > 0; n++) {
        extend_by_a_word(groups, ngrams, n, end);
        figures[(n - SHORTEST) * step] += duplicate_characters(groups, ngrams, n);
    }
}

/* Fill in the figures of one text, which are `step` apart and 0; a `window` of 0 words is the text. */
static void measure_text(Groups *groups, const int64_t *words, const int64_t *lengths, int32_t size, int64_t window,
                         double least_count, int64_t *figures, Py_ssize_t step)
{
    Ngrams *ngrams = &groups->ngrams;
    groups->words = words;
    groups->characters[0] = 0;
    for (int32_t index = 0; index < size; index++) {
        groups->characters[index + 1] = groups->characters[index] + lengths[index];
        ngrams->starts[index] = index;
        ngrams->labels[index] = (uint32_t)words[index];
    }
    ngrams->count = size;
    for (int n = SHORTEST; n < SHORTEST_DUPLICATE && n <= size; n++) {
        uint32_t used = extend_by_a_word(groups, ngrams, n, size);
        figures[(n - SHORTEST) * step] = commonest_characters(groups, used, n, least_count);
    }
    int64_t windows = window > 0 && size > window ? (size + window - 1) / window : 1;
    for (int64_t number = 0; number < windows && ngrams->count > 0; number++)
        measure_window(groups, (int32_t)(number * size / windows), (int32_t)((number + 1) * size / windows), figures,
                       step);
}

/* Whether bounds rise within the words, and numbers of words fit in 32 bits. */
static bool are_measurable(const int64_t *words, Py_ssize_t word_count, const int64_t *bounds, Py_ssize_t texts)
{
    bool fits = texts >= 0 && bounds[0] == 0 && bounds[texts] == word_count && word_count < MOST_WORDS;
    for (Py_ssize_t text = 0; fits && text < texts; text++)
        fits = bounds[text] <= bounds[text + 1];
    for (Py_ssize_t index = 0; fits && index < word_count; index++)
        fits = words[index] >= 0 && words[index] <= UINT32_MAX;
    return fits;
}

/* repeated_ngrams(words, lengths, bounds, figures, window, least_count): fill in the characters of each text in its
   commonest 2- to 4-grams, then in its duplicate 5- to 10-grams; all figures are 0 before. */
static PyObject *repeated_ngrams(PyObject *module, PyObject *arguments)
{
    Array arrays[4];
    Groups groups;
    (void)module;
    if (!take_arrays(arguments, "rrrw", arrays))
        return NULL;
    PyObject *window = PyTuple_GetItem(arguments, 4), *least_count = PyTuple_GetItem(arguments, 5);
    long long window_words = window == NULL ? -1 : PyLong_AsLongLong(window);
    double least = least_count == NULL ? -1 : PyFloat_AsDouble(least_count);
    const int64_t *words = integers(&arrays[0]), *lengths = integers(&arrays[1]), *bounds = integers(&arrays[2]);
    Py_ssize_t word_count = count_of(&arrays[0]), texts = count_of(&arrays[2]) - 1;
    bool fits = !PyErr_Occurred() && count_of(&arrays[1]) == word_count &&
                are_measurable(words, word_count, bounds, texts) &&
                count_of(&arrays[3]) == texts * (LONGEST - SHORTEST + 1);
    int64_t longest = 0;
    for (Py_ssize_t text = 0; fits && text < texts; text++)
        longest = bounds[text + 1] - bounds[text] > longest ? bounds[text + 1] - bounds[text] : longest;
    bool done = false;
    if (fits) {
        done = make_groups(&groups, (size_t)longest);
        for (Py_ssize_t text = 0; done && text < texts; text++)
            measure_text(&groups, words + bounds[text], lengths + bounds[text],
                         (int32_t)(bounds[text + 1] - bounds[text]), window_words, least,
                         integers(&arrays[3]) + text, texts);
        free_groups(&groups);
        if (!done)
            PyErr_NoMemory();
    } else if (!PyErr_Occurred())
        demand(false, "bounds rise within the words, and each text has its figures");
    release_all(arrays, 4);
    return done ? Py_NewRef(Py_None) : NULL;
}
