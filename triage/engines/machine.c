/* Runs the operations of a circuit over a batch of patients, a block of them at a time.

   A register holds one bit for each patient of a block, so that an operation is a short loop over
   words which stays in the cache. What a row of the result holds is bytes, each made from eight
   registers; the last two functions list the bits of such rows. */

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__) && !defined(PLAIN) /* without, for a test, as on a processor that is not known here */
#define X86
#include <immintrin.h>
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "a byte of a register must hold the patients that come first in its first bits"
#endif

/* Of what text this was compiled, so that an old library is not taken for a new one. */
const char *source(void) {
    return SOURCE;
}

enum { BLOCK = 4096, WORDS = BLOCK / 64 };
enum { NOBODY, EVERYBODY, ANSWERED, WITHIN, AND, OR, AND_NOT, NOT };

/* Compiled several times, each with all that it calls, and the best for the processor at hand is taken. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#define FOR_EACH_PROCESSOR __attribute__((flatten, target_clones("default", "avx2", "avx512f")))
#else
#define FOR_EACH_PROCESSOR
#endif

typedef uint64_t Register[WORDS];

typedef struct {
    int32_t operator, to, left, right, high;
} Operation;

/* The codes of one fact. `answered` has a bit for each patient, or is null where all have answered. */
typedef struct {
    const void *codes;
    const uint8_t *answered;
    int32_t bytes;
} Column;

/* Up to eight bytes in each row of a result: bit n is that of register `from[n]`, or 0 where that is -1. */
typedef struct {
    uint8_t *to;
    int64_t width;
    int32_t bytes;
    int32_t from[64];
} Lane;

/* What of the next block is not yet on its way: first the codes of each column, then who answered. */
typedef struct {
    const Column *column, *end;
    int64_t first, byte;
} Ahead;

/* Has some of it on its way while this block is worked on; all at once, the processor would wait. */
static inline void fetch(Ahead *ahead) {
    enum { LINE = 64, LINES = 4 };
    for (int n = 0; n < LINES && ahead->column < ahead->end; n++, ahead->byte += LINE) {
        const Column *column = ahead->column;
        int64_t codes = BLOCK * column->bytes;
        if (ahead->byte < codes)
            __builtin_prefetch((const char *)column->codes + ahead->first * column->bytes + ahead->byte);
        else if (column->answered && ahead->byte < codes + BLOCK / 8)
            __builtin_prefetch(column->answered + ahead->first / 8 + (ahead->byte - codes));
        else
            *ahead = (Ahead){column + 1, ahead->end, ahead->first, -LINE};
    }
}

static void answered(Register to, const Column *column, int64_t first, int64_t count) {
    if (!column->answered)
        memset(to, 0xff, sizeof(Register));
    else if (count == BLOCK)
        memcpy(to, column->answered + first / 8, sizeof(Register));
    else
        memcpy(to, column->answered + first / 8, (size_t)(count + 7) / 8);
}

/* Which of sixteen codes are from `low` to `high`, as bits. */
#ifdef X86
#define LOAD(codes, n) _mm_loadu_si128((const __m128i *)(codes) + (n))
#define OUTSIDE(bits, codes, low, high)                                                              \
    _mm_or_si128(_mm_cmplt_epi##bits(codes, _mm_set1_epi##bits(low)), _mm_cmpgt_epi##bits(codes, _mm_set1_epi##bits(high)))

static inline uint16_t inside_int8_t(const int8_t *codes, int8_t low, int8_t high) {
    return (uint16_t)~_mm_movemask_epi8(OUTSIDE(8, LOAD(codes, 0), low, high));
}

static inline uint16_t inside_int16_t(const int16_t *codes, int16_t low, int16_t high) {
    __m128i first = OUTSIDE(16, LOAD(codes, 0), low, high), second = OUTSIDE(16, LOAD(codes, 1), low, high);
    return (uint16_t)~_mm_movemask_epi8(_mm_packs_epi16(first, second));
}

static inline uint16_t inside_int32_t(const int32_t *codes, int32_t low, int32_t high) {
    __m128i first = _mm_packs_epi32(OUTSIDE(32, LOAD(codes, 0), low, high), OUTSIDE(32, LOAD(codes, 1), low, high));
    __m128i second = _mm_packs_epi32(OUTSIDE(32, LOAD(codes, 2), low, high), OUTSIDE(32, LOAD(codes, 3), low, high));
    return (uint16_t)~_mm_movemask_epi8(_mm_packs_epi16(first, second));
}
#else
#define INSIDE_OF(type)                                                                              \
    static inline uint16_t inside_##type(const type *codes, type low, type high) {                    \
        uint16_t inside = 0;                                                                         \
        for (int n = 0; n < 16; n++)                                                                 \
            inside |= (uint16_t)((codes[n] >= low) & (codes[n] <= high)) << n;                        \
        return inside;                                                                               \
    }
