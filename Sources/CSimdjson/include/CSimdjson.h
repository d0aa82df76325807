#ifndef HASHDROP_CSIMDJSON_H
#define HASHDROP_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// simdjson's DOM (Debian's libsimdjson-dev) behind C functions, for Swift: a document is parsed and checked as a
// whole, and its values are then read where they stand. Nothing throws.

#ifdef __cplusplus
extern "C" {
#endif

// A parser with the memory of its latest document.
typedef struct csimdjson_parser csimdjson_parser;

// A value of the parser's latest document (`simdjson::dom::element`); not to be used after the next parse.
typedef struct {
    const void *document;
    size_t place;
} csimdjson_value;

typedef enum {
    csimdjson_object,
    csimdjson_array,
    csimdjson_string,
    // A whole number within 64 bits, with or without a sign.
    csimdjson_integer,
    csimdjson_decimal,
    csimdjson_boolean,
    csimdjson_null,
} csimdjson_type;

csimdjson_parser *csimdjson_parser_create(void);
void csimdjson_parser_destroy(csimdjson_parser *parser);

// Bytes that one document needed at most so far.
size_t csimdjson_parser_capacity(const csimdjson_parser *parser);

// False if it is no JSON, no UTF-8, nested too deeply, or holds a number that no 64 bits do.
bool csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count, csimdjson_value *root);

csimdjson_type csimdjson_type_of(csimdjson_value value);

// The member of this name, the first one; false if the value is no object or has none.
bool csimdjson_member(csimdjson_value object, const char *name, size_t length, csimdjson_value *member);

// Calls `visit` with each member of an object, or each element of an array (whose name is NULL), in their order,
// until it returns false.
void csimdjson_each(
    csimdjson_value value, void *context,
    bool (*visit)(void *context, const uint8_t *name, size_t length, csimdjson_value value));

// A string's bytes in UTF-8, valid until the next parse; NULL for another type.
const uint8_t *csimdjson_string_bytes(csimdjson_value value, size_t *length);

// False for another type, or a number that the type cannot hold.
bool csimdjson_int64(csimdjson_value value, int64_t *number);
bool csimdjson_double(csimdjson_value value, double *number);

#ifdef __cplusplus
}
#endif
#endif
