/* Read the source of a page into blocks of text, each with its element. Twin of reader.py, whose `_PageReader` is
   `Reader` here, and of lists_and_tables.py. */

#include "core.h"

#include <stdlib.h>

#define FEW_CHARACTERS 250
#define LONG_LINE 80
#define MAX_BLOCKS 250000
#define MAX_ELEMENTS 500000
#define MAX_SPAN 100
#define MAX_COLUMNS 1000

/* What says that a button opens what follows it (`_CONTROL_BUTTON`). Sorted. */
static const Word CONTROL_WORDS[] = {
    {"accordion", 0},      {"aria-controls", 0}, {"aria-expanded", 0}, {"collaps", 0},
    {"data-bs-toggle", 0}, {"data-toggle", 0},   {"faq", 0},           {"question", 0},
};
static WordSet control_words;

void prepare_reader(void)
{
    index_words(&control_words, CONTROL_WORDS, (int)(sizeof(CONTROL_WORDS) / sizeof(CONTROL_WORDS[0])));
}

/* An open list (`OpenList`). */
typedef struct {
    bool has_numbers, counts_down_to_one;
    int64_t number, step;
    char style;
    int32_t last_item; /* the block that began the latest item of a list that counts down; -1 if there is none */
} OpenList;

/* What covers a column of a table: the last row it reaches, and the column after it. */
typedef struct {
    int32_t table, last_row, end;
} Cover;

/* An open table (`OpenTable`). Its covers are those of its depth with its number. */
typedef struct {
    int32_t index, rows, row, next_column;
    Cover *covers;
} OpenTable;

typedef struct {
    const char *start, *end;
    bool is_xml, lenient, failed;
    Span *controlled; /* ids by their hash, as soon as anything is hidden */
    size_t controlled_slots;
    Arena *arena;
    KnownTags *known_tags;

    Tag **elements;
    int32_t *parents, *ends;
    Py_ssize_t element_count, element_capacity;
    Block *blocks;
    Py_ssize_t block_count, block_capacity;

    OpenElements open;
    int32_t nodes[MAX_DEPTH];
    int node_count;

    Span *parts;
    Py_ssize_t part_count, part_capacity, parts_of_lines;
    int64_t linked;
    int link_depth, skip_depth, pre_depth;
    int64_t link_blocks;

    OpenList lists[MAX_DEPTH];
    OpenTable tables[MAX_DEPTH];
    Cell cells[MAX_DEPTH];
    int list_count, open_table_count, cell_count;
    int32_t list_number, table_count, row_count;
    bool new_item, has_item_value;
    int64_t item_value;
    uint64_t unended_raw_tags[2]; /* a bit for each name */

    Tag *row, *ruler, *option; /* tags that a page need not have */
    /* Of one text on its way: its markup, itself, its words, what is stored of it. The last is free for anybody. */
    Buffer joined, text, words, line, scratch;
} Reader;

/* --- memory */

static void fail(Reader *reader)
{
    reader->failed = true;
}

static bool has_failed(Reader *reader)
{
    if (reader->joined.failed || reader->text.failed || reader->words.failed || reader->line.failed ||
        reader->scratch.failed)
        reader->failed = true;
    return reader->failed;
}

static bool make_room(Reader *reader, void **array, Py_ssize_t count, Py_ssize_t *capacity, size_t width)
{
    if (count < *capacity)
        return true;
    Py_ssize_t larger = 2 * *capacity + 64;
    void *memory = realloc(*array, width * (size_t)larger);
    if (memory == NULL) {
        PyErr_NoMemory();
        fail(reader);
        return false;
    }
    *array = memory;
    *capacity = larger;
    return true;
}

static void reject(Reader *reader, int most, const char *what)
{
    PyObject *module = PyImport_ImportModule("corpuskit.core.document");
    PyObject *type = module == NULL ? NULL : PyObject_GetAttrString(module, "Reject");
    PyObject *detail = PyUnicode_FromFormat("more than %d %s", most, what);
    PyObject *arguments = type == NULL || detail == NULL ? NULL : Py_BuildValue("(sO)", "too-many-nodes", detail);
    PyObject *error = arguments == NULL ? NULL : PyObject_CallObject(type, arguments);
    if (error != NULL)
        PyErr_SetObject(type, error);
    Py_XDECREF(module);
    Py_XDECREF(type);
    Py_XDECREF(detail);
    Py_XDECREF(arguments);
    Py_XDECREF(error);
    fail(reader);
}

/* Return a copy of a text that stays as long as the page. */
static Span kept_text(Reader *reader, Span text)
{
    char *copy = arena_take(reader->arena, (size_t)text.size + 1);
    if (copy == NULL) {
        fail(reader);
        return (Span){"", 0};
    }
    memcpy(copy, text.start, (size_t)text.size);
    return (Span){copy, text.size};
}

static Span text_of(const Buffer *buffer)
{
    return (Span){buffer->start, buffer->size};
}

static Tag *innermost(const Reader *reader)
{
    return reader->open.tags[reader->open.count - 1];
}

static bool is_named(const Tag *tag, enum name name)
{
    return tag->name_id == (int16_t)name;
}

static bool is_in_xml(const Reader *reader)
{
    return reader->is_xml || reader->open.latest[SVG] > 0;
}

static void add_part(Reader *reader, Span part)
{
    if (make_room(reader, (void **)&reader->parts, reader->part_count, &reader->part_capacity, sizeof(Span)))
        reader->parts[reader->part_count++] = part;
}

/* Add text that is no markup: escaped, as parts are markup. */
static void add_escaped_part(Reader *reader, Span text)
{
    reader->scratch.size = 0;
    for (Py_ssize_t index = 0; index < text.size; index++)
        if (text.start[index] == '&')
            buffer_add(&reader->scratch, "&amp;", 5);
        else if (text.start[index] == '<')
            buffer_add(&reader->scratch, "&lt;", 4);
        else
            buffer_add(&reader->scratch, text.start + index, 1);
    add_part(reader, kept_text(reader, text_of(&reader->scratch)));
}