INSIDE_OF(int8_t)
INSIDE_OF(int16_t)
INSIDE_OF(int32_t)
#endif

/* By how wide the codes of a column are. */
#define BY_WIDTH(how)                                                                                \
    static void how(Register to, const Column *column, int64_t first, int64_t count, int32_t low, int32_t high) { \
        if (column->bytes == 1)                                                                      \
            how##_int8_t(to, (const int8_t *)column->codes + first, count, (int8_t)low, (int8_t)high); \
        else if (column->bytes == 2)                                                                 \
            how##_int16_t(to, (const int16_t *)column->codes + first, count, (int16_t)low, (int16_t)high); \
        else                                                                                         \
            how##_int32_t(to, (const int32_t *)column->codes + first, count, low, high);             \
    }

#define WITHIN_OF(type)                                                                              \
    static inline uint64_t inside_64_##type(const type *codes, type low, type high) {                 \
        uint64_t inside = 0;                                                                         \
        for (int n = 0; n < 64; n += 16)                                                             \
            inside |= (uint64_t)inside_##type(codes + n, low, high) << n;                            \
        return inside;                                                                               \
    }                                                                                                \
    static void within_##type(Register to, const type *codes, int64_t count, type low, type high) {   \
        int64_t whole = count / 64;                                                                  \
        for (int64_t word = 0; word < whole; word++)                                                 \
            to[word] = inside_64_##type(codes + 64 * word, low, high);                               \
        if (count % 64) {                                                                            \
            type rest[64] = {0};                                                                     \
            memcpy(rest, codes + 64 * whole, (size_t)(count % 64) * sizeof(type));                    \
            to[whole] = inside_64_##type(rest, low, high);                                           \
        }                                                                                            \
    }

WITHIN_OF(int8_t)
WITHIN_OF(int16_t)
WITHIN_OF(int32_t)
BY_WIDTH(within)

/* The same, four times as fast, where the processor compares 64 bytes at once and gives the bits. */
#if defined(X86) && !defined(NARROW)
#define WIDE __attribute__((target("avx512bw"), noinline)) /* by itself: other processors cannot run it */
#define WIDE_OF(type, bits)                                                                          \
    WIDE static void wide_##type(Register to, const type *codes, int64_t count, type low, type high) { \
        for (int64_t done = 0; done < count; done += 64) {                                           \
            uint64_t here = count - done < 64 ? ~(~UINT64_C(0) << (count - done)) : ~UINT64_C(0), inside = 0; \
            for (int n = 0; n < 64; n += 512 / bits) {                                               \
                __m512i some = _mm512_maskz_loadu_epi##bits(here >> n, codes + done + n);            \
                uint64_t above = _mm512_cmpge_epi##bits##_mask(some, _mm512_set1_epi##bits(low));    \
                above = _mm512_mask_cmple_epi##bits##_mask(above, some, _mm512_set1_epi##bits(high)); \
                inside |= above << n;                                                                \
            }                                                                                        \
            to[done / 64] = inside;                                                                  \
        }                                                                                            \
    }
WIDE_OF(int8_t, 8)
WIDE_OF(int16_t, 16)
WIDE_OF(int32_t, 32)
BY_WIDTH(wide)
#define IS_WIDE __builtin_cpu_supports("avx512bw")
#else
#define wide within
#define IS_WIDE 0
#endif

static void operate(Register *registers, const Operation *does, const Column *columns, int64_t first, int64_t count) {
    uint64_t *to = registers[does->to];
    const uint64_t *left = registers[does->left], *right = registers[does->right];
    switch (does->operator) {
    case NOBODY: memset(to, 0, sizeof(Register)); break;
    case EVERYBODY: memset(to, 0xff, sizeof(Register)); break;
    case ANSWERED: answered(to, columns + does->left, first, count); break;
    case WITHIN: (IS_WIDE ? wide : within)(to, columns + does->left, first, count, does->right, does->high); break;
    case AND: for (int i = 0; i < WORDS; i++) to[i] = left[i] & right[i]; break;
    case OR: for (int i = 0; i < WORDS; i++) to[i] = left[i] | right[i]; break;
    case AND_NOT: for (int i = 0; i < WORDS; i++) to[i] = left[i] & ~right[i]; break;
    case NOT: for (int i = 0; i < WORDS; i++) to[i] = ~left[i]; break;
    }
}

/* Eight squares of 64 by 64 bits, side by side so that each step is done to all of them at once. */
enum { SIDE = 64, SQUARES = 8 };
typedef uint64_t Eight __attribute__((vector_size(SQUARES * sizeof(uint64_t))));

