import Intake
import Postgres

/// Takes the rows that wait into the table, all at once, as the body of one transaction.
struct FileImportMerge {
  /// What came of it.
  struct Result {
    var inserted: Int
    var clashes: Clashes
  }

  let session: PostgresSession
  let ids: GivenIDs
  let onError: FileImportArguments.OnError

  /// Ids that are drawn one by one rather than jumped over.
  private static let nearby: Int64 = 100_000

  /// Throws ``Clashes`` if there are any and nothing is to be taken then.
  func run() async throws -> Result {
    try await session.run(script: FileImportQueries.lock)
    let clashes = try await removeClashes()
    if clashes.count > 0, onError == .abort { throw clashes }
    try await moveSequence(isWhole: clashes.count == 0)
    return Result(inserted: try await session.query(FileImportQueries.insert).affected, clashes: clashes)
  }

  private func removeClashes() async throws -> Clashes {
    var clashes = Clashes()
    guard ids.count > 0 else { return clashes }
    if !ids.isAscending {
      clashes.add(try await session.query(FileImportQueries.doubled), countIn: 3) { rows, row in
        "is in this file before, on line \(rows.integer(row, 2) ?? 0)"
      }
    }
    if try await session.query(FileImportQueries.anyIsThere(ids)).boolean(0, 0) == true {
      clashes.add(try await session.query(FileImportQueries.taken), countIn: 2) { _, _ in
        "is a customer's already"
      }
    }
    if try await session.query(FileImportQueries.anyIsPromised(ids)).boolean(0, 0) == true {
      clashes.add(try await session.query(FileImportQueries.promised), countIn: 2) { _, _ in
        "belongs to a load of the generator that is not finished"
      }
    }
    return clashes
  }

  /// Sees to it that ids which are drawn from now on are above those of the file.
  private func moveSequence(isWhole: Bool) async throws {
    guard ids.count > 0 else { return }
    let highest =
      isWhole ? ids.highest : try await session.query(FileImportQueries.highest).integer(0, 0) ?? 0
    let position = try await session.query(FileImportQueries.position).integer(0, 0) ?? 0
    guard highest > position else { return }
    if highest - position <= Self.nearby {
      _ = try await session.query(FileImportQueries.draw(highest - position))
    } else {
      _ = try await session.query(FileImportQueries.lockSequence)
      _ = try await session.query(FileImportQueries.advance(to: highest))
      _ = try await session.query(FileImportQueries.unlockSequence)
    }
  }
}

extension Clashes {
  /// Takes in what a query has found: line, id, perhaps more, and how many there are in all.
  fileprivate mutating func add(_ rows: Rows, countIn column: Int, _ reason: (Rows, Int) -> String) {
    guard rows.count > 0 else { return }
    count += Int(rows.integer(0, column) ?? 0)
    for row in 0..<rows.count {
      first.append(
        RowFault(
          line: Int(rows.integer(row, 0) ?? 0), column: "customer_id",
          reason: "the id \(rows.integer(row, 1) ?? 0) \(reason(rows, row))"))
    }
  }
}
