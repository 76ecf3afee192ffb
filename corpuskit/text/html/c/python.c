/* Rules that few pages need have one definition, in Python; here they are called. */

#include "core.h"

#include <stdarg.h>

#define ROOM "corpuskit.text.html."
#define MOST_FUNCTIONS 32

/* Return a function of this room; `name` is `module.function`. */
static PyObject *imported(const char *name)
{
    char module_name[64] = ROOM;
    const char *dot = strchr(name, '.');
    strncat(module_name, name, (size_t)(dot - name));
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *function = module == NULL ? NULL : PyObject_GetAttrString(module, dot + 1);
    Py_XDECREF(module);
    return function;
}

/* Return a function of this room, which is looked up once: a look-up takes longer than most calls. `name` is a literal,
   so that its address stands for it. */
static PyObject *function_of(const char *name)
{
    static struct {
        const char *name;
        PyObject *function;
    } known[MOST_FUNCTIONS];
    int index = 0;
    while (index < MOST_FUNCTIONS && known[index].name != NULL && known[index].name != name)
        index++;
    if (index < MOST_FUNCTIONS && known[index].name == name)
        return Py_NewRef(known[index].function);
    PyObject *function = imported(name);
    if (function != NULL && index < MOST_FUNCTIONS) {
        known[index].name = name;
        known[index].function = Py_NewRef(function);
    }
    return function;
}

/* Return what a function of this room gives; `name` is `module.function`. */
static PyObject *call(const char *name, const char *format, va_list arguments)
{
    /* Nothing may be called while an exception waits. */
    PyObject *function = PyErr_Occurred() ? NULL : function_of(name);
    PyObject *tuple = function == NULL ? NULL : Py_VaBuildValue(format, arguments);
    PyObject *result = tuple == NULL ? NULL : PyObject_CallObject(function, tuple);
    Py_XDECREF(function);
    Py_XDECREF(tuple);
    return result;
}

PyObject *call_python(const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *result = call(name, format, arguments);
    va_end(arguments);
    return result;
}

int ask_python(const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *result = call(name, format, arguments);
    va_end(arguments);
    int answer = result == NULL ? -1 : PyObject_IsTrue(result);
    Py_XDECREF(result);
    return answer;
}

/* Whether a character has a property that a method of `str` names; without one if memory is short. */
bool is_of_class(uint32_t code, const char *method)
{
    PyObject *text = PyUnicode_FromOrdinal((int)code);
    PyObject *result = text == NULL ? NULL : PyObject_CallMethod(text, method, NULL);
    bool answer = result != NULL && PyObject_IsTrue(result) == 1;
    Py_XDECREF(text);
    Py_XDECREF(result);
    if (PyErr_Occurred())
        PyErr_Clear();
    return answer;
}
