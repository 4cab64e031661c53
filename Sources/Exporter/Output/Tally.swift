import Customers
import JSON

/// How many nulls there are in each column. They lie behind a pointer, since they are counted for every row.
struct NullCounts: ~Copyable {
  private let counts: UnsafeMutablePointer<Int64>

  init() {
    counts = .allocate(capacity: Column.count)
    counts.initialize(repeating: 0, count: Column.count)
  }

  deinit { counts.deallocate() }

  subscript(column: Int) -> Int64 {
    @inline(__always) get { counts[column] }
    @inline(__always) nonmutating set { counts[column] = newValue }
  }

  /// Counts the nulls of a row.
  @inline(__always)
  mutating func count(_ cells: UnsafePointer<Cell>) {
    for column in 0..<Column.count { counts[column] &+= cells[column].kind == .null ? 1 : 0 }
  }

  mutating func clear() { counts.update(repeating: 0, count: Column.count) }

  /// In table order.
  var array: [Int64] { (0..<Column.count).map { counts[$0] } }
}

/// What there is to say about some rows without looking at their texts again.
struct Tally: ~Copyable {
  var rows: Int64 = 0
  /// The first row's id; 0 without rows.
  var firstID: Int64 = 0
  /// The last row's id; 0 without rows.
  var lastID: Int64 = 0
  var nulls = NullCounts()

  /// Takes in the rows that come next.
  mutating func add(rows: Int, firstID: Int64, lastID: Int64, nulls: borrowing NullCounts) {
    guard rows > 0 else { return }
    if self.rows == 0 { self.firstID = firstID }
    self.rows += Int64(rows)
    self.lastID = lastID
    for column in 0..<Column.count { self.nulls[column] += nulls[column] }
  }

  /// Takes in the rows that come next.
  mutating func add(_ chunk: Chunk) {
    add(rows: chunk.rows, firstID: chunk.firstID, lastID: chunk.lastID, nulls: chunk.nulls)
  }

  /// Takes in the rows that come next.
  mutating func add(_ next: borrowing Tally) {
    add(rows: Int(next.rows), firstID: next.firstID, lastID: next.lastID, nulls: next.nulls)
  }

  /// Takes in the row that comes next.
  mutating func add(_ id: Int64, _ values: borrowing RowValues, _ format: some OutputFormat) {
    if rows == 0 { firstID = id }
    rows += 1
    lastID = id
    for column in 0..<Column.count where format.isNull(values[column]) { nulls[column] += 1 }
  }
}
