import Digest
import Glibc
import SQLite

/// A database file with the rows in its one table. What is committed is there after a kill, so nothing is saved
/// beside it but whose it is.
/// SAFETY: `@unchecked Sendable` since all but `save` come one at a time, and `save` touches nothing.
final class SQLiteOutput: Output, @unchecked Sendable {
  private let record: ExportRecord
  private var table: CustomerTable?
  private var progress: ExportProgress
  private var tally: Tally

  private init(
    _ record: ExportRecord, _ table: CustomerTable, _ progress: ExportProgress, _ tally: consuming Tally
  ) {
    self.record = record
    self.table = table
    self.progress = progress
    self.tally = tally
  }

  /// Opens the file, new or to go on with.
  static func open(_ record: ExportRecord, _ state: ExportState?) throws(OutputError) -> OpenedOutput {
    let paths = record.file.paths
    try checkTarget(paths)
    if state == nil {
      for path in CustomerTable.companions(of: paths.part) { try removeFile(path) }
      try record.file.begin()
    }
    do throws(SQLiteError) {
      let table = try CustomerTable(paths.part)
      let tally = try table.tally()
      let progress = ExportProgress(rows: tally.rows, lastID: tally.lastID)
      return OpenedOutput(
        output: SQLiteOutput(record, table, progress, tally), found: Written(progress))
    } catch {
      throw error.isDamage ? .changed(path: paths.part) : .database(path: paths.part, error)
    }
  }

  /// A log that belongs to the older database of the target's name would be taken for the new one's.
  private static func checkTarget(_ paths: ExportPaths) throws(OutputError) {
    for path in CustomerTable.companions(of: paths.target) where access(path, F_OK) == 0 {
      throw .targetInUse(path: path)
    }
  }

  func write(_ chunks: [Chunk]) throws(OutputError) -> Written {
    try inDatabase { table throws(SQLiteError) in try table.insert(chunks) }
    for chunk in chunks {
      tally.add(chunk)
      progress.bytes += Int64(chunk.bytes.count)
    }
    progress.rows = tally.rows
    progress.lastID = tally.lastID
    return Written(progress)
  }

  private func inDatabase(_ body: (CustomerTable) throws(SQLiteError) -> Void) throws(OutputError) {
    guard let table else { return }
    do throws(SQLiteError) {
      try body(table)
    } catch {
      throw .database(path: record.file.paths.part, error)
    }
  }

  func save(_ kept: ExportProgress) throws(OutputError) {}

  func finish() throws(OutputError) {
    try Self.checkTarget(record.file.paths)
    try inDatabase { table throws(SQLiteError) in try table.finish() }
    table = nil
    let file = record.file.descriptor
    let sum = try file.sha256().finish().hex
    try record.publish(tally, bytes: try file.size(), sha256: sum)
  }

  func discard() {
    table = nil
    for path in CustomerTable.companions(of: record.file.paths.part) { unlink(path) }
    record.file.discard()
  }

  func release() {
    // Closing moves what is in the log into the file.
    table = nil
    record.file.release()
  }
}
