/* Memory of one call. */

#include "core.h"

#include <stdlib.h>

#define CHUNK_BYTES ((size_t)64 * 1024)

struct Chunk {
    Chunk *before;
};

void *arena_take(Arena *arena, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > (size_t)(arena->end - arena->next)) {
        size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        Chunk *chunk = malloc(sizeof(Chunk) + 16 + bytes);
        if (chunk == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        chunk->before = arena->latest;
        arena->latest = chunk;
        arena->next = (char *)(((uintptr_t)(chunk + 1) + 15) & ~(uintptr_t)15);
        arena->end = arena->next + bytes;
    }
    void *start = arena->next;
    arena->next += size;
    return start;
}

void arena_free(Arena *arena)
{
    while (arena->latest != NULL) {
        Chunk *before = arena->latest->before;
        free(arena->latest);
        arena->latest = before;
    }
    arena->next = arena->end = NULL;
}

/* Make room for so many bytes and a few more, so that what looks at the next byte reads no strange memory. */
bool buffer_reserve(Buffer *buffer, Py_ssize_t size)
{
    if (buffer->failed)
        return false;
    if (buffer->size + size + 8 <= buffer->capacity)
        return true;
    Py_ssize_t capacity = 2 * (buffer->size + size) + 256;
    char *bytes = realloc(buffer->start, (size_t)capacity);
    if (bytes == NULL) {
        buffer->failed = true;
        PyErr_NoMemory();
        return false;
    }
    buffer->start = bytes;
    buffer->capacity = capacity;
    return true;
}

void buffer_add_code(Buffer *buffer, uint32_t code)
{
    char bytes[4];
    int size;
    if (code < 0x80) {
        bytes[0] = (char)code;
        size = 1;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        size = 2;
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        size = 3;
    } else {
        bytes[0] = (char)(0xF0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (code & 0x3F));
        size = 4;
    }
    buffer_add(buffer, bytes, size);
}

void buffer_free(Buffer *buffer)
{
    free(buffer->start);
    *buffer = (Buffer){0};
}
