/* The twin of `HashTable.number_keys` in `hash_table.py`. */

/* Return the number of new keys, or -1 if the last free slot would be taken; see `number_keys`. */
static Py_ssize_t number_all(const Array *arrays, int shift, int64_t size)
{
    const uint64_t *keys = arrays[0].buffer.buf;
    uint64_t *slots = arrays[1].buffer.buf;
    int64_t *slot_numbers = integers(&arrays[2]), *numbers = integers(&arrays[3]), *new = integers(&arrays[4]);
    size_t last_slot = (size_t)count_of(&arrays[1]) - 1;
    Py_ssize_t count = count_of(&arrays[0]), added = 0;
    for (Py_ssize_t index = 0; index < count; index++) {
        uint64_t key = keys[index];
        size_t slot = (size_t)(key >> shift);
        while (slots[slot] != key && slots[slot] != 0)
            slot = (slot + 1) & last_slot;
        if (slots[slot] == 0) {
            /* A look-up ends at a free slot. */
            if ((size_t)(size + added) >= last_slot)
                return -1;
            slots[slot] = key;
            slot_numbers[slot] = size + added;
            new[added++] = index;
        }
        numbers[index] = slot_numbers[slot];
    }
    return added;
}

/* number_keys(keys, slots, slot numbers, numbers, new, shift, size) -> how many keys are new: their indices are in
   `new`, and the number of each key in `numbers`. There are more free slots than new keys. */
static PyObject *number_keys(PyObject *module, PyObject *arguments)
{
    Array arrays[5];
    (void)module;
    if (!take_arrays(arguments, "rwwww", arrays))
        return NULL;
    PyObject *shift = PyTuple_GetItem(arguments, 5), *size = PyTuple_GetItem(arguments, 6), *result = NULL;
    if (shift != NULL && size != NULL) {
        long bits = PyLong_AsLong(shift);
        long long used = PyLong_AsLongLong(size);
        Py_ssize_t count = count_of(&arrays[0]), slots = count_of(&arrays[1]);
        bool fits = !PyErr_Occurred() && bits > 0 && bits < 64 && slots == (Py_ssize_t)1 << (64 - bits) &&
                    count_of(&arrays[2]) == slots && count_of(&arrays[3]) == count && count_of(&arrays[4]) == count &&
                    used >= 0 && used < slots;
        Py_ssize_t added = fits ? number_all(arrays, (int)bits, used) : -1;
        if (added >= 0)
            result = PyLong_FromSsize_t(added);
        else if (!PyErr_Occurred())
            demand(false, "the table has a free slot for each key");
    }
    release_all(arrays, 5);
    return result;
}
