/* Reads the lines of a text table in which every cell is a word that is known by heart.

   A line with anything else in it is odd: it is left to the careful reader, whole. So nothing here
   says what a cell means, or what is wrong with it, and whatever is read was spelled exactly as a
   word that somebody gave a code. A block ends with a line feed, and nothing is read beyond it. */

#include <stdint.h>
#include <string.h>

/* Of what text this was compiled, so that an old library is not taken for a new one. */
const char *source(void) {
    return SOURCE;
}

enum { NOT_ASKED = INT32_MIN };
enum { WORDS, TEXT };

typedef struct {
    uint32_t hash;
    int32_t start, length, code; /* a slot of no length is free */
} Word;

/* The known words of a column: slots of a hash table, at least half of them free. */
typedef struct {
    const Word *slots;
    const uint8_t *text;
    uint32_t mask;
} Words;

/* A column of the table, and where its cells go. Of words: a code of some bytes for each row, and a
   bit where there is one. Of text: all texts in one, and where each ends. In a line of JSON, only one
   column of a group may be named. */
typedef struct {
    Words words;
    void *codes;
    uint8_t *known;
    int32_t bytes, kind, group;
    int32_t *ends;
    uint8_t *text;
} Column;

typedef struct {
    const uint8_t *begin, *end;
    Column *columns;
    int32_t width, longest, is_utf8; /* how many columns; lines of so many bytes are odd */
    Words names;                     /* of JSON: which column a name is */
    int32_t *named;                  /* of JSON: the last row in which a group was named */
    int32_t *lines;                  /* the line of each row, the first being 0 */
    int64_t *odd;                    /* the line, begin and end of each odd line */
    int64_t rows, odd_lines;
} Block;

static uint32_t hashed(uint32_t hash, uint8_t letter) {
    return hash * 33 + letter;
}

/* Fills the slots, which were free, with the words of an Arrow array of texts. */
void fill(Word *slots, uint32_t mask, const uint8_t *text, const int32_t *ends, const int32_t *codes,
          int32_t count) {
    for (int32_t number = 0; number < count; number++) {
        Word word = {0, ends[number], ends[number + 1] - ends[number], codes[number]};
        for (int32_t at = word.start; at < ends[number + 1]; at++)
            word.hash = hashed(word.hash, text[at]);
        uint32_t slot = word.hash & mask;
        while (slots[slot].length)
            slot = (slot + 1) & mask;
        slots[slot] = word;
    }
}

static const Word *find(const Words *words, const uint8_t *text, int64_t length, uint32_t hash) {
    for (uint32_t slot = hash & words->mask; words->slots[slot].length; slot = (slot + 1) & words->mask) {
        const Word *word = &words->slots[slot];
        if (word->hash == hash && word->length == length && !memcmp(words->text + word->start, text, length))
            return word;
    }
    return NULL;
}

/* Whether the cell is a known word, and the row has no other code for the fact. */
static int take_word(Column *column, int64_t row, const uint8_t *text, int64_t length, uint32_t hash) {
    if (!length)
        return 1;
    const Word *word = find(&column->words, text, length, hash);
    if (!word)
        return 0;
    if (word->code == NOT_ASKED)
        return 1;
    uint8_t *known = &column->known[row / 8], bit = 1 << row % 8;
    if (*known & bit)
        return 0;
    *known |= bit;
    if (column->bytes == 1)
        ((int8_t *)column->codes)[row] = word->code;
    else if (column->bytes == 2)
        ((int16_t *)column->codes)[row] = word->code;
    else
        ((int32_t *)column->codes)[row] = word->code;
    return 1;
}

static void take_text(Column *column, int64_t row, const uint8_t *text, int64_t length) {
    memcpy(column->text + column->ends[row], text, length);
    column->ends[row + 1] = column->ends[row] + length;
}

static int is_text(const Block *block, uint8_t letter) {
    return letter >= ' ' && letter != '"' && (letter < 0x80 || block->is_utf8);
}

/* Forgets what was taken of a row that turned out to be odd. */
static void forget(const Block *block, int64_t row) {
    for (int32_t number = 0; number < block->width; number++)
        if (block->columns[number].kind == WORDS)
            block->columns[number].known[row / 8] &= ~(1 << row % 8);
}

/* Reads a cell from `at` and returns what comes after it, or NULL where the line is odd. */
static const uint8_t *csv_text(const Block *block, Column *column, int64_t row, const uint8_t *at) {
    int quoted = *at == '"';
    const uint8_t *text = at += quoted;
    while (is_text(block, *at) && (quoted || *at != ','))
        at++;
    take_text(column, row, text, at - text);
    if (!quoted)
        return at;
    return *at == '"' ? at + 1 : NULL;
}