/* Ask Python a question about a text or two; false if it cannot answer. */
static bool asks(Reader *reader, const char *name, Span text)
{
    int answer = ask_python(name, "(s#)", text.start, text.size);
    if (answer < 0)
        fail(reader);
    return answer > 0;
}

/* --- blocks */

/* Append the open elements to the elements of the page, as they hold text now. */
static void record_open_elements(Reader *reader)
{
    int depth = reader->node_count;
    if (depth == reader->open.count)
        return;
    int32_t parent = depth > 0 ? reader->nodes[depth - 1] : 0;
    if (reader->element_count > MAX_ELEMENTS) {
        reject(reader, MAX_ELEMENTS, "elements with text");
        return;
    }
    for (; depth < reader->open.count; depth++) {
        Py_ssize_t node = reader->element_count, capacity = reader->element_capacity;
        if (!make_room(reader, (void **)&reader->elements, node, &reader->element_capacity, sizeof(Tag *)))
            return;
        if (capacity != reader->element_capacity) {
            int32_t *parents = realloc(reader->parents, sizeof(int32_t) * (size_t)reader->element_capacity);
            reader->parents = parents == NULL ? reader->parents : parents;
            int32_t *ends = realloc(reader->ends, sizeof(int32_t) * (size_t)reader->element_capacity);
            reader->ends = ends == NULL ? reader->ends : ends;
            if (parents == NULL || ends == NULL) {
                reader->element_capacity = capacity;
                PyErr_NoMemory();
                fail(reader);
                return;
            }
        }
        reader->elements[node] = reader->open.tags[depth];
        reader->parents[node] = parent;
        reader->ends[node] = 0;
        reader->nodes[reader->node_count++] = parent = (int32_t)node;
        reader->element_count++;
    }
}

/* Return the marker of the item that the next block begins. */
static Marker next_marker(Reader *reader, Block *block)
{
    OpenList *list = &reader->lists[reader->list_count - 1];
    if (!list->has_numbers)
        return (Marker){BULLET, 0, 0};
    if (reader->has_item_value)
        list->number = reader->item_value;
    reader->has_item_value = false;
    Marker marker = {NUMBER, list->number, list->style};
    list->number += list->step;
    if (list->counts_down_to_one) {
        block->item_before = list->last_item;
        list->last_item = (int32_t)reader->block_count;
    }
    return marker;
}

/* Give the items of a list that counts down from their number their markers. */
static void end_list(Reader *reader)
{
    if (reader->list_count == 0)
        return;
    OpenList *list = &reader->lists[--reader->list_count];
    int64_t number = 1;
    for (int32_t item = list->last_item; list->counts_down_to_one && item >= 0; item = reader->blocks[item].item_before)
        reader->blocks[item].marker = (Marker){NUMBER, number++, list->style};
}

static void append_block(Reader *reader, Block block)
{
    if (reader->failed)
        return;
    if (reader->link_depth)
        block.in_block_link = ++reader->link_blocks > 1;
    if (reader->block_count >= MAX_BLOCKS) {
        reject(reader, MAX_BLOCKS, "blocks of text");
        return;
    }
    if (!make_room(reader, (void **)&reader->blocks, reader->block_count, &reader->block_capacity, sizeof(Block)))
        return;
    block.node = reader->nodes[reader->node_count - 1];
    if (reader->cell_count > 0)
        block.cell = reader->cells[reader->cell_count - 1];
    reader->blocks[reader->block_count++] = block;
}

static void add_block(Reader *reader, enum kind kind, Span text, int64_t linked, int64_t total)
{
    Block block = {.kind = kind, .text = kept_text(reader, text), .item_before = -1, .characters = total};
    block.length = length_of(text.start, text.size);
    block.level = kind == HEADING ? innermost(reader)->name_id - H1 + 1 : reader->list_count;
    block.linked = linked < total ? linked : total;
    if (reader->list_count > 0) {
        block.list_number = reader->list_number;
        if (reader->new_item && kind == ITEM) {
            block.marker = next_marker(reader, &block);
            reader->new_item = false;
        }
    }
    append_block(reader, block);
}

static enum kind kind_of_line(const Reader *reader, const Tag *tag, bool is_long)
{
    if (tag->flags & IS_HEADING)
        return HEADING;
    if (reader->list_count > 0)
        return ITEM;
    return is_long || is_named(tag, P) ? PARAGRAPH : LINE;
}

/* Add the lines of a text, whitespace collapsed (`tidy_text` of paragraphs). */
static void tidy_paragraph(Span text, Buffer *paragraph)
{
    const char *position = text.start, *end = position + text.size;
    while (position <= end) {
        const char *line_end = memchr(position, LINE_BREAK, (size_t)(end - position));
        if (line_end == NULL)
            line_end = end;
        Span line = without_spaces((Span){position, line_end - position});
        if (line.size > 0) {
            if (paragraph->size > 0)
                buffer_add(paragraph, "\n", 1);
            collapse_spaces(line, paragraph);
        }
        position = line_end + 1;
    }
}

/* Return where the space between paragraphs begins, with its end: a line break, whitespace, another line break. */
static const char *find_paragraph_break(const char *position, const char *end, const char **after)
{
    while ((position = memchr(position, LINE_BREAK, (size_t)(end - position))) != NULL) {
        const char *last = position, *next = position;
        int size;
        while (next < end && (size = space_size(next)) > 0) {
            if (*next == LINE_BREAK)
                last = next;
            next += size;
        }
        *after = last + 1;
        if (last > position)
            return position;
        position = next;
    }
    *after = end;
    return end;
}

