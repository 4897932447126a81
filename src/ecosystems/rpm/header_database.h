#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::rpm {

// Called with each record of a database, a package's header; the record is valid during the call.
// A failure ends the reading.
using HeaderVisitor = std::function<Status(std::string_view)>;

// The three kinds of databases rpm has had. Each is given whole and gives its records in no
// particular order; pages and records that are damaged are left out and named in `complaints`.
// Every page is read at most once, so the time is bounded by the file's size. kDataLoss when the
// file is none of the kind, kUnimplemented when it is one that cannot be read.

// rpmdb.sqlite, since rpm 4.16: the table "Packages". Format: sqlite.org/fileformat2.html.
Status ReadSqlite(std::string_view file, const HeaderVisitor& visit, Complaints& complaints);

// Packages.db of SUSE: slots that point to records. Format: rpm, lib/backend/ndb/rpmpkg.c.
Status ReadNdb(std::string_view file, const HeaderVisitor& visit, Complaints& complaints);

// Packages until rpm 4.15: a hash of Berkeley DB, of either byte order. Format: Berkeley DB,
// src/dbinc/db_page.h.
Status ReadBerkeley(std::string_view file, const HeaderVisitor& visit, Complaints& complaints);

}  // namespace narrows::ecosystems::rpm