static const uint8_t *csv_word(Column *column, int64_t row, const uint8_t *at) {
    const uint8_t *word = at;
    uint32_t hash = 0;
    while (*at != ',' && *at != '\n' && *at != '\r')
        hash = hashed(hash, *at++);
    return take_word(column, row, word, at - word, hash) ? at : NULL;
}

static const uint8_t *csv_line(const Block *block, int64_t row, const uint8_t *at) {
    for (int32_t number = 0; number < block->width; number++) {
        Column *column = &block->columns[number];
        if (number && *at++ != ',')
            return NULL;
        at = column->kind == TEXT ? csv_text(block, column, row, at) : csv_word(column, row, at);
        if (!at)
            return NULL;
    }
    return at;
}

static const uint8_t *after_blanks(const uint8_t *at) {
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Reads a text in its quotes, or a number or name without; NULL where it does not end in this line. */
static const uint8_t *json_token(const uint8_t *at, uint32_t *hash) {
    if (*at != '"') {
        while (*at > ' ' && *at != ',' && *at != '}')
            *hash = hashed(*hash, *at++);
        return at;
    }
    do {
        if (*at == '\\')
            *hash = hashed(*hash, *at++);
        if (*at < ' ')
            return NULL;
        *hash = hashed(*hash, *at++);
    } while (*at != '"');
    *hash = hashed(*hash, '"');
    return at + 1;
}

/* Whether the token is a text without escapes, a whole number, or null, which is an empty text. */
static int json_text(const Block *block, Column *column, int64_t row, const uint8_t *text, int64_t length) {
    if (length == 4 && !memcmp(text, "null", 4)) {
        length = 0;
    } else if (*text == '"') {
        text++, length -= 2;
        for (int64_t at = 0; at < length; at++)
            if (!is_text(block, text[at]) || text[at] == '\\')
                return 0;
    } else {
        int64_t at = *text == '-', first = at;
        while (at < length && text[at] >= '0' && text[at] <= '9')
            at++;
        if (at < length || first == length || (text[first] == '0' && length > first + 1))
            return 0;
    }
    take_text(column, row, text, length);
    return 1;
}

static const uint8_t *json_member(const Block *block, int64_t row, const uint8_t *at) {
    uint32_t hash = 0;
    const uint8_t *name = at, *end = json_token(at, &hash);
    const Word *known = end ? find(&block->names, name, end - name, hash) : NULL;
    if (!known)
        return NULL;
    Column *column = &block->columns[known->code];
    if (block->named[column->group] == row)
        return NULL;
    block->named[column->group] = row;
    at = after_blanks(end);
    if (*at != ':')
        return NULL;
    at = after_blanks(at + 1);
    hash = 0;
    end = json_token(at, &hash);
    if (!end || end == at)
        return NULL;
    int taken = column->kind == TEXT ? json_text(block, column, row, at, end - at)
                                     : take_word(column, row, at, end - at, hash);
    return taken ? after_blanks(end) : NULL;
}

static const uint8_t *json_line(const Block *block, int64_t row, const uint8_t *at) {
    for (int32_t number = 0; number < block->width; number++)
        if (block->columns[number].kind == TEXT)
            block->columns[number].ends[row + 1] = block->columns[number].ends[row];
    at = after_blanks(at);
    if (*at != '{')
        return NULL;
    at = after_blanks(at + 1);
    if (*at == '}')
        return after_blanks(at + 1);
    for (;;) {
        at = json_member(block, row, at);
        if (!at || (*at != ',' && *at != '}'))
            return NULL;
        if (*at == '}')
            return after_blanks(at + 1);
        at = after_blanks(at + 1);
    }
}

/* Reads every line. The rows are those that are not odd, in order. */
void read_lines(Block *block, int32_t is_json) {
    int32_t line = 0;
    for (int32_t number = 0; number < block->width; number++)
        if (block->columns[number].kind == TEXT)
            block->columns[number].ends[0] = 0;
    for (const uint8_t *at = block->begin; at < block->end; line++) {
        const uint8_t *begin = at;
        at = is_json ? json_line(block, block->rows, begin) : csv_line(block, block->rows, begin);
        if (at && *at == '\r')
            at++;
        if (at && *at == '\n' && at - begin < block->longest) {
            block->lines[block->rows++] = line;
            at++;
            continue;
        }
        forget(block, block->rows);
        memset(block->named, 0xff, is_json ? block->width * sizeof *block->named : 0);
        at = memchr(begin, '\n', block->end - begin);
        int64_t *odd = block->odd + 3 * block->odd_lines++;
        odd[0] = line, odd[1] = begin - block->begin, odd[2] = at - block->begin;
        at++;
    }
}