static void add_paragraphs(Reader *reader, Span text, int64_t linked, int64_t total)
{
    const char *end = text.start + text.size, *after;
    int paragraphs = 0;
    for (const char *position = text.start; paragraphs < 2; position = after) {
        const char *paragraph_end = find_paragraph_break(position, end, &after);
        paragraphs += without_spaces((Span){position, paragraph_end - position}).size > 0;
        if (paragraph_end == end)
            break;
    }
    /* Verse and East Asian prose part short paragraphs so. */
    Py_ssize_t longest_line = paragraphs == 1 ? LONG_LINE : 0;
    for (const char *position = text.start; !reader->failed; position = after) {
        const char *paragraph_end = find_paragraph_break(position, end, &after);
        reader->line.size = 0;
        tidy_paragraph((Span){position, paragraph_end - position}, &reader->line);
        if (reader->line.size > 0) {
            bool is_long = length_of(reader->line.start, reader->line.size) > longest_line;
            add_block(reader, kind_of_line(reader, innermost(reader), is_long), text_of(&reader->line), linked, total);
        }
        if (paragraph_end == end)
            return;
    }
}

static Span next_line(const char **position, const char *end)
{
    const char *start = *position, *line_end = memchr(start, '\n', (size_t)(end - start));
    *position = line_end == NULL ? end + 1 : line_end + 1;
    return (Span){start, (line_end == NULL ? end : line_end) - start};
}

/* Whether every other line of code is its number, from the first line on. */
static bool has_line_numbers(Span code)
{
    const char *position = code.start, *end = position + code.size;
    Py_ssize_t lines = 1;
    for (Py_ssize_t index = 0; index < code.size; index++)
        lines += code.start[index] == '\n';
    Span first = without_spaces(next_line(&position, end));
    if (lines < 4 || lines % 2 || first.size == 0)
        return false;
    int64_t number = 0;
    for (Py_ssize_t index = 0; index < first.size; index++) {
        if (!is_digit(first.start[index]))
            return false;
        number = index < 9 ? number * 10 + (first.start[index] - '0') : number;
    }
    position = code.start;
    while (position <= end) {
        Span line = without_spaces(next_line(&position, end));
        char digits[24];
        int size = 0;
        for (int64_t rest = number++; rest > 0 || size == 0; rest /= 10)
            digits[size++] = (char)('0' + rest % 10);
        if (line.size != size)
            return false;
        for (int index = 0; index < size; index++)
            if (line.start[index] != digits[size - 1 - index])
                return false;
        next_line(&position, end);
    }
    return true;
}

/* Add code as it is stored: line feeds for line breaks, plain spaces, no numbers of its lines. */
static void tidy_code(Span text, Buffer *code, Buffer *scratch)
{
    scratch->size = 0;
    for (Py_ssize_t index = 0; index < text.size; index++) {
        if (text.start[index] == LINE_BREAK)
            buffer_add(scratch, "\n", 1);
        else if (starts_with(text.start + index, text.start + text.size, "\xC2\xA0")) {
            buffer_add(scratch, " ", 1);
            index++;
        } else
            buffer_add(scratch, text.start + index, 1);
    }
    Span lines = text_of(scratch);
    while (lines.size > 0 && *lines.start == '\n') {
        lines.start++;
        lines.size--;
    }
    Span without_end = without_spaces(lines);
    lines.size = without_end.size == 0 ? 0 : without_end.start + without_end.size - lines.start;
    if (lines.size == 0 || !has_line_numbers(lines)) {
        buffer_add(code, lines.start, lines.size);
        return;
    }
    const char *position = lines.start, *end = position + lines.size;
    for (Py_ssize_t number = 0; position <= end; number++) {
        Span line = next_line(&position, end);
        if (number % 2 == 0)
            continue;
        if (number > 1)
            buffer_add(code, "\n", 1);
        buffer_add(code, line.start, line.size);
    }
}

static bool ends_with(Span text, const char *part)
{
    Py_ssize_t size = (Py_ssize_t)strlen(part);
    return text.size >= size && memcmp(text.start + text.size - size, part, (size_t)size) == 0;
}

/* Whether a button's text is that of a question, or of a heading that opens what follows it (`_is_question`). */
static bool is_question(Span line, Span attributes)
{
    return ends_with(line, "?") || ends_with(line, "\xEF\xBC\x9F") || ends_with(line, "\xD8\x9F") ||
           ends_with(line, "\xCD\xBE") || has_any_word(&control_words, attributes);
}

static void add_text(Reader *reader, Span text, Span line, int64_t linked, bool is_code)
{
    Tag *tag = innermost(reader);
    if (is_named(tag, BUTTON_TAG) && !is_question(line, tag->attributes))
        return;
    record_open_elements(reader);
    if (reader->failed)
        return;
    int64_t total = length_of(line.start, line.size);
    if (is_code) {
        reader->line.size = 0;
        tidy_code(text, &reader->line, &reader->scratch);
        if (reader->line.size > 0)
            add_block(reader, PREFORMATTED, text_of(&reader->line), linked, total);
    } else if (memchr(text.start, LINE_BREAK, (size_t)text.size) == NULL) {
        add_block(reader, kind_of_line(reader, tag, total > LONG_LINE), line, linked, total);
    } else {
        add_paragraphs(reader, text, linked, total);
    }
}

/* Whether the text that ends here is all of a `div` that shows code without a `pre`. */
static bool is_in_code_division(Reader *reader)
{
    Tag *tag = innermost(reader);
    if (!is_named(tag, DIV) || tag->attributes.size == 0)
        return false;
    reader->scratch.size = 0;
    add_small_letters(tag->attributes, &reader->scratch);
    /* Nearly no `div` has one of these words. */
    if (!contains(text_of(&reader->scratch), "code") && !contains(text_of(&reader->scratch), "white-space"))
        return false;
    return asks(reader, "reader._shows_code", tag->attributes);
}

static bool is_row_group(const Tag *tag)
{
    return is_named(tag, TABLE) || is_named(tag, TBODY) || is_named(tag, THEAD) || is_named(tag, TFOOT) ||
           is_named(tag, TR);
}

