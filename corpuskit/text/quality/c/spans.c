/* The twin of `hash_spans` in `spans.py`. */

#define LENGTH UINT64_C(0x9E3779B97F4A7C15)
#define SHORT UINT64_C(0x243F6A8885A308D3)
#define LONG UINT64_C(0x13198A2E03707345)
#define LAST UINT64_C(0xA4093822299F31D1)
#define MAX_BYTES_IN_ARRAYS 64

/* Return up to eight bytes as a little-endian integer. */
static uint64_t block_at(const unsigned char *bytes, int64_t count)
{
    uint64_t block = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (count >= 8) {
        memcpy(&block, bytes, 8);
        return block;
    }
#endif
    for (int64_t index = 0; index < count && index < 8; index++)
        block |= (uint64_t)bytes[index] << (8 * index);
    return block;
}

static uint64_t hash_of_span(const unsigned char *bytes, int64_t size)
{
    uint64_t hash = (block_at(bytes, size) + (uint64_t)size * LENGTH) * SHORT;
    for (int64_t done = 8; done < size; done += 8)
        hash = ((hash ^ hash >> 32) + block_at(bytes + done, size - done)) * LONG;
    hash = (hash ^ hash >> 32) * LAST;
    return hash == 0 ? 1 : hash;
}

/* side_by_side(data, starts, ends) -> the bytes of spans, with a space before the first and after each. */
static PyObject *side_by_side(PyObject *module, PyObject *arguments)
{
    Array arrays[3];
    (void)module;
    if (!take_arrays(arguments, "rrr", arrays))
        return NULL;
    const int64_t *starts = integers(&arrays[1]), *ends = integers(&arrays[2]);
    Py_ssize_t count = count_of(&arrays[1]), size = 1;
    bool fits = count_of(&arrays[2]) == count && are_within(starts, ends, count, arrays[0].buffer.len);
    for (Py_ssize_t index = 0; fits && index < count; index++)
        size += ends[index] - starts[index] + 1;
    PyObject *copies = demand(fits, "spans lie within the bytes") ? PyBytes_FromStringAndSize(NULL, size) : NULL;
    char *copy = copies == NULL ? NULL : PyBytes_AsString(copies);
    if (copy != NULL) {
        *copy++ = ' ';
        for (Py_ssize_t index = 0; index < count; index++) {
            size_t size_of_span = (size_t)(ends[index] - starts[index]);
            memcpy(copy, (const char *)arrays[0].buffer.buf + starts[index], size_of_span);
            copy += size_of_span;
            *copy++ = ' ';
        }
    }
    release_all(arrays, 3);
    return copies;
}

/* hash_spans(data, starts, ends, hashes) -> how many spans are too long: they are left to Python. */
static PyObject *hash_spans(PyObject *module, PyObject *arguments)
{
    Array arrays[4];
    (void)module;
    if (!take_arrays(arguments, "rrrw", arrays))
        return NULL;
    const unsigned char *data = arrays[0].buffer.buf;
    const int64_t *starts = integers(&arrays[1]), *ends = integers(&arrays[2]);
    Py_ssize_t count = count_of(&arrays[1]), too_long = 0;
    bool fits = count_of(&arrays[2]) == count && count_of(&arrays[3]) == count &&
                are_within(starts, ends, count, arrays[0].buffer.len);
    if (demand(fits, "spans lie within the bytes, and each has a hash")) {
        for (Py_ssize_t index = 0; index < count; index++) {
            int64_t size = ends[index] - starts[index];
            too_long += size > MAX_BYTES_IN_ARRAYS;
            if (size <= MAX_BYTES_IN_ARRAYS)
                ((uint64_t *)arrays[3].buffer.buf)[index] = hash_of_span(data + starts[index], size);
        }
    }
    release_all(arrays, 4);
    return fits ? PyLong_FromSsize_t(too_long) : NULL;
}
