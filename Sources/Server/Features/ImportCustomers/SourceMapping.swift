import Options

/// Which column of the source's answer holds which field.
///
/// Without a word each field is in the column of its own name. `phone=Telephone` names another one; `gender=` leaves the
/// field out, and what customers have there stays as it is. Names are the same in capitals.
struct SourceMapping: Sendable, Equatable {
  private var names: [SourceField: String]

  /// Every field in the column of its own name.
  init() { names = Dictionary(uniqueKeysWithValues: SourceField.allCases.map { ($0, $0.rawValue) }) }

  /// Reads `field=column` with commas between.
  init(_ text: String) throws(UsageError) {
    self.init()
    let known = SourceField.allCases.map(\.rawValue).joined(separator: ", ")
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let field = SourceField(rawValue: parts[0].trimmingBlanks().lowercased()) else {
        throw UsageError(
          "--mssql-columns: \(pair.trimmingBlanks()) is not FIELD=COLUMN; fields are \(known)")
      }
      let column = parts[1].trimmingBlanks()
      names[field] = column.isEmpty ? nil : String(column)
    }
    guard names[.id] != nil else {
      throw UsageError("--mssql-columns: id cannot be left out, it is what a customer is known by")
    }
    guard names.count > 1 else { throw UsageError("--mssql-columns: no field but id is left to import") }
  }

  /// The fields that are imported, in their order.
  var fields: [SourceField] { SourceField.allCases.filter { names[$0] != nil } }

  /// Where each field is among `columns`.
  func places(among columns: [String]) throws(ImportFailure) -> [(field: SourceField, place: Int)] {
    let present = columns.map { $0.lowercased() }
    var places: [(field: SourceField, place: Int)] = []
    var missing: [String] = []
    for field in fields {
      guard let name = names[field] else { continue }
      if let place = present.firstIndex(of: name.lowercased()) {
        places.append((field, place))
      } else {
        missing.append(name)
      }
    }
    guard missing.isEmpty else {
      throw ImportFailure(
        .wrongQuery,
        "the query gives no column \(missing.joined(separator: ", ")) but \(columns.joined(separator: ", ")); "
          + "name the columns in it, or with --mssql-columns FIELD=COLUMN, or leave a field out with FIELD=")
    }
    return places
  }
}
