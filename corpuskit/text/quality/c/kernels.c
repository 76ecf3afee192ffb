/* The module `corpuskit.text.quality._kernels`: the passes over bytes and words that cost most.

   Each file is the twin of the Python module of its name and gives the same numbers. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.c"
#include "spans.c"
#include "batch_words.c"
#include "c4_lines.c"
#include "hash_table.c"
#include "layout.c"
#include "measured_lines.c"
#include "ngram_repeats.c"
#include "program_text.c"
#include "vocabulary.c"
#include "sentence_breaks.c"

/* As in `compiled.py`. */
#define INTERFACE 1

static PyMethodDef methods[] = {
    {"breaks_in_lines", breaks_in_lines, METH_VARARGS, "Count the breaks between sentences in lines."},
    {"hash_spans", hash_spans, METH_VARARGS, "Hash spans of bytes."},
    {"lay_out", lay_out, METH_VARARGS, "Find the tokens and lines of texts."},
    {"mark_repeats", mark_repeats, METH_VARARGS, "Find the spans that come again in their text."},
    {"marks_and_line_feeds", marks_and_line_feeds, METH_O, "Count the marks of programs in a text, and its lines."},
    {"marks_in_rows", marks_in_rows, METH_VARARGS, "Count the marks of code in spans."},
    {"ngram_words", ngram_words, METH_VARARGS, "Read the words of tokens that n-grams are made of."},
    {"number_keys", number_keys, METH_VARARGS, "Look up keys in a hash table, and add those that are new."},
    {"offsets_of", offsets_of, METH_VARARGS, "Find words in any letter case."},
    {"repeated_ngrams", repeated_ngrams, METH_VARARGS, "Measure the n-grams that repeat in texts."},
    {"side_by_side", side_by_side, METH_VARARGS, "Copy spans of bytes, a space before and after each."},
    {"split_tokens", split_tokens, METH_VARARGS, "Find where the words of tokens begin."},
    {"words_of", words_of, METH_VARARGS, "Read the words of tokens from their entries."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_kernels", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit__kernels(void)
{
    PyObject *kernels = PyModule_Create(&module);
    if (kernels != NULL && PyModule_AddIntConstant(kernels, "INTERFACE", INTERFACE) < 0) {
        Py_DECREF(kernels);
        return NULL;
    }
    return kernels;
}
