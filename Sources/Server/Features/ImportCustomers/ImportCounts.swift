import Bytes

/// What became of the rows of an import.
struct ImportCounts: Equatable, Sendable {
  /// Rows of the source.
  var read: Int64 = 0
  /// Customers that were not there before.
  var inserted: Int64 = 0
  /// Customers that were there, and something of them was different.
  var updated: Int64 = 0
  /// Rows that were not taken; the findings say why.
  var rejected: Int64 = 0

  /// Rows that changed nothing.
  var unchanged: Int64 { max(0, read - inserted - updated - rejected) }

  /// What a batch adds.
  mutating func add(_ batch: ImportCounts) {
    read += batch.read
    inserted += batch.inserted
    updated += batch.updated
    rejected += batch.rejected
  }

  /// The JSON object of 002.
  func write(to body: inout ByteBuffer) {
    let members: [(StaticString, Int64)] = [
      ("{\"read\":", read), (",\"inserted\":", inserted), (",\"updated\":", updated),
      (",\"unchanged\":", unchanged), (",\"rejected\":", rejected),
    ]
    for (name, count) in members {
      body.append(name)
      body.append(decimal: count)
    }
    body.append("}")
  }
}

extension ImportCounts {
  /// For the log.
  var fields: [(StaticString, Observation.Field)] {
    [
      ("read", .number(Int(read))), ("inserted", .number(Int(inserted))), ("updated", .number(Int(updated))),
      ("unchanged", .number(Int(unchanged))), ("rejected", .number(Int(rejected))),
    ]
  }
}
