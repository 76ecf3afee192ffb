/* Arrays of numpy, as `arrays.py` names them, seen as their items. */

/* An array that Python passes: its items are int64_t, or bytes where they are characters or flags. */
typedef struct {
    Py_buffer buffer;
} Array;

static int64_t *integers(const Array *array)
{
    return array->buffer.buf;
}

static Py_ssize_t count_of(const Array *array)
{
    return array->buffer.len / (Py_ssize_t)sizeof(int64_t);
}

static void release_all(Array *arrays, int count)
{
    for (int index = 0; index < count; index++)
        if (arrays[index].buffer.obj != NULL)
            PyBuffer_Release(&arrays[index].buffer);
}

/* Fill in the arrays of the arguments; each letter of `kinds` says what one is: `r` is read, `w` is written to. */
static bool take_arrays(PyObject *arguments, const char *kinds, Array *arrays)
{
    int count = (int)strlen(kinds);
    memset(arrays, 0, (size_t)count * sizeof *arrays);
    for (int index = 0; index < count; index++) {
        PyObject *argument = PyTuple_GetItem(arguments, index);
        int flags = kinds[index] == 'w' ? PyBUF_WRITABLE : PyBUF_SIMPLE;
        if (argument == NULL || PyObject_GetBuffer(argument, &arrays[index].buffer, flags) < 0) {
            release_all(arrays, count);
            return false;
        }
    }
    return true;
}

/* Return an exception unless a condition holds that every caller in Python keeps. */
static bool demand(bool condition, const char *what)
{
    if (!condition)
        PyErr_SetString(PyExc_ValueError, what);
    return condition;
}

/* Whether spans rise within `size` bytes or items, one after the other or not. */
static bool are_within(const int64_t *starts, const int64_t *ends, Py_ssize_t count, Py_ssize_t size)
{
    for (Py_ssize_t index = 0; index < count; index++)
        if (starts[index] < 0 || ends[index] < starts[index] || ends[index] > size)
            return false;
    return true;
}

/* An array that grows. */
typedef struct {
    int64_t *items;
    size_t count, room;
} Growing;

static bool append(Growing *array, int64_t item)
{
    if (array->count == array->room) {
        size_t room = array->room == 0 ? 1024 : 2 * array->room;
        int64_t *items = realloc(array->items, room * sizeof *items);
        if (items == NULL)
            return false;
        array->items = items;
        array->room = room;
    }
    array->items[array->count++] = item;
    return true;
}

static PyObject *as_bytes(const Growing *array)
{
    return PyBytes_FromStringAndSize((const char *)array->items, (Py_ssize_t)(array->count * sizeof *array->items));
}

/* Return the least power of two that leaves half of a hash table of so many keys empty. */
static size_t slots_for(size_t keys)
{
    size_t slots = 16;
    while (slots < 2 * keys)
        slots *= 2;
    return slots;
}