/* End a line, as elements inside preformatted text are its lines, but for space between such elements. */
static void end_line_of_code(Reader *reader, bool ending)
{
    bool is_between = !ending || is_row_group(innermost(reader));
    bool has_text = reader->part_count > reader->parts_of_lines && reader->parts_of_lines > 0;
    Span last = reader->parts[reader->part_count - 1];
    if (has_text && is_between && is_all_space(last) && !is_named(reader->open.tags[reader->pre_depth - 1], PRE)) {
        reader->part_count--;
    } else {
        reader->scratch.size = 0;
        strip_inline_tags(last, &reader->scratch);
        char end = reader->scratch.size > 0 ? reader->scratch.start[reader->scratch.size - 1] : '\0';
        if (end != '\n' && end != LINE_BREAK)
            add_part(reader, (Span){"\n", 1});
    }
    reader->parts_of_lines = reader->part_count;
}

static Span joined_parts(Reader *reader)
{
    if (reader->part_count == 1)
        return reader->parts[0];
    reader->joined.size = 0;
    for (Py_ssize_t part = 0; part < reader->part_count; part++)
        buffer_add(&reader->joined, reader->parts[part].start, reader->parts[part].size);
    return text_of(&reader->joined);
}

/* Whether a word of `_PAGE_LINK` stands at `position`. */
static bool is_relation(const char *position, const char *end)
{
    static const char *const RELATIONS[] = {"next", "prev", "previous", "up", "contents", "start"};
    for (size_t index = 0; index < sizeof(RELATIONS) / sizeof(RELATIONS[0]); index++) {
        const char *after = after_word(position, end, RELATIONS[index]);
        if (after != NULL && (after == end || is_space(*after) || strchr("\"'>/", *after) != NULL))
            return true;
    }
    return false;
}

/* Whether there may be a link to the page before, after or above this one: Python decides about these few. What lies
   before `searched` has no such word behind a space, so that this takes time linear in the markup. */
static bool may_be_page_link(Span markup)
{
    const char *end = markup.start + markup.size, *searched = markup.start;
    for (const char *position = markup.start; position < end; position++) {
        const char *value = after_word(position, end, "rel");
        if (value == NULL || (value = start_of_value(value, end)) == NULL)
            continue;
        if (is_relation(value, end))
            return true;
        const char *next = value > searched ? value : searched;
        for (; next < end && *next != '"' && *next != '\'' && *next != '>'; next++)
            if (is_space(*next) && is_relation(next + 1, end))
                return true;
        searched = next;
    }
    return false;
}

/* Make a block of the inline markup since the last block tag, or a line of preformatted text. */
static void flush(Reader *reader, bool ending)
{
    if (reader->part_count == 0 || reader->failed)
        return;
    if (reader->pre_depth && !(ending && reader->pre_depth == reader->open.count)) {
        end_line_of_code(reader, ending);
        return;
    }
    Span markup = joined_parts(reader), text = markup;
    int64_t linked = reader->linked;
    reader->part_count = reader->parts_of_lines = 0;
    reader->linked = 0;
    bool is_code = reader->pre_depth > 0 ||
                   (ending && memchr(markup.start, '\n', (size_t)markup.size) != NULL && is_in_code_division(reader));
    if (memchr(markup.start, '<', (size_t)markup.size) || memchr(markup.start, '&', (size_t)markup.size)) {
        reader->text.size = 0;
        inline_text(markup, &linked, is_code, &reader->text, &reader->scratch);
        text = text_of(&reader->text);
        if (contains(markup, "rel=") && linked * 2 >= length_of(text.start, text.size) && may_be_page_link(markup) &&
            asks(reader, "reader._is_page_link", markup))
            return;
    }
    reader->words.size = 0;
    collapse_spaces(text, &reader->words);
    if (!has_failed(reader) && reader->words.size > 0)
        add_text(reader, text, text_of(&reader->words), linked, is_code);
}

/* Add list items that are nothing but links as one block: they are many, and most are navigation. */
static void add_link_run(Reader *reader, const char *position, const char *end)
{
    reader->joined.size = 0;
    int64_t texts = 0;
    while ((position = memchr(position, '<', (size_t)(end - position))) != NULL) {
        Span content;
        const char *after = end_of_inline_tag(position, end);
        if (after == NULL && (after = end_of_link(position, end, &content)) != NULL) {
            reader->scratch.size = reader->text.size = reader->line.size = 0;
            strip_inline_tags(content, &reader->scratch);
            decode_entities(text_of(&reader->scratch), &reader->text);
            collapse_spaces(text_of(&reader->text), &reader->line);
            if (reader->line.size > 0) {
                if (texts++ > 0)
                    buffer_add(&reader->joined, "\n", 1);
                buffer_add(&reader->joined, reader->line.start, reader->line.size);
            }
        } else if (after == NULL && starts_with(position, end, "<a") && end - position > 2 &&
                   (position[2] == '>' || is_space(position[2]))) {
            after = end_of_attributes(position + 2, end);
            after = after == NULL ? NULL : after + 1;
        }
        position = after == NULL ? position + 1 : after;
    }
    if (texts == 0)
        return;
    record_open_elements(reader);
    if (reader->failed)
        return;
    Block block = {.kind = ITEM,
                   .text = kept_text(reader, text_of(&reader->joined)),
                   .item_before = -1,
                   .marker = {BULLET, 0, 0},
                   .list_number = reader->list_number,
                   .is_link_run = true};
    block.length = block.linked = block.characters = length_of(reader->joined.start, reader->joined.size);
    block.level = reader->list_count > 1 ? reader->list_count : 1;
    if (reader->list_count > 0 && reader->lists[reader->list_count - 1].has_numbers) {
        block.marker = next_marker(reader, &block);
        reader->lists[reader->list_count - 1].number += (texts - 1) * reader->lists[reader->list_count - 1].step;
    }
    append_block(reader, block);
}

