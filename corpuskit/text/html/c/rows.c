/* The rows that the cells of a table of data make. Twin of rows.py. */

#include "core.h"

#include <stdlib.h>

#define CELL_CHARACTERS 1000
#define CELL_BLOCKS 8
#define SECTION_CELL_BLOCKS 3
/* Columns that keep their place if they are empty; further cells follow one another. */
#define MAX_PADDED_COLUMNS 200

/* The blocks of a row, in the order of the page. */
typedef struct {
    int32_t first, last;
} Row;

enum column_use { IS_LAYOUT = 1, IS_WIDE = 2, HAS_SECTIONS = 4, IS_CROWDED = 8 };

/* Whether a text, or the blocks of a cell, are more than a table of data has. */
static bool is_too_much(int64_t characters, int32_t blocks)
{
    return characters > CELL_CHARACTERS || blocks > CELL_BLOCKS;
}

static int compare_columns(const void *one, const void *other)
{
    const int32_t *a = one, *b = other;
    if (a[0] != b[0])
        return a[0] < b[0] ? -1 : 1;
    return a[1] < b[1] ? -1 : a[1] > b[1];
}

/* Fill in column and index of each block of a row, by column and then by index; returns their number. */
static Py_ssize_t sorted_cells(const PageBlocks *page, Row row, const int32_t *next_in_row, int32_t (*cells)[2])
{
    Py_ssize_t count = 0;
    bool is_sorted = true;
    for (int32_t index = row.first; index >= 0; index = next_in_row[index]) {
        cells[count][0] = page->blocks[index].cell.column;
        cells[count][1] = index;
        is_sorted = is_sorted && (count == 0 || cells[count - 1][0] <= cells[count][0]);
        count++;
    }
    if (!is_sorted)
        qsort(cells, (size_t)count, sizeof(cells[0]), compare_columns);
    return count;
}

/* Whether a table is one of data, by what its rows say of it. */
static bool is_of_data(int use)
{
    return use & IS_WIDE && !(use & IS_LAYOUT) && (use & (HAS_SECTIONS | IS_CROWDED)) != (HAS_SECTIONS | IS_CROWDED);
}

/* Return what a row says of its table: that it lays out the page, that it has two cells, that a heading is alone in a
   row, that a cell has more blocks than a table with such headings has. */
static int use_of_row(const PageBlocks *page, int32_t (*cells)[2], Py_ssize_t count)
{
    int use = 0;
    int64_t characters = 0;
    int32_t blocks = 0;
    Py_ssize_t headings = 0;
    for (Py_ssize_t index = 0; index < count; index++) {
        const Block *block = &page->blocks[cells[index][1]];
        if (index > 0 && cells[index][0] != cells[index - 1][0]) {
            use |= IS_WIDE;
            characters = blocks = 0;
        }
        characters += block->length;
        blocks++;
        headings += block->kind == HEADING;
        if (blocks > SECTION_CELL_BLOCKS)
            use |= IS_CROWDED;
        if (is_too_much(characters, blocks) || (block->kind == PREFORMATTED && contains(block->text, "\n")))
            use |= IS_LAYOUT;
    }
    if (headings > 0)
        use |= headings == count && !(use & IS_WIDE) ? HAS_SECTIONS : IS_LAYOUT;
    return use;
}

/* Make the first block of a row that of the whole row, its cells parted by tabs. */
static int join_row(PageBlocks *page, int32_t (*cells)[2], Py_ssize_t count, int32_t first, Buffer *text)
{
    int32_t column = 0;
    Block row = page->blocks[first];
    row.kind = ROW;
    row.level = row.linked = row.characters = 0;
    row.list_number = 0;
    row.marker = (Marker){NO_MARKER, 0, 0};
    row.is_link_run = false;
    text->size = 0;
    for (Py_ssize_t index = 0; index < count; index++) {
        const Block *block = &page->blocks[cells[index][1]];
        row.characters += block->characters;
        row.linked += block->linked;
        if (index > 0 && cells[index][0] == cells[index - 1][0])
            buffer_add(text, " ", 1);
        else {
            for (; column < cells[index][0] && column < MAX_PADDED_COLUMNS - 1; column++)
                buffer_add(text, "\t", 1);
            if (cells[index][0] >= MAX_PADDED_COLUMNS)
                buffer_add(text, "\t", 1);
        }
        collapse_spaces(block->text, text);
    }
    char *copy = arena_take(&page->arena, (size_t)text->size + 1);
    if (copy == NULL || text->failed)
        return -1;
    memcpy(copy, text->start, (size_t)text->size);
    row.text = (Span){copy, text->size};
    row.length = length_of(copy, text->size);
    page->blocks[first] = row;
    return 0;
}

static int32_t collect_rows(const PageBlocks *page, Row *rows, int32_t row_count, int32_t *next_in_row)
{
    int32_t cell_count = 0;
    for (int32_t row = 0; row <= row_count; row++)
        rows[row] = (Row){-1, -1};
    for (int32_t index = 0; index < page->block_count; index++) {
        next_in_row[index] = -1;
        if (page->blocks[index].cell.table == 0)
            continue;
        Row *row = &rows[page->blocks[index].cell.row];
        if (row->first < 0)
            row->first = index;
        else
            next_in_row[row->last] = index;
        row->last = index;
        cell_count++;
    }
    return cell_count;
}

/* Join the blocks of each row of a table of data. A cell without text keeps its column. A heading alone in its row
   stays one. Tables that lay out a page keep the blocks of their cells. */
int join_rows(PageBlocks *page, int32_t row_count, int32_t table_count)
{
    Row *rows = TAKE(&page->arena, Row, row_count + 1);
    int32_t *next_in_row = TAKE(&page->arena, int32_t, page->block_count);
    uint8_t *uses = TAKE(&page->arena, uint8_t, table_count + 1);
    int32_t(*cells)[2] = arena_take(&page->arena, sizeof(int32_t) * 2 * (size_t)(page->block_count + 1));
    if (rows == NULL || next_in_row == NULL || uses == NULL || cells == NULL)
        return -1;
    if (collect_rows(page, rows, row_count, next_in_row) == 0)
        return 0;
    memset(uses, 0, (size_t)table_count + 1);
    for (int32_t row = 1; row <= row_count; row++)
        if (rows[row].first >= 0)
            uses[page->blocks[rows[row].first].cell.table] |=
                (uint8_t)use_of_row(page, cells, sorted_cells(page, rows[row], next_in_row, cells));
    Buffer text = {0};
    Py_ssize_t kept = 0;
    int result = 0;
    for (int32_t row = 1; result == 0 && row <= row_count; row++)
        if (rows[row].first >= 0 && is_of_data(uses[page->blocks[rows[row].first].cell.table]) &&
            page->blocks[rows[row].first].kind != HEADING)
            result = join_row(page, cells, sorted_cells(page, rows[row], next_in_row, cells), rows[row].first, &text);
    for (int32_t index = 0; result == 0 && index < page->block_count; index++) {
        Cell cell = page->blocks[index].cell;
        if (cell.table == 0 || !is_of_data(uses[cell.table]) || rows[cell.row].first == index ||
            page->blocks[index].kind == HEADING)
            page->blocks[kept++] = page->blocks[index];
    }
    page->block_count = result == 0 ? kept : page->block_count;
    buffer_free(&text);
    return result;
}
