#ifndef HASHDROP_CCURL_SHIM_H
#define HASHDROP_CCURL_SHIM_H

#include <curl/curl.h>

// Swift cannot call C functions with variable arguments, and libcurl sets and reads every option through
// one of them. Each wrapper below fixes the type of the one argument for one family of options; which
// option belongs to which family is written in its manual page.

// Options that take a `long`: numbers, switches and bit masks.
static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

// Options that take a `curl_off_t`, for example CURLOPT_MAXFILESIZE_LARGE.
static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

// Options that take a string, which libcurl copies; NULL puts the default back.
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

// Options that take a list, which libcurl does not copy: it must outlive the transfer.
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION with their data pointers: a function pointer cannot be
// passed through variable arguments from Swift either, and the pair belongs together.
static inline CURLcode ccurl_set_body_receiver(CURL *handle, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, function);
    if (code != CURLE_OK) {
        return code;
    }
    return curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_set_header_receiver(CURL *handle, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, function);
    if (code != CURLE_OK) {
        return code;
    }
    return curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

// CURLOPT_READFUNCTION with its data pointer: where the bytes of an upload come from.
static inline CURLcode ccurl_set_upload_source(CURL *handle, curl_read_callback function, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, function);
    if (code != CURLE_OK) {
        return code;
    }
    return curl_easy_setopt(handle, CURLOPT_READDATA, context);
}

// CURLOPT_COPYPOSTFIELDS with its length: the body of a POST, which libcurl copies. The length comes first,
// or libcurl would look for a NUL.
static inline CURLcode ccurl_set_post_body(CURL *handle, const void *bytes, curl_off_t count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, count);
    if (code != CURLE_OK) {
        return code;
    }
    return curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

// CURLOPT_ERRORBUFFER: at least CURL_ERROR_SIZE bytes that must outlive the transfer.
static inline CURLcode ccurl_set_error_buffer(CURL *handle, char *buffer) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

// Facts of a finished transfer that are a `long`, for example CURLINFO_RESPONSE_CODE.
static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

// Facts of a finished transfer that are a `curl_off_t`, for example CURLINFO_TOTAL_TIME_T in microseconds.
static inline CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

// Options of the multi handle that take a `long`.
static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

#endif