/* Read text with its inline tags and whole links. */
static void add_inline(Reader *reader, Span text)
{
    add_part(reader, text);
    if (reader->link_depth) {
        reader->scratch.size = 0;
        strip_inline_tags(text, &reader->scratch);
        reader->linked += length_of(reader->scratch.start, reader->scratch.size);
    }
}

/* --- lists and tables */

/* Whether an attribute's value begins with a whole number, and that number. */
static bool number_of(Reader *reader, Span attributes, const char *name, int64_t *number)
{
    Span value;
    if (!find_attribute(attributes, name, &value))
        return false;
    reader->scratch.size = 0;
    decode_entities(value, &reader->scratch);
    return whole_number(text_of(&reader->scratch), number);
}

static void start_list(Reader *reader, const Tag *tag)
{
    if (reader->list_count == 0)
        reader->list_number++;
    OpenList *list = &reader->lists[reader->list_count++];
    *list = (OpenList){.number = 1, .step = 1, .style = '1', .last_item = -1};
    if (is_named(tag, UL))
        return;
    Span value;
    int64_t number;
    bool has_start = number_of(reader, tag->attributes, "start", &number);
    list->has_numbers = true;
    list->number = has_start ? number : 1;
    list->step = find_attribute(tag->attributes, "reversed", &value) ? -1 : 1;
    list->counts_down_to_one = !has_start && list->step < 0;
    if (find_attribute(tag->attributes, "type", &value)) {
        reader->scratch.size = 0;
        decode_entities(value, &reader->scratch);
        if (reader->scratch.size == 1)
            list->style = reader->scratch.start[0];
    }
}

static void start_item(Reader *reader, const Tag *tag)
{
    reader->new_item = true;
    reader->has_item_value =
        contains(tag->attributes, "value") && number_of(reader, tag->attributes, "value", &reader->item_value);
}

static void start_table(Reader *reader)
{
    OpenTable *table = &reader->tables[reader->open_table_count++];
    *table = (OpenTable){.index = ++reader->table_count, .covers = table->covers};
}

static void start_row(Reader *reader)
{
    OpenTable *table = &reader->tables[reader->open_table_count - 1];
    table->rows++;
    table->row = ++reader->row_count;
    table->next_column = 0;
}

/* Return the first column from the next one on that no cell of an earlier row covers. */
static int32_t free_column(const OpenTable *table)
{
    int32_t column = table->next_column;
    while (table->covers != NULL && column < MAX_COLUMNS && table->covers[column].table == table->index &&
           table->covers[column].last_row >= table->rows)
        column = table->covers[column].end;
    return column;
}

static int32_t span_of(Reader *reader, Span attributes, const char *name)
{
    int64_t number;
    if (!number_of(reader, attributes, name, &number) || number < 1)
        return 1;
    return (int32_t)(number < MAX_SPAN ? number : MAX_SPAN);
}

static void start_cell(Reader *reader, const Tag *tag)
{
    OpenTable *table = &reader->tables[reader->open_table_count - 1];
    int32_t column = free_column(table), columns = 1, rows = 1;
    if (contains(tag->attributes, "span")) {
        columns = span_of(reader, tag->attributes, "colspan");
        rows = span_of(reader, tag->attributes, "rowspan");
    }
    table->next_column = column + columns;
    if (rows > 1 && table->covers == NULL) {
        table->covers = TAKE(reader->arena, Cover, MAX_COLUMNS);
        if (table->covers == NULL) {
            fail(reader);
            return;
        }
        memset(table->covers, 0, sizeof(Cover) * MAX_COLUMNS);
    }
    for (int32_t covered = column; rows > 1 && covered < table->next_column && covered < MAX_COLUMNS; covered++)
        table->covers[covered] = (Cover){table->index, table->rows + rows - 1, table->next_column};
    reader->cells[reader->cell_count++] = (Cell){table->index, table->row, column};
}

/* Begin what is kept while an element is open. */
static void open_state(Reader *reader, Tag *tag)
{
    if (tag->flags & IS_PREFORMATTED && !reader->pre_depth)
        reader->pre_depth = reader->open.count;
    if (is_named(tag, LI))
        start_item(reader, tag);
    else if (is_named(tag, UL) || is_named(tag, OL))
        start_list(reader, tag);
    else if (is_named(tag, TABLE))
        start_table(reader);
    else if (is_named(tag, TR))
        start_row(reader);
    else if (tag->flags & IS_CELL)
        start_cell(reader, tag);
}

/* End what is kept while an element is open. */
static void close_state(Reader *reader, const Tag *tag, int depth)
{
    if (reader->pre_depth >= depth)
        reader->pre_depth = 0;
    if (is_named(tag, LI))
        reader->new_item = false;
    else if (is_named(tag, UL) || is_named(tag, OL))
        end_list(reader);
    else if (is_named(tag, TABLE))
        reader->open_table_count -= reader->open_table_count > 0;
    else if (tag->flags & IS_CELL)
        reader->cell_count -= reader->cell_count > 0;
}

/* --- elements */

static void end_innermost(Reader *reader)
{
    if (reader->part_count > 0 && !reader->skip_depth)
        flush(reader, true);
    int depth = reader->open.count;
    Tag *tag = pop_element(&reader->open);
    if (reader->node_count == depth)
        reader->ends[reader->nodes[--reader->node_count]] = (int32_t)reader->element_count;
    if (reader->link_depth >= depth)
        reader->link_depth = 0;
    if (reader->skip_depth) {
        if (reader->skip_depth >= depth)
            reader->skip_depth = 0;
    } else if (tag->flags & KEEPS_STATE) {
        close_state(reader, tag, depth);
    }
}

static void end_elements(Reader *reader, int index)
{
    while (reader->open.count > index && !reader->failed)
        end_innermost(reader);
}

static bool is_skipped(const Reader *reader, const Tag *tag)
{
    Span value;
    if (tag->flags & IN_LAST_RESORT && reader->lenient)
        return false;
    if (is_named(tag, DIALOG))
        return !find_attribute(tag->attributes, "open", &value);
    if (is_named(tag, OBJECT))
        return find_attribute(tag->attributes, "data", &value);
    return !is_named(tag, TEMPLATE) || !contains(tag->attributes, "shadowrootmode");
}