/* Turns each square, so that bit r of its word n becomes bit n of its word r, by swapping ever smaller parts. */
static void turn(Eight squares[SIDE]) {
    uint64_t low = UINT64_C(0x00000000FFFFFFFF);
    for (int size = SIDE / 2; size; size >>= 1, low ^= low << size)
        for (int part = 0; part < SIDE; part += 2 * size)
            for (int n = part; n < part + size; n++) {
                Eight swap = (squares[n] >> size ^ squares[n + size]) & low;
                squares[n] ^= swap << size;
                squares[n + size] ^= swap;
            }
}

static inline void write_rows(const Lane *lane, const Eight squares[SIDE], int64_t first, int64_t count, size_t bytes) {
    uint8_t *to = lane->to + first * lane->width;
    for (int square = 0; square * SIDE < count; square++)
        for (int n = 0; n < SIDE && square * SIDE + n < count; n++, to += lane->width)
            memcpy(to, (const char *)&squares[n] + square * sizeof(uint64_t), bytes);
}

static void write(const Lane *lane, Register *registers, int64_t first, int64_t count) {
    Eight squares[SIDE];
    for (int64_t done = 0; done < count; done += SIDE * SQUARES) {
        int64_t here = count - done < SIDE * SQUARES ? count - done : SIDE * SQUARES;
        Eight any = {0};
        memset(squares, 0, sizeof squares);
        for (int n = 0; n < SIDE; n++)
            if (lane->from[n] >= 0) {
                memcpy(&squares[n], registers[lane->from[n]] + done / SIDE, sizeof(Eight));
                any |= squares[n];
            }
        if (!(any[0] | any[1] | any[2] | any[3] | any[4] | any[5] | any[6] | any[7]))
            continue;
        turn(squares);
        switch (lane->bytes) { /* a copy whose size is known when this is compiled needs no call */
        case 1: write_rows(lane, squares, first + done, here, 1); break;
        case 2: write_rows(lane, squares, first + done, here, 2); break;
        case 3: write_rows(lane, squares, first + done, here, 3); break;
        case 4: write_rows(lane, squares, first + done, here, 4); break;
        case 5: write_rows(lane, squares, first + done, here, 5); break;
        case 6: write_rows(lane, squares, first + done, here, 6); break;
        case 7: write_rows(lane, squares, first + done, here, 7); break;
        case 8: write_rows(lane, squares, first + done, here, 8); break;
        }
    }
}

/* The caller makes room for as many registers, of this size, as the operations name. */
int64_t register_bytes(void) {
    return sizeof(Register);
}

/* Runs all operations for each block of `count` patients, and writes each lane, to where zeros are. */
FOR_EACH_PROCESSOR
void run(const Operation *operations, int64_t how_many, const Column *columns, int64_t column_count,
         const Lane *lanes, int64_t lane_count, Register *registers, int64_t count) {
    for (int64_t first = 0; first < count; first += BLOCK) {
        int64_t here = count - first < BLOCK ? count - first : BLOCK;
        Ahead ahead = {columns, first + 2 * BLOCK <= count ? columns + column_count : columns, first + BLOCK, 0};
        for (int64_t i = 0; i < how_many; i++) {
            fetch(&ahead);
            operate(registers, operations + i, columns, first, here);
        }
        for (int64_t i = 0; i < lane_count; i++)
            write(lanes + i, registers, first, here);
    }
}

/* Up to eight bytes of a row, from `byte` on, as one word. */
static inline uint64_t word_of(const uint8_t *row, int64_t width, int64_t byte) {
    uint64_t word = 0;
    if (width - byte >= 8)
        memcpy(&word, row + byte, 8);
    else
        for (int64_t n = byte; n < width; n++)
            word |= (uint64_t)row[n] << 8 * (n - byte);
    return word;
}

/* How many bits are set in all rows up to each, in `ends`. */
FOR_EACH_PROCESSOR
void count_bits(const uint8_t *rows, int64_t count, int64_t width, int32_t *ends) {
    int32_t so_far = 0;
    for (int64_t n = 0; n < count; n++, rows += width) {
        for (int64_t byte = 0; byte < width; byte += 8)
            so_far += __builtin_popcountll(word_of(rows, width, byte));
        ends[n] = so_far;
    }
}

/* The number of each bit that is set, row by row. */
FOR_EACH_PROCESSOR
void list_bits(const uint8_t *rows, int64_t count, int64_t width, int16_t *to) {
    for (int64_t n = 0; n < count; n++, rows += width)
        for (int64_t byte = 0; byte < width; byte += 8)
            for (uint64_t word = word_of(rows, width, byte); word; word &= word - 1)
                *to++ = (int16_t)(8 * byte + __builtin_ctzll(word));
}
