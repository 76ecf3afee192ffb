/* The stack of open block elements. Twin of open_elements.py, which says which rules of HTML these are. */

#include "core.h"

void open_body(OpenElements *open, Tag *body)
{
    memset(open, 0, sizeof(*open));
    for (int name = 0; name < NAMES; name++)
        open->latest[name] = -1;
    open->latest[BODY] = 0;
    open->tags[0] = body;
    open->before[0] = (Before){-1, 0, 0};
    open->count = 1;
}

/* Whether a start tag ends an earlier element of its kind. */
static bool is_like(enum name name, enum name other)
{
    return name == LI ? other == LI : other == DD || other == DT;
}

/* Return the first of a table's parts that a part ends. */
static int ended_by_part(const OpenElements *open, enum name name)
{
    static const enum name cells[] = {TD, TH, CAPTION, NO_NAME}, rows[] = {TR, CAPTION, NO_NAME},
                           groups[] = {TBODY, THEAD, TFOOT, CAPTION, NO_NAME}, captions[] = {CAPTION, NO_NAME},
                           none[] = {NO_NAME};
    const enum name *parts = name == TD || name == TH                          ? cells
                             : name == TR                                      ? rows
                             : name == TBODY || name == THEAD || name == TFOOT ? groups
                             : name == CAPTION                                 ? captions
                                                                               : none;
    int end = open->count, table = open->latest[TABLE];
    for (; *parts != NO_NAME; parts++) {
        int index = open->latest[*parts];
        if (table < index && index < end)
            end = index;
    }
    return end;
}

/* Return the index from which a start tag ends the open elements; their number if it ends none. */
int ended_by_start(const OpenElements *open, const Tag *tag)
{
    if (tag->flags & ENDS_PARAGRAPH) {
        if (tag->flags & ENDS_LIKE && is_like((enum name)tag->name_id, (enum name)open->tags[open->opaque]->name_id))
            return open->opaque;
        int paragraph = open->latest[P];
        if (paragraph > open->scope)
            return paragraph;
        if (tag->flags & IS_HEADING && open->tags[open->count - 1]->flags & IS_HEADING)
            return open->count - 1;
    } else if (tag->flags & TABLE_PART) {
        return ended_by_part(open, (enum name)tag->name_id);
    }
    return open->count;
}

/* Return the index from which an end tag ends the open elements; their number if it ends none. */
int ended_by_end(OpenElements *open, enum name name)
{
    int end = open->count;
    if (open->flattened) {
        if (end >= MAX_DEPTH) {
            open->flattened--;
            return end;
        }
    } else if (open->tags[end - 1]->name_id == (int16_t)name && end > 1) {
        return end - 1;
    }
    int index = open->latest[name];
    if (name >= H1 && name <= H6)
        for (int heading = H1; heading <= H6; heading++)
            if (open->latest[heading] > index)
                index = open->latest[heading];
    bool is_of_table = name == CAPTION || name == TABLE || name == TBODY || name == TD || name == TFOOT || name == TH ||
                       name == THEAD || name == TR;
    if (is_of_table) {
        int table = open->latest[TABLE];
        return index >= (table > 1 ? table : 1) ? index : end;
    }
    return index > open->scope || (index == open->scope && open->scope > 0) ? index : end;
}

/* Open an element; false if it would be too deep. */
bool push_element(OpenElements *open, Tag *tag)
{
    int index = open->count;
    if (index >= MAX_DEPTH) {
        open->flattened++;
        return false;
    }
    open->tags[index] = tag;
    open->before[index] = (Before){open->latest[tag->name_id], (int16_t)open->scope, (int16_t)open->opaque};
    open->latest[tag->name_id] = (int16_t)index;
    if (tag->flags & SCOPE)
        open->scope = index;
    if (tag->flags & OPAQUE)
        open->opaque = index;
    open->count++;
    return true;
}

/* End the innermost element and return its start tag. */
Tag *pop_element(OpenElements *open)
{
    int index = --open->count;
    Tag *tag = open->tags[index];
    open->latest[tag->name_id] = open->before[index].latest;
    open->scope = open->before[index].scope;
    open->opaque = open->before[index].opaque;
    return tag;
}