/* Put the ids of what controls on the page open into slots by their hash. */
static int index_controlled_ids(Reader *reader)
{
    Span *ids;
    Py_ssize_t count = controlled_ids(reader->start, reader->end, &ids, reader->arena);
    if (count < 0)
        return -1;
    size_t slots = 16;
    while (slots < 2 * (size_t)count)
        slots *= 2;
    reader->controlled = TAKE(reader->arena, Span, slots);
    if (reader->controlled == NULL)
        return -1;
    memset(reader->controlled, 0, sizeof(Span) * slots);
    reader->controlled_slots = slots;
    for (Py_ssize_t index = 0; index < count; index++) {
        size_t slot = (size_t)hash_of(ids[index].start, ids[index].size) & (slots - 1);
        while (reader->controlled[slot].start != NULL &&
               !(reader->controlled[slot].size == ids[index].size &&
                 memcmp(reader->controlled[slot].start, ids[index].start, (size_t)ids[index].size) == 0))
            slot = (slot + 1) & (slots - 1);
        reader->controlled[slot] = ids[index];
    }
    return 0;
}

/* Whether a control of the page opens an element (`_controlled_ids`). */
static bool is_controlled(Reader *reader, Span attributes)
{
    Span id;
    if (!find_attribute(attributes, "id", &id))
        return false;
    reader->scratch.size = 0;
    decode_entities(id, &reader->scratch);
    id = text_of(&reader->scratch);
    if (reader->controlled == NULL && index_controlled_ids(reader) < 0) {
        fail(reader);
        return false;
    }
    size_t slot = (size_t)hash_of(id.start, id.size) & (reader->controlled_slots - 1);
    for (; reader->controlled[slot].start != NULL; slot = (slot + 1) & (reader->controlled_slots - 1))
        if (reader->controlled[slot].size == id.size &&
            memcmp(reader->controlled[slot].start, id.start, (size_t)id.size) == 0)
            return true;
    return false;
}

/* Whether nobody reads the element, unless a control of the page opens it. */
static bool is_unseen(Reader *reader, Tag *tag, Tag *parent)
{
    if (tag->reason_to_skip < 0) {
        int reason = reason_to_skip(tag, &reader->scratch);
        if (reason < 0) {
            fail(reader);
            return false;
        }
        tag->reason_to_skip = (int8_t)reason;
    }
    if (tag->reason_to_skip == HIDDEN_NOW)
        return !is_folded(parent) && !is_controlled(reader, tag->attributes);
    return tag->reason_to_skip == UNSEEN;
}

/* Open an element and begin what is kept while it is open. */
static void enter_element(Reader *reader, Tag *tag)
{
    OpenElements *open = &reader->open;
    if (!push_element(open, tag) || reader->skip_depth)
        return;
    if (tag->flags & SKIPPED) {
        if (is_skipped(reader, tag))
            reader->skip_depth = open->count;
    } else if (tag->reason_to_skip && !reader->lenient && is_unseen(reader, tag, open->tags[open->count - 2])) {
        reader->skip_depth = open->count;
        if (is_named(tag, TD) && !reader->pre_depth && asks(reader, "unseen.numbers_one_line", tag->attributes))
            reader->pre_depth = open->latest[TABLE] + 1;
    } else if (tag->flags & KEEPS_STATE) {
        open_state(reader, tag);
    }
}

/* End what a start tag ends. */
static void end_before(Reader *reader, const Tag *tag)
{
    OpenElements *open = &reader->open;
    /* A block inside an `svg`: only a `foreignObject` may hold one, so the end tag is missing. */
    if (reader->skip_depth && tag->flags & IS_BLOCK && is_named(open->tags[reader->skip_depth - 1], SVG) &&
        open->latest[FOREIGNOBJECT] < reader->skip_depth)
        end_elements(reader, reader->skip_depth - 1);
    end_elements(reader, ended_by_start(open, tag));
    /* A drawing in a paragraph is part of its line, as an icon behind a link is; elsewhere it parts labels. */
    if (reader->part_count > 0 && !(is_named(tag, SVG) && is_named(innermost(reader), P)))
        flush(reader, false);
}

/* Read the start tag of a block or of an element that is skipped. */
static void start_element(Reader *reader, Tag *tag)
{
    end_before(reader, tag);
    if (tag->flags & TABLE_PART) {
        if (reader->open_table_count == 0)
            return;
        if (tag->flags & IS_CELL && reader->open.latest[TR] < reader->open.latest[TABLE]) {
            end_before(reader, reader->row);
            if (reader->open_table_count > 0)
                enter_element(reader, reader->row);
        }
    }
    if (!reader->failed)
        enter_element(reader, tag);
}

/* Read the end tag of a block or of an element that is skipped. */
static void end_element(Reader *reader, enum name name)
{
    int index = ended_by_end(&reader->open, name);
    if (index < reader->open.count)
        end_elements(reader, index);
    else if (name == P)
        flush(reader, false);
}

/* Read a tag that parts text and has none of its own. */
static void rule(Reader *reader, const Tag *tag)
{
    if (is_named(tag, HR))
        end_elements(reader, ended_by_start(&reader->open, tag));
    flush(reader, false);
}

/* End all elements. */
static void finish(Reader *reader)
{
    end_elements(reader, 1);
    flush(reader, false);
    if (!reader->failed)
        record_open_elements(reader);
    if (!reader->failed)
        reader->ends[0] = (int32_t)reader->element_count;
}

/* --- tokens */

static bool is_unended(const Reader *reader, enum name name)
{
    return reader->unended_raw_tags[name / 64] >> (name % 64) & 1;
}

static void note_unended(Reader *reader, enum name name)
{
    reader->unended_raw_tags[name / 64] |= (uint64_t)1 << (name % 64);
}

