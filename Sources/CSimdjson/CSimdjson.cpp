#include "CSimdjson.h"

#include <cstring>
#include <simdjson.h>
#include <type_traits>

using simdjson::dom::element;

struct csimdjson_parser {
    simdjson::dom::parser parser;
};

static_assert(sizeof(element) == sizeof(csimdjson_value), "an element is two words");
static_assert(std::is_trivially_copyable<element>::value, "an element may be copied as bytes");

static csimdjson_value wrap(element value) {
    csimdjson_value wrapped;
    std::memcpy(&wrapped, &value, sizeof wrapped);
    return wrapped;
}

static element unwrap(csimdjson_value wrapped) {
    element value;
    std::memcpy(&value, &wrapped, sizeof value);
    return value;
}

csimdjson_parser *csimdjson_parser_create(void) { return new (std::nothrow) csimdjson_parser; }

void csimdjson_parser_destroy(csimdjson_parser *parser) { delete parser; }

size_t csimdjson_parser_capacity(const csimdjson_parser *parser) { return parser->parser.capacity(); }

bool csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count, csimdjson_value *root) {
    element value;
    if (parser->parser.parse(bytes, count).get(value) != simdjson::SUCCESS) return false;
    *root = wrap(value);
    return true;
}

csimdjson_type csimdjson_type_of(csimdjson_value value) {
    switch (unwrap(value).type()) {
    case simdjson::dom::element_type::OBJECT: return csimdjson_object;
    case simdjson::dom::element_type::ARRAY: return csimdjson_array;
    case simdjson::dom::element_type::STRING: return csimdjson_string;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64: return csimdjson_integer;
    case simdjson::dom::element_type::DOUBLE: return csimdjson_decimal;
    case simdjson::dom::element_type::BOOL: return csimdjson_boolean;
    default: return csimdjson_null;
    }
}

bool csimdjson_member(csimdjson_value object, const char *name, size_t length, csimdjson_value *member) {
    element found;
    if (unwrap(object)[std::string_view(name, length)].get(found) != simdjson::SUCCESS) return false;
    *member = wrap(found);
    return true;
}

void csimdjson_each(
    csimdjson_value value, void *context,
    bool (*visit)(void *context, const uint8_t *name, size_t length, csimdjson_value value)) {
    simdjson::dom::object object;
    if (unwrap(value).get(object) == simdjson::SUCCESS) {
        for (auto member : object) {
            auto name = reinterpret_cast<const uint8_t *>(member.key.data());
            if (!visit(context, name, member.key.size(), wrap(member.value))) return;
        }
        return;
    }
    simdjson::dom::array array;
    if (unwrap(value).get(array) != simdjson::SUCCESS) return;
    for (element next : array) {
        if (!visit(context, nullptr, 0, wrap(next))) return;
    }
}

const uint8_t *csimdjson_string_bytes(csimdjson_value value, size_t *length) {
    std::string_view text;
    if (unwrap(value).get(text) != simdjson::SUCCESS) return nullptr;
    *length = text.size();
    return reinterpret_cast<const uint8_t *>(text.data());
}

bool csimdjson_int64(csimdjson_value value, int64_t *number) {
    return unwrap(value).get(*number) == simdjson::SUCCESS;
}

bool csimdjson_double(csimdjson_value value, double *number) {
    return unwrap(value).get(*number) == simdjson::SUCCESS;
}
