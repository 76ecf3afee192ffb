/* The module `corpuskit.text.language_id._predictor`: the languages of a line, by fastText's lid.176.

   Its twin is fasttext-predict, which model.py asks where this was not built. They give the same probabilities, as they
   add the same floats in the same order. A line is the mean of the rows of its words and of the runs of two to four
   characters in them; a run has the row of its hash, if that has one. fastText looks hashes up in nodes all over memory
   and decodes each row that it adds; here all rows are ready, and found by one look at a table. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What model_file.py demands of a model. */
enum { COLUMNS = 16, CODES = 8, SHORTEST = 2, LONGEST = 4, HASHES = 2000000, MOST_WORDS = 1 << 14, MOST_LABELS = 256 };
enum { SLOTS = 2 * MOST_WORDS, LEAF = -1, PART = COLUMNS / CODES, CENTROIDS = 256, BEHIND_WORD = 10 };

static const char LABEL[] = "__label__", END_OF_LINE[] = "</s>";
static const uint32_t FIRST_HASH = UINT32_C(2166136261);

typedef struct {
    float columns[COLUMNS];
} Row;

/* The rows are those of words, and then those of hashes. Rows are found by their numbers from 1; 0 is none. */
static Row *rows;
static const char *words[MOST_WORDS];
static uint16_t rows_of_words[SLOTS], rows_of_hashes[HASHES];
/* A tree that decides between two branches at each node; the last node is the root, and LEAF - n is language n. */
static int32_t branches[MOST_LABELS][2];
static Row decisions[MOST_LABELS];
static PyObject *languages;
static Py_ssize_t language_count;

typedef struct {
    Row sum;
    int64_t count;
} Mean;

typedef struct {
    float score; /* the logarithm of a probability */
    int32_t node;
} Answer;

/* Hash on with a byte: FNV-1a, except that fastText takes bytes beyond ASCII for negative numbers. */
static uint32_t hashed(uint32_t hash, char byte)
{
    return (hash ^ (uint32_t)(int32_t)(signed char)byte) * UINT32_C(16777619);
}

/* Return where the number of a word's row is, or would be. */
static uint16_t *row_of_word(const char *word, size_t size)
{
    uint32_t hash = FIRST_HASH;
    for (size_t index = 0; index < size; index++)
        hash = hashed(hash, word[index]);
    uint32_t slot = hash % SLOTS;
    for (; rows_of_words[slot] != 0; slot = (slot + 1) % SLOTS) {
        const char *known = words[rows_of_words[slot] - 1];
        if (strncmp(known, word, size) == 0 && known[size] == '\0')
            break;
    }
    return &rows_of_words[slot];
}

static void add_row(Mean *mean, uint16_t number)
{
    if (number == 0)
        return;
    for (int column = 0; column < COLUMNS; column++)
        mean->sum.columns[column] += rows[number - 1].columns[column];
    mean->count++;
}

static bool is_within_character(char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Add the rows of all runs in a word, which has `<` and `>` at its ends. */
static void add_runs(Mean *mean, const char *word, const char *end)
{
    for (const char *start = word; start < end; start++) {
        if (is_within_character(*start))
            continue;
        uint32_t hash = FIRST_HASH;
        const char *position = start;
        for (int characters = 1; characters <= LONGEST && position < end; characters++) {
            do
                hash = hashed(hash, *position++);
            while (position < end && is_within_character(*position));
            if (characters >= SHORTEST)
                add_row(mean, rows_of_hashes[hash % HASHES]);
        }
    }
}

/* Add the rows of a word, and write over the bytes beside it. Return whether it ends the line. */
static bool add_word(Mean *mean, char *word, char *end)
{
    size_t size = (size_t)(end - word);
    uint16_t number = *row_of_word(word, size);
    add_row(mean, number);
    if (size == sizeof END_OF_LINE - 1 && memcmp(word, END_OF_LINE, size) == 0)
        return true;
    if (number != 0 || size < sizeof LABEL - 1 || memcmp(word, LABEL, sizeof LABEL - 1) != 0) {
        word[-1] = '<';
        *end = '>';
        add_runs(mean, word - 1, end + 1);
    }
    return false;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\0' || (byte >= '\t' && byte <= '\r');
}

/* Return the mean of the rows of a line; the bytes beside it are written over. */
static Row mean_of_line(char *line, char *end)
{
    Mean mean = {.count = 0};
    char last[] = " </s> ", *line_feed = memchr(line, '\n', (size_t)(end - line));
    bool is_over = false;
    end = line_feed == NULL ? end : line_feed;
    for (char *word = line, *word_end; word < end && !is_over; word = word_end + 1) {
        for (word_end = word; word_end < end && !is_space(*word_end);)
            word_end++;
        is_over = word_end > word && add_word(&mean, word, word_end);
    }
    if (!is_over)
        add_word(&mean, last + 1, last + sizeof last - 2);
    float share = (float)(1.0 / (double)mean.count);
    for (int column = 0; column < COLUMNS; column++)
        mean.sum.columns[column] *= share;
    return mean.sum;
}

static float logarithm(float probability)
{
    return (float)log((double)probability + 1e-5);
}

/* Return how probable the second branch at a node is. */
static float share_of_second(const Row *decision, const Row *mean)
{
    float sum = 0.0f;
    for (int column = 0; column < COLUMNS; column++)
        sum += decision->columns[column] * mean->columns[column];
    return (float)(1.0 / (double)(1.0f + expf(-sum)));
}

/* Fill in the most probable languages, the first ones first, and return their number. */
static Py_ssize_t best_answers(const Row *mean, Answer *answers, Py_ssize_t most, float least)
{
    Answer open[MOST_LABELS] = {{0.0f, (int32_t)language_count - 2}};
    Py_ssize_t open_count = 1, count = 0;
    while (open_count > 0) {
        Answer answer = open[--open_count];
        if (answer.score < least || (count == most && answer.score < answers[count - 1].score))
            continue;
        if (answer.node > LEAF) {
            float second = share_of_second(&decisions[answer.node], mean), first = (float)(1.0 - (double)second);
            const int32_t *branch = branches[answer.node];
            open[open_count++] = (Answer){answer.score + logarithm(second), branch[1]};
            open[open_count++] = (Answer){answer.score + logarithm(first), branch[0]};
            continue;
        }
        Py_ssize_t rank = count < most ? count++ : count - 1;
        for (; rank > 0 && answers[rank - 1].score < answer.score; rank--)
            answers[rank] = answers[rank - 1];
        answers[rank] = answer;
    }
    return count;
}

static PyObject *as_list(const Answer *answers, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t rank = 0; list != NULL && rank < count; rank++) {
        PyObject *language = PyTuple_GetItem(languages, LEAF - answers[rank].node);
        float probability = expf(answers[rank].score);
        PyObject *pair = Py_BuildValue("(Od)", language, probability < 1.0f ? (double)probability : 1.0);
        if (pair == NULL)
            Py_CLEAR(list);
        else
            PyList_SetItem(list, rank, pair);
    }
    return list;
}