/* Return where raw text ends and set where to read on: in a `noscript`, no later than this ends. */
static const char *end_of_raw(Reader *reader, enum name name, const char *position, const char **after)
{
    const char *end = *after = reader->end;
    if (!is_unended(reader, name)) {
        end = end_of_raw_text(position, reader->end, text_of_name(name), after);
        if (end == reader->end)
            note_unended(reader, name);
    }
    if (reader->open.latest[NOSCRIPT] > 0) {
        const char *end_of_noscript = find_bytes(position, end, "</noscript");
        if (end_of_noscript != NULL)
            return *after = end_of_noscript;
    }
    return end;
}

static void add_formula(Reader *reader, PyObject *tex)
{
    Py_ssize_t size;
    const char *text = tex == NULL ? NULL : PyUnicode_AsUTF8AndSize(tex, &size);
    if (text == NULL)
        fail(reader);
    else
        add_escaped_part(reader, (Span){text, size});
    Py_XDECREF(tex);
}

static const char *read_raw_text(Reader *reader, const Tag *tag, const char *position)
{
    const char *after, *end = end_of_raw(reader, (enum name)tag->name_id, position, &after);
    if (reader->skip_depth)
        return after;
    if (is_named(tag, SCRIPT)) {
        if (contains(tag->attributes, "math/tex"))
            add_formula(reader, call_python("formulas.inline_tex", "(s#)", position, end - position));
    } else if (is_named(tag, XMP)) {
        Buffer source = {0};
        buffer_add(&source, "pre", 3);
        buffer_add(&source, tag->attributes.start, tag->attributes.size);
        Tag *pre = known_tag(reader->known_tags, kept_text(reader, text_of(&source)));
        buffer_free(&source);
        if (pre == NULL) {
            fail(reader);
            return after;
        }
        start_element(reader, pre);
        add_escaped_part(reader, (Span){position, end - position});
        end_element(reader, PRE);
    } else if (is_named(tag, IFRAME)) {
        flush(reader, false);
    }
    return after;
}

static const char *read_math(Reader *reader, Span attributes, const char *position)
{
    if (is_unended(reader, MATH_TAG))
        return position;
    const char *after, *end = end_of_raw_text(position, reader->end, "math", &after);
    if (end == reader->end) {
        note_unended(reader, MATH_TAG);
        return position;
    }
    if (!reader->skip_depth)
        add_formula(reader, call_python("formulas.tex_of_math", "(s#s#)", attributes.start, attributes.size, position,
                                        end - position));
    return after;
}

/* Read a start tag that opens no element, and return where to read on. */
static const char *read_start_tag(Reader *reader, Tag *tag, const char *position)
{
    Tag *top = innermost(reader);
    Span attributes = tag->attributes;
    switch (tag->action) {
    case RAW:
        if (!(attributes.size > 0 && attributes.start[attributes.size - 1] == '/' && is_in_xml(reader)))
            return read_raw_text(reader, tag, position);
        break;
    case RULE:
        rule(reader, tag);
        if (is_named(tag, BODY) && attributes.size > 0)
            reader->open.tags[0] = tag;
        break;
    case BREAKS_LINE:
        if (!reader->skip_depth)
            add_part(reader, (Span){"\v", 1});
        break;
    case ANCHOR:
        reader->link_depth = contains(attributes, "href") ? reader->open.count : 0;
        reader->link_blocks = 0;
        break;
    case MATH:
        return read_math(reader, attributes, position);
    case LABEL:
        if (reader->part_count > 0)
            add_part(reader, (Span){" ", 1});
        break;
    case BUTTON:
        /* A button inside a heading or the like is its text; any other is a block of its own. */
        if (!(top->flags & IS_HEADING || is_named(top, DT) || is_named(top, SUMMARY))) {
            flush(reader, false);
            push_element(&reader->open, tag);
        }
        break;
    }
    return position;
}

/* Read an end tag. */
static void read_end_tag(Reader *reader, enum name name)
{
    switch (action_of(name)) {
    case STARTS_ELEMENT:
    case BUTTON:
        end_element(reader, name);
        break;
    case RULE:
        rule(reader, name == HR ? reader->ruler : reader->option);
        break;
    case BREAKS_LINE:
        if (!reader->skip_depth)
            add_part(reader, (Span){"\v", 1});
        break;
    case ANCHOR:
        reader->link_depth = 0;
        reader->link_blocks = 0;
        break;
    case LABEL:
        if (reader->part_count > 0)
            add_part(reader, (Span){" ", 1});
        break;
    }
}

static const char *behind_bracket(const char *position, const char *end)
{
    const char *close = memchr(position, '>', (size_t)(end - position));
    return close == NULL ? end : close + 1;
}

/* Return where to read on after a `<` at `position` that begins no tag: a comment, a declaration, or text. */
static const char *read_other(Reader *reader, const char *position)
{
    const char *end = reader->end, *next = position + 1;
    char sign = next < end ? *next : '\0';
    if (sign == '!') {
        next++;
        if (starts_with(next, end, "--")) {
            const char *after = end_of_comment(next, end);
            return after == NULL ? end : after;
        }
        if (starts_with(next, end, "[CDATA[") && is_in_xml(reader)) {
            const char *data_end = find_bytes(next, end, "]]>");
            const char *data = next + 7, *stop = data_end == NULL ? end : data_end;
            if (!reader->skip_depth)
                add_escaped_part(reader, (Span){data, stop > data ? stop - data : 0});
            return data_end == NULL ? end : data_end + 3;
        }
        return behind_bracket(next, end);
    }
    if (next < end && (sign == '?' || sign == '/'))
        return behind_bracket(next + 1, end);
    if (next < end && is_letter(sign))
        /* A tag that the page ends in. */
        return end;
    if (!reader->skip_depth)
        add_part(reader, (Span){"&lt;", 4});
    return next;
}

