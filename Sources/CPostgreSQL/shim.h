#ifndef HASHDROP_CPOSTGRESQL_SHIM_H
#define HASHDROP_CPOSTGRESQL_SHIM_H

// Debian has the headers in a folder of their own, which pkg-config names; without pkg-config they are found by it.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

// Swift imports no macro that is a character: the fields of an error (libpq, "PQresultErrorField").
static const int cpostgresql_sql_state = PG_DIAG_SQLSTATE;
static const int cpostgresql_message = PG_DIAG_MESSAGE_PRIMARY;
static const int cpostgresql_detail = PG_DIAG_MESSAGE_DETAIL;
static const int cpostgresql_hint = PG_DIAG_MESSAGE_HINT;

#endif