/* predict(line, number, least) -> the most probable languages, at most so many (-1 for all), and their probabilities.
 */
static PyObject *predict(PyObject *module, PyObject *args)
{
    (void)module;
    const char *text;
    Py_ssize_t size, most;
    float least;
    if (!PyArg_ParseTuple(args, "s#nf", &text, &size, &most, &least))
        return NULL;
    if (rows == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "no model is loaded");
        return NULL;
    }
    char *line = malloc((size_t)size + 2);
    if (line == NULL)
        return PyErr_NoMemory();
    memcpy(line + 1, text, (size_t)size);
    Row mean = mean_of_line(line + 1, line + 1 + size);
    free(line);
    Answer answers[MOST_LABELS];
    most = most < 1 || most > language_count ? language_count : most;
    return as_list(answers, best_answers(&mean, answers, most, logarithm(least)));
}

/* Take the words, which stand one behind the other, each with a zero, its number in a corpus and a byte for its kind.
 */
static void read_words(const char *entry, Py_ssize_t count)
{
    for (Py_ssize_t number = 0; number < count; number++) {
        size_t size = strlen(entry);
        words[number] = entry;
        *row_of_word(entry, size) = (uint16_t)(number + 1);
        entry += size + BEHIND_WORD;
    }
}

/* Decode a row: of each code that part of the centroids, all times the norm. */
static void read_row(Row *row, const unsigned char *codes, const float *centroids, float norm)
{
    for (int column = 0; column < COLUMNS; column++) {
        int code = column / PART;
        row->columns[column] = norm * centroids[(code * CENTROIDS + codes[code]) * PART + column % PART];
    }
}

/* load(words, number of words, pairs of hash and row, codes, centroids, codes of norms, norms, decisions, branches,
   languages): take the parts of a model, once; model_file.py has seen to it that they fit. */
static PyObject *load(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *entries, *codes_of_languages;
    const char *pairs, *codes, *centroids, *norm_codes, *norms, *decision_rows, *branch_pairs;
    Py_ssize_t word_count, pair_bytes, row_count, decision_bytes, branch_bytes, ignored;
    if (!PyArg_ParseTuple(args, "Sny#y#y#y#y#y#y#O!", &entries, &word_count, &pairs, &pair_bytes, &codes, &ignored,
                          &centroids, &ignored, &norm_codes, &row_count, &norms, &ignored, &decision_rows,
                          &decision_bytes, &branch_pairs, &branch_bytes, &PyTuple_Type, &codes_of_languages))
        return NULL;
    if (rows != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "a model is loaded");
        return NULL;
    }
    rows = malloc((size_t)row_count * sizeof(Row));
    if (rows == NULL)
        return PyErr_NoMemory();
    for (Py_ssize_t row = 0; row < row_count; row++)
        read_row(&rows[row], (const unsigned char *)codes + row * CODES, (const float *)centroids,
                 ((const float *)norms)[(unsigned char)norm_codes[row]]);
    for (const int32_t *pair = (const int32_t *)pairs; (const char *)pair < pairs + pair_bytes; pair += 2)
        rows_of_hashes[pair[0]] = (uint16_t)(word_count + pair[1] + 1);
    read_words(PyBytes_AsString(Py_NewRef(entries)), word_count);
    memcpy(decisions, decision_rows, (size_t)decision_bytes);
    memcpy(branches, branch_pairs, (size_t)branch_bytes);
    languages = Py_NewRef(codes_of_languages);
    language_count = PyTuple_Size(languages);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"load", load, METH_VARARGS, "Take the parts of a model."},
    {"predict", predict, METH_VARARGS, "Return the most probable languages of a line, and their probabilities."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_predictor", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit__predictor(void)
{
    return PyModule_Create(&module);
}