/* Read the tag, comment or other `<` at `position`, and return where to read on. */
static const char *read_token(Reader *reader, const char *position)
{
    const char *end = reader->end, *name = position + 1, *after;
    if (starts_with(position, end, "<li") && (after = end_of_link_items(position, end)) != NULL) {
        flush(reader, false);
        if (!reader->skip_depth)
            add_link_run(reader, position, after);
        return after;
    }
    bool is_end = name < end && *name == '/';
    name += is_end;
    if (name == end || !is_letter(*name))
        return read_other(reader, position);
    const char *name_end = name;
    while (name_end < end && !is_space(*name_end) && *name_end != '/' && *name_end != '>')
        name_end++;
    const char *close = end_of_attributes(name_end, end);
    if (close == NULL)
        return read_other(reader, position);
    if (is_end) {
        read_end_tag(reader, name_of((Span){name, name_end - name}));
        return close + 1;
    }
    Tag *tag = known_tag(reader->known_tags, (Span){name, close - name});
    if (tag == NULL)
        fail(reader);
    else if (tag->action == STARTS_ELEMENT)
        start_element(reader, tag);
    else if (tag->action != ADDS_NOTHING)
        return read_start_tag(reader, tag, close + 1);
    return close + 1;
}

/* Read the whole page. */
static void scan(Reader *reader)
{
    const char *position = reader->start, *end = reader->end;
    while (position < end && !has_failed(reader)) {
        const char *text_end = end_of_text(position, end);
        Span text = {position, text_end - position};
        if (text.size > 0 && !reader->skip_depth && (reader->part_count > 0 || !is_all_space(text)))
            add_inline(reader, text);
        position = text_end < end ? read_token(reader, text_end) : end;
    }
    if (!has_failed(reader))
        finish(reader);
    has_failed(reader);
}

/* --- the page */

static void free_reader(Reader *reader)
{
    if (reader == NULL)
        return;
    free(reader->elements);
    free(reader->parents);
    free(reader->ends);
    free(reader->blocks);
    free(reader->parts);
    buffer_free(&reader->joined);
    buffer_free(&reader->text);
    buffer_free(&reader->words);
    buffer_free(&reader->line);
    buffer_free(&reader->scratch);
    free(reader);
}

static void prepare_buffer(Buffer *buffer)
{
    buffer_add(buffer, " ", 1);
    buffer->size = 0;
}

/* Return a reader that has read the page; NULL with an exception if that failed. */
static Reader *read_source(const char *start, Py_ssize_t size, bool is_xml, bool lenient, Arena *arena)
{
    Reader *reader = calloc(1, sizeof(Reader));
    if (reader == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    reader->start = start;
    reader->end = start + size;
    reader->is_xml = is_xml;
    reader->lenient = lenient;
    reader->arena = arena;
    reader->known_tags = new_known_tags(is_xml, arena);
    prepare_buffer(&reader->joined);
    prepare_buffer(&reader->text);
    prepare_buffer(&reader->words);
    prepare_buffer(&reader->line);
    prepare_buffer(&reader->scratch);
    Tag *body = reader->known_tags == NULL ? NULL : known_tag(reader->known_tags, (Span){"body", 4});
    reader->row = body == NULL ? NULL : known_tag(reader->known_tags, (Span){"tr", 2});
    reader->ruler = reader->row == NULL ? NULL : known_tag(reader->known_tags, (Span){"hr", 2});
    reader->option = reader->ruler == NULL ? NULL : known_tag(reader->known_tags, (Span){"option", 6});
    if (reader->option == NULL || has_failed(reader)) {
        free_reader(reader);
        return NULL;
    }
    open_body(&reader->open, body);
    scan(reader);
    if (reader->failed) {
        free_reader(reader);
        return NULL;
    }
    return reader;
}

static int64_t length_of_blocks(const Reader *reader, bool plain_only)
{
    int64_t length = 0;
    for (Py_ssize_t index = 0; index < reader->block_count; index++) {
        const Block *block = &reader->blocks[index];
        if (!plain_only || block->linked * 2 < block->characters)
            length += block->length;
    }
    return length;
}

/* Give what was read to the page, which keeps it. */
static int hand_over(Reader *reader, PageBlocks *page)
{
    Py_ssize_t count = reader->element_count;
    int32_t *parents = TAKE(&page->arena, int32_t, count), *ends = TAKE(&page->arena, int32_t, count);
    if (parents == NULL || ends == NULL)
        return -1;
    memcpy(parents, reader->parents, sizeof(int32_t) * (size_t)count);
    memcpy(ends, reader->ends, sizeof(int32_t) * (size_t)count);
    if (describe(reader->elements, parents, ends, count, &page->elements, &page->arena) < 0)
        return -1;
    for (Py_ssize_t index = 0; index < reader->block_count; index++)
        reader->blocks[index].container = page->elements.containers[reader->blocks[index].node];
    page->blocks = reader->blocks;
    page->block_count = reader->block_count;
    reader->blocks = NULL;
    return join_rows(page, reader->row_count, reader->table_count);
}

/* Read a page. Returns -1 with an exception if memory is short, or with Reject `too-many-nodes`. */
int read_page(PyObject *markup, bool is_xml, PageBlocks *page)
{
    Py_ssize_t size;
    const char *start = utf8_of(markup, &size);
    if (start == NULL)
        return -1;
    Reader *reader = read_source(start, size, is_xml, false, &page->arena);
    if (reader == NULL)
        return -1;
    if (length_of_blocks(reader, false) < FEW_CHARACTERS) {
        Reader *lenient_reader = read_source(start, size, is_xml, true, &page->arena);
        if (lenient_reader == NULL) {
            free_reader(reader);
            return -1;
        }
        bool is_better = length_of_blocks(lenient_reader, true) > 2 * length_of_blocks(reader, true);
        free_reader(is_better ? reader : lenient_reader);
        reader = is_better ? lenient_reader : reader;
    }
    int result = hand_over(reader, page);
    free_reader(reader);
    return result;
}
