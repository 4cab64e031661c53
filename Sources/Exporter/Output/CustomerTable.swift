import Bytes
import Customers
import Glibc
import SQLite

/// The table of a `.sqlite` file: `customers`, with the columns in table order. Texts, dates and times are TEXT, in
/// the form that the CSV has them in, which SQLite's own date functions read.
final class CustomerTable {
  static let definition =
    "CREATE TABLE customers ("
    + Column.allCases.map { "\($0.name) \($0 == .customerID ? "INTEGER PRIMARY KEY" : "TEXT")" }
    .joined(separator: ", ") + ")"
  private static let insertion =
    "INSERT INTO customers VALUES (" + Column.allCases.map { _ in "?" }.joined(separator: ", ") + ")"
  private static let summary =
    "SELECT count(*), min(customer_id), max(customer_id), "
    + Column.allCases.map { "count(*) - count(\($0.name))" }.joined(separator: ", ") + " FROM customers"

  private let database: SQLiteDatabase
  private var insert: SQLiteStatement?
  private let values = RowValues()
  private var unquoting = CSVUnquoting()
  private let format = CSVFormat()

  /// Opens the file to write rows; the table is made where it is missing.
  ///
  /// The log of SQLite makes every transaction survive a kill, and after a power cut the file is still in order, if
  /// perhaps without the last of them. Nobody else may have the file open, so the log needs no shared memory.
  init(_ path: String) throws(SQLiteError) {
    database = try SQLiteDatabase(path, .write)
    try database.execute("PRAGMA locking_mode = EXCLUSIVE")
    try database.execute("PRAGMA journal_mode = WAL")
    try database.execute("PRAGMA synchronous = NORMAL")
    // In pages of 4 KiB: moved into the file every 16 MiB, since each time waits for the disk.
    try database.execute("PRAGMA wal_autocheckpoint = 4096")
    if try !hasTable() {
      try database.execute(declared: Self.definition)
      // An empty file would count as one that was never begun.
      try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    insert = try SQLiteStatement(database, declared: Self.insertion)
  }

  private func hasTable() throws(SQLiteError) -> Bool {
    try SQLiteStatement(database, declared: "SELECT 1 FROM sqlite_schema WHERE name = 'customers'").step()
  }

  /// What is in the table.
  func tally() throws(SQLiteError) -> Tally {
    let statement = try SQLiteStatement(database, declared: Self.summary)
    var tally = Tally()
    guard try statement.step() else { return tally }
    tally.rows = statement.integer(0)
    tally.firstID = statement.integer(1)
    tally.lastID = statement.integer(2)
    for column in 0..<Column.count { tally.nulls[column] = statement.integer(3 + column) }
    return tally
  }

  /// Adds rows in one transaction: all of them or none.
  func insert(_ chunks: [Chunk]) throws(SQLiteError) {
    try database.execute("BEGIN")
    do throws(SQLiteError) {
      for chunk in chunks {
        try chunk.bytes.withBytes { text throws(SQLiteError) in try insert(rows: text) }
      }
      try database.execute("COMMIT")
    } catch {
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  private func insert(rows: UnsafeRawBufferPointer) throws(SQLiteError) {
    var rest = rows
    while let length = format.lengthOfRow(in: rest) {
      let row = UnsafeRawBufferPointer(rebasing: rest[..<length])
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      precondition(format.find(values, in: row), "the format reads what it writes")
      try insert(row)
    }
  }

  private func insert(_ row: UnsafeRawBufferPointer) throws(SQLiteError) {
    guard let insert else { return }
    unquoting.begin(row: row)
    try insert.bind(rowID(values[0]) ?? 0, at: 1)
    for column in 1..<Column.count {
      if format.isNull(values[column]) {
        try insert.bindNull(column + 1)
      } else {
        try insert.bind(textInPlace: unquoting.text(values[column]), at: column + 1)
      }
    }
    defer { insert.reset() }
    _ = try insert.step()
  }

  /// Leaves a single file behind, which nobody needs to write to in order to read it.
  func finish() throws(SQLiteError) {
    insert = nil
    try database.execute("PRAGMA journal_mode = DELETE")
    try database.close()
  }

  /// What SQLite may have beside a file.
  static func companions(of path: String) -> [String] {
    ["-wal", "-journal", "-shm"].map { path + $0 }
  }
}
