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

/* As `ALGORITHM` in compiled.py. */
#define ALGORITHM 1

/* In the order of `_KINDS` in features.py. */
enum kind { HEADING, LINE, ROW, ITEM, PREFORMATTED, PARAGRAPH, KINDS };

/* A part of a text in UTF-8. */
typedef struct {
    const char *start;
    Py_ssize_t size;
} Span;

/* Elements of a page, one array a property, as `Elements` has them. */
typedef struct {
    Py_ssize_t count;
    int32_t *parents, *depths, *ends, *numbers, *containers;
    uint64_t *own_bits, *path_bits;
} Elements;

/* A block, with what `PlacedBlock` knows of its position. */
typedef struct {
    Span text;
    Py_ssize_t length; /* code points of the text */
    enum kind kind;
    int64_t level, linked, characters;
    int32_t node, container;
    bool is_marked, in_block_link;
} Block;

/* What the trees look at. */
typedef struct {
    Elements elements;
    Block *blocks;
    Py_ssize_t block_count;
    const char *title; /* folded, on one line */
    Py_ssize_t title_size, title_length;
} PageBlocks;

/* Memory of one call, given back at once: the parts of a page are many and small. */
typedef struct Chunk Chunk;
typedef struct {
    Chunk *latest;
    char *next, *end;
} Arena;

void *arena_take(Arena *arena, size_t size); /* NULL and MemoryError if there is none */
void arena_free(Arena *arena);

#define TAKE(arena, type, count) ((type *)arena_take(arena, sizeof(type) * ((size_t)(count) + 1)))

/* features.c */
Py_ssize_t features_count(void);
int fill_features(const PageBlocks *page, int32_t *table, Arena *arena);

/* classifier.c */
PyObject *load_trees(PyObject *module, PyObject *arguments);
PyObject *sum_leaves(PyObject *module, PyObject *arguments);

/* module.c */
uint64_t hash_of(const char *start, Py_ssize_t size);

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

/* Return the number of code points in a text. */
static inline Py_ssize_t length_of(const char *start, Py_ssize_t size)
{
    Py_ssize_t length = 0;
    for (Py_ssize_t index = 0; index < size; index++)
        length += (start[index] & 0xC0) != 0x80;
    return length;
}

#endif
